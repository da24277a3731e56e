"""`bernie bench tts`: what a second of speech costs on this processor, on one thread, model by model.

The networks have their published shapes and drawn weights, so nothing has to be fetched; real weights of Kokoro can be
given. Each model runs in each precision in a process of its own, through the same synthesizer as the service. What does
not depend on the text, a voice's reference, is made before and not counted.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Generator, Tensor

from bernie.bench.drawn_tts import KOKORO, LIBRITTS, LJSPEECH, VOICE, Letters, network_of, reduced, reference, styles_of
from bernie.bench.figures import Figure
from bernie.bench.measuring import (
    Stopwatch,
    alone,
    cost,
    log_mel_distance,
    one_thread,
    peak_megabytes,
    product_gflops,
    signal_to_noise,
)
from bernie.bench.say import SENTENCES
from engine.nn.precision import has_bfloat16
from engine.tts.config import SAMPLE_RATE, TtsConfig
from engine.tts.frontend import KokoroFrontend
from engine.tts.network import TtsNetwork
from engine.tts.source import draw_source_noise
from engine.tts.style_diffusion import draw_style_noise
from engine.tts.styles import StyleSource, TableStyles
from engine.tts.synthesizer import Manner, Synthesizer
from engine.tts.utterance import Frontend, Utterance
from engine.tts.weights import opened, voice_table

BATCHES = (4, 16)
STEPS = 5


@dataclass(frozen=True, slots=True)
class Subject:
    """`exact` and `half`: the most CPU-seconds per second of audio, in float32 and in bfloat16."""

    name: str
    config: TtsConfig
    exact: float
    half: float


# By their names in the catalogue.
SUBJECTS = {
    "styletts2": Subject("StyleTTS 2 LibriTTS", LIBRITTS, 0.95, 0.6),
    "styletts2-ljspeech": Subject("StyleTTS 2 LJSpeech", LJSPEECH, 0.68, 0.45),
    "kokoro": Subject("Kokoro", KOKORO, 0.68, 0.45),
}


@dataclass(frozen=True, slots=True)
class Run:
    """What a process measures. `weights`: a folder as the publisher of Kokoro has it, or None for drawn ones."""

    model: str
    precision: torch.dtype
    weights: Path | None
    quick: bool

    @property
    def title(self) -> str:
        return f"{SUBJECTS[self.model].name}, {str(self.precision).removeprefix('torch.')}"


@dataclass(frozen=True, slots=True)
class Found:
    """`wave` of a given style, and the `style` that the diffusion samples: what precision changes."""

    figures: list[Figure]
    wave: np.ndarray
    style: np.ndarray | None


def measure(models: Sequence[str], *, weights: Path | None = None, quick: bool = False) -> list[Figure]:
    figures = [Figure("yardstick: a matrix product in float32 here", _product(), "GFLOP/s")]
    for model in models:
        exact: Found = alone(_measured, Run(model, torch.float32, weights, quick))
        figures += exact.figures
        if has_bfloat16(torch.device("cpu")):
            half: Found = alone(_measured, Run(model, torch.bfloat16, weights, quick))
            figures += [*half.figures, *_errors(SUBJECTS[model].name, exact, half)]
    return figures


def _product() -> float:
    with one_thread():
        return product_gflops()


def _measured(run: Run) -> Found:
    with one_thread(), tempfile.TemporaryDirectory(prefix="bench-") as folder:
        network, frontend, styles, voice = _opened(run, Path(folder))
        synthesizer = Synthesizer(network, frontend, styles, Manner(), max_batch=max(BATCHES))
        rounds = 1 if run.quick else 3
        figures = [*_costs(run, synthesizer, voice, rounds), *_shares(run, network, synthesizer, voice)]
        figures += _delays(run, synthesizer, voice, rounds)
        figures.append(Figure(f"{run.title}, peak memory", peak_megabytes(), "MB"))
        tokens = next(iter(frontend.chunks(SENTENCES[0], voice, ()))).tokens
        return Found(figures, _wave(network, tokens, run, voice), _style(network, tokens))


def _opened(run: Run, scratch: Path) -> tuple[TtsNetwork, Frontend, StyleSource, str]:
    """And the name of a voice."""
    if run.weights is not None:
        config, tree = opened(run.model, run.weights)
        network = TtsNetwork.load(config, tree, "cpu", run.precision)
        voices = run.weights / "voices"
        return network, KokoroFrontend(run.weights), TableStyles(network, voices), min(voices.glob("*.pt")).stem
    config = SUBJECTS[run.model].config
    network = network_of(reduced(config) if run.quick else config, run.precision)
    return network, Letters(), styles_of(network, scratch), VOICE


def _utterance(text: str, voice: str, seed: int = 0) -> Utterance:
    return Utterance(text=text, voice=voice, reference=reference(), seed=seed, steps=STEPS)


def _say(synthesizer: Synthesizer, utterances: Sequence[Utterance]) -> float:
    """-> seconds of audio."""
    seconds = 0.0
    for _, piece in synthesizer.run(utterances):
        if isinstance(piece, Exception):
            raise piece
        seconds += piece.audio.seconds
    return seconds


def _costs(run: Run, synthesizer: Synthesizer, voice: str, rounds: int) -> list[Figure]:
    """Of a sentence alone and of several at once; of the many one round, for the alone ones have warmed all up."""
    subject, figures = SUBJECTS[run.model], []
    most = subject.exact if run.precision == torch.float32 else subject.half
    for count in (1, *BATCHES):
        wanted = [_utterance(SENTENCES[0], voice, seed) for seed in range(count)]
        seconds = _say(synthesizer, wanted[:1]) * count
        cpu, wall = cost(partial(_say, synthesizer, wanted), rounds if count == 1 else 1, warm_up=False)
        name = f"{run.title}, " + ("alone" if count == 1 else f"batch of {count}")
        figures += [
            Figure(name, cpu / seconds, "CPU s/s", f"at most {most}" if count == 1 else ""),
            Figure(f"{name}, wall", wall / seconds, "s/s"),
        ]
    return figures


def _shares(run: Run, network: TtsNetwork, synthesizer: Synthesizer, voice: str) -> list[Figure]:
    """Of the parts in the time of a sentence."""
    speaking = Stopwatch(network.decoder)
    sampling = None if network.denoiser is None else Stopwatch(network.denoiser)
    whole, _ = cost(lambda: _say(synthesizer, [_utterance(SENTENCES[0], voice)]), 1, warm_up=False)
    parts = {"diffusion": sampling.seconds} if sampling else {}
    parts["decoder and generator"] = speaking.seconds
    parts["text, prosody and all else"] = whole - sum(parts.values())
    return [Figure(f"{run.title}, share of {name}", 100 * spent / whole, "%") for name, spent in parts.items()]


def _delays(run: Run, synthesizer: Synthesizer, voice: str, rounds: int) -> list[Figure]:
    def first(text: str) -> None:
        next(synthesizer.stream(_utterance(text, voice)))

    figures = []
    for name, text in (("first audio of ten sentences", " ".join(SENTENCES)), ("the first one alone", SENTENCES[0])):
        cpu, wall = cost(partial(first, text), rounds)
        figures += [Figure(f"{run.title}, {name}", cpu, "CPU s"), Figure(f"{run.title}, {name}, wall", wall, "s")]
    return figures


def _wave(network: TtsNetwork, tokens: Sequence[int], run: Run, voice: str) -> np.ndarray:
    """Of a given style: the length and the pitch then do not depend on the precision."""
    style = 0.4 * torch.randn(1, 2 * network.config.style_width, generator=Generator().manual_seed(3))
    if run.weights is not None:
        style = voice_table(run.weights / "voices" / f"{voice}.pt")[len(tokens) - 3 : len(tokens) - 2]
    styles = network.shape(style)
    prosody = network.plan(network.read([tokens]), styles)
    noise = draw_source_noise([Generator().manual_seed(4)], network.samples(prosody))
    return network.speak(prosody, styles, noise)[0].numpy()


def _style(network: TtsNetwork, tokens: Sequence[int]) -> np.ndarray | None:
    if network.denoiser is None:
        return None
    width = network.config.style_width
    noise = draw_style_noise([Generator().manual_seed(5)], STEPS, width)
    *_, style = network.sample(network.read([tokens]), torch.zeros(1, 2 * width), noise, torch.ones(1))
    return style.numpy()


def _errors(name: str, exact: Found, half: Found) -> list[Figure]:
    """Of bfloat16 against float32."""
    left, right = _tensor(exact.wave), _tensor(half.wave)
    figures = [
        Figure(f"{name}, SNR of the wave in bfloat16", signal_to_noise(left, right), "dB"),
        Figure(f"{name}, log-mel distance of bfloat16", log_mel_distance(left, right, SAMPLE_RATE), "dB"),
    ]
    if exact.style is not None and half.style is not None:
        value = signal_to_noise(_tensor(exact.style), _tensor(half.style))
        figures.append(Figure(f"{name}, SNR of the sampled style in bfloat16", value, "dB"))
    return figures


def _tensor(values: np.ndarray) -> Tensor:
    return torch.from_numpy(values)
