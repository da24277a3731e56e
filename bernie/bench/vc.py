"""`bernie bench vc`: what it costs to convert five seconds of speech with Seed-VC on this processor, on one thread.

The networks have their published shapes and drawn weights. The authors' figures are those of their implementation on
another machine; so they are also given for this processor, by what a plain matrix product does here. Each precision
runs in a process of its own, through the same converter as the service.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import torch

from bernie.bench.figures import Figure
from bernie.bench.measuring import (
    Stopwatch,
    alone,
    log_mel_distance,
    one_thread,
    peak_megabytes,
    product_gflops,
    signal_to_noise,
)
from engine.nn import torchaudio_stub
from engine.nn.precision import has_bfloat16

torchaudio_stub.install()  # before anything imports transformers

from bernie.bench.drawn_vc import FULL, REDUCED, encoder_of, network_of, speech  # noqa: E402
from engine.vc.converter import Conversion, Converter  # noqa: E402

SECONDS, STEPS = 5.0, 10
EXACT, HALF = 0.7, 0.4  # of the authors' CPU-seconds, at most
AUTHORS = {"content encoder, a window": 5.1, "DiT": 46.9, "BigVGAN": 13.3}
AUTHORS_GFLOPS = 95
"""A second of their machine, at the limit of its arithmetic."""


@dataclass(frozen=True, slots=True)
class Converted:
    """CPU-seconds of the whole and of the parts, and how often each part was called."""

    whole: float
    parts: dict[str, float]
    calls: dict[str, int]


@dataclass(frozen=True, slots=True)
class Found:
    unknown: Converted
    known: Converted
    wave: np.ndarray
    megabytes: float


def measure(*, quick: bool = False) -> list[Figure]:
    with one_thread():
        product = product_gflops()
    figures = [Figure("yardstick: a matrix product in float32 here", product, "GFLOP/s")]
    exact = _found(torch.float32, quick=quick)
    figures += _figures("float32", exact, EXACT, product)
    if has_bfloat16(torch.device("cpu")):
        half = _found(torch.bfloat16, quick=quick)
        left, right = torch.from_numpy(exact.wave), torch.from_numpy(half.wave)
        figures += [
            *_figures("bfloat16", half, HALF, product),
            Figure("SNR of the wave in bfloat16", signal_to_noise(left, right), "dB"),
            Figure("log-mel distance of bfloat16", log_mel_distance(left, right, 22_050), "dB"),
        ]
    return figures


def _found(precision: torch.dtype, *, quick: bool) -> Found:
    # A process of its own takes longer to start than all that is quick.
    return _measured(precision, quick) if quick else alone(_measured, precision, quick)


def _measured(precision: torch.dtype, quick: bool) -> Found:
    sizes = REDUCED if quick else FULL
    with one_thread():
        network, encoder = network_of(sizes, precision), encoder_of(sizes)
        converter = Converter(network, encoder, model="drawn", folder=None, precision=precision)
        watches = {
            "content encoder": Stopwatch(encoder),
            "CAM++": Stopwatch(network.speaker),
            "regulator": Stopwatch(network.regulator),
            "DiT": Stopwatch(network.estimator),
            "BigVGAN": Stopwatch(network.vocoder),
        }
        _converted(converter, watches, hertz=150)  # the first of all does not count
        unknown, _ = _converted(converter, watches, hertz=210)
        known, wave = _converted(converter, watches, hertz=210)
        return Found(unknown, known, wave, peak_megabytes())


def _converted(converter: Converter, watches: dict[str, Stopwatch], *, hertz: float) -> tuple[Converted, np.ndarray]:
    """To the voice of a reference, known to the converter from its second time on."""
    for watch in watches.values():
        watch.reset()
    wanted = Conversion(source=speech(SECONDS, 120), reference=speech(SECONDS, hertz), seed=1, steps=STEPS)
    begun = time.process_time()
    (clip,) = converter.convert([wanted])
    whole = time.process_time() - begun
    if isinstance(clip, Exception):
        raise clip
    seconds = {name: watch.seconds for name, watch in watches.items()}
    return Converted(whole, seconds, {name: watch.calls for name, watch in watches.items()}), clip.samples


def _figures(kind: str, found: Found, most: float, product: float) -> list[Figure]:
    unknown, known = found.unknown, found.known
    figures = [Figure(f"{name}, {kind}", seconds, "CPU s") for name, seconds in unknown.parts.items()]
    ours = {name: unknown.parts[name] for name in ("DiT", "BigVGAN")}
    ours["content encoder, a window"] = unknown.parts["content encoder"] / unknown.calls["content encoder"]
    for name, theirs in AUTHORS.items():
        figures += _compared(f"{name}, {kind}", ours[name], theirs, most, product)
    figures += _compared(f"all three, {kind}", sum(ours.values()), sum(AUTHORS.values()), most, product)
    figures += [
        Figure(f"a conversion to a new voice, {kind}", unknown.whole, "CPU s"),
        Figure(f"a conversion to a known voice, {kind}", known.whole, "CPU s"),
    ]
    for name in ("content encoder", "CAM++", "regulator"):
        saved = unknown.calls[name] - known.calls[name]
        figures.append(Figure(f"calls of the {name} that a known voice saves, {kind}", saved, "calls", "1"))
    return [*figures, Figure(f"peak memory, {kind}", found.megabytes, "MB")]


def _compared(name: str, ours: float, theirs: float, most: float, product: float) -> list[Figure]:
    here = theirs * AUTHORS_GFLOPS / product
    return [
        Figure(f"{name}, of the authors' {theirs:.1f}", ours / theirs, "ratio", f"at most {most}"),
        Figure(f"{name}, of what that is here, {here:.1f}", ours / here, "ratio"),
    ]
