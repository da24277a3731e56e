"""`bernie bench sfx`: what 10.24 s of a sound effect cost on this processor, on one thread.

The network has its published shape and drawn weights. The authors' figure is that of their implementation on another
machine: 335 CPU-seconds, where the arithmetic alone, 20.8 TFLOP, takes 220. So it is also given for this processor, by
what a plain matrix product does here.
"""

from __future__ import annotations

import time
from dataclasses import replace

import torch
from torch import Generator, Tensor

from bernie.bench.drawn_sfx import FULL, REDUCED, Sizes, network_of
from bernie.bench.figures import Figure
from bernie.bench.measuring import cost, one_thread, peak_megabytes, product_gflops
from engine.sfx.config import COLUMN_SAMPLES, LATENT_ROWS, SAMPLE_RATE
from engine.sfx.effect import GUIDANCE
from engine.sfx.guidance import GuidedNoise
from engine.sfx.loading import fastest
from engine.sfx.network import SfxNetwork
from engine.sfx.sampler import dpm_solver
from engine.sfx.schedule import Schedule, solver_timesteps
from engine.sfx.text_encoder import CONDITION_TOKENS

ROUNDS = 3
AUTHORS_CPU_SECONDS, AUTHORS_STEPS = 335.0, 100
AUTHORS_GFLOPS = 20_800 / 220
"""A second of their machine, at the limit of its arithmetic."""


def measure(*, quick: bool = False) -> list[Figure]:
    """CPU-seconds of each part and of the whole, in float32, and in bfloat16 where the processor has it."""
    sizes = REDUCED if quick else FULL
    with one_thread():
        network = network_of(sizes)
        product = product_gflops()
        exact, mel = _figures(network, sizes, "float32", 0.27)
        half: list[Figure] = []
        if fastest(torch.device("cpu")) == torch.bfloat16:
            half, low_mel = _figures(
                replace(network, unet=network.unet.lowered(torch.bfloat16)), sizes, "UNet in bfloat16", 0.15
            )
            half += _errors(mel, low_mel)
    return [*exact, *half, *_yardsticks(exact, product)]


def _figures(network: SfxNetwork, sizes: Sizes, kind: str, target: float) -> tuple[list[Figure], Tensor]:
    """And the mel of the whole, to compare."""
    ids = torch.randint(1, sizes.text.vocabulary, (2, CONDITION_TOKENS), generator=Generator().manual_seed(0))
    text = network.read(ids)
    latent = torch.randn(1, 4, LATENT_ROWS, sizes.columns, generator=Generator().manual_seed(1))
    guided, schedule = _guided(network, text, sizes.steps)
    mel = network.decode(latent)
    parts = {
        "text of one prompt": cost(lambda: network.read(ids[:1]), ROUNDS)[0],
        "one guided step": cost(lambda: guided(latent, len(schedule) // 2), ROUNDS)[0],
        "decoding to a mel": cost(lambda: network.decode(latent), ROUNDS)[0],
        "vocoder": cost(lambda: network.speak(mel), 1)[0],
    }
    begun = time.process_time()
    text = torch.cat([text[:1], network.read(ids[1:])])  # of the empty prompt it is kept, of the other one read
    guided, schedule = _guided(network, text, sizes.steps)
    *_, last = dpm_solver(guided, latent, schedule)
    made = network.decode(last.latent)
    network.speak(made)
    whole = time.process_time() - begun
    long = sum(parts.values()) + (AUTHORS_STEPS - 1) * parts["one guided step"]
    seconds = sizes.columns * COLUMN_SAMPLES / SAMPLE_RATE
    figures = [Figure(f"{name}, {kind}", value, "CPU s") for name, value in parts.items()]
    figures += [
        Figure(f"all of {seconds:.2f} s by default, {len(schedule)} steps, {kind}", whole, "CPU s"),
        _of_the_authors(f"default, {kind}", whole, target),
    ]
    if kind == "float32":
        figures += [
            Figure(f"all of {seconds:.2f} s by DDIM, {AUTHORS_STEPS} steps, from the step above", long, "CPU s"),
            _of_the_authors("DDIM, float32", long, 0.8),
        ]
    return figures, made


def _of_the_authors(name: str, cpu_seconds: float, target: float) -> Figure:
    share = cpu_seconds / AUTHORS_CPU_SECONDS
    return Figure(f"{name}, of the authors' {AUTHORS_CPU_SECONDS:.0f}", share, "ratio", f"at most {target}")


def _guided(network: SfxNetwork, text: Tensor, steps: int) -> tuple[GuidedNoise, Schedule]:
    schedule = Schedule.through(solver_timesteps(steps))
    return GuidedNoise(network.unet, schedule, text[1:], text[:1], torch.tensor([GUIDANCE])), schedule


def _errors(exact: Tensor, low: Tensor) -> list[Figure]:
    """Of the mel that comes out at the end, from the same noise; SNR with the mean of the mel taken off."""
    error = low - exact
    signal = exact - exact.mean()
    return [
        Figure("log-mel distance of bfloat16 to float32", 20 * float(error.square().mean().sqrt()), "dB, rms"),
        Figure("SNR of that mel", float(10 * torch.log10(signal.square().mean() / error.square().mean())), "dB"),
    ]


def _yardsticks(exact: list[Figure], product: float) -> list[Figure]:
    """`exact`: in float32, its whole by default and by DDIM are the two in CPU-seconds behind the four parts."""
    short, long = (figure.value for figure in exact if figure.name.startswith("all of"))
    authors = AUTHORS_CPU_SECONDS * AUTHORS_GFLOPS / product
    return [
        Figure("yardstick: a matrix product in float32 here", product, "GFLOP/s"),
        Figure("yardstick: the authors' way on this processor, by arithmetic", authors, "CPU s"),
        Figure("default, float32, of that yardstick", short / authors, "ratio"),
        Figure("DDIM, float32, of that yardstick", long / authors, "ratio"),
        Figure("peak memory", peak_megabytes(), "MB"),
    ]
