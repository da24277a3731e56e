"""`bernie bench tts`: what a second of speech costs on this processor, on one thread.

The networks have their published shapes and drawn weights, so nothing has to be fetched; durations are given, 57 tokens
of 3 frames each, 4.3 s of audio. What does not depend on the text, a voice's reference, is not counted.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from dataclasses import dataclass, fields

import torch
from torch import Generator, Tensor, nn

from bernie.bench.figures import Figure
from engine.tts.config import SAMPLE_RATE, DiffusionConfig, GeneratorConfig, PLBertConfig, TtsConfig
from engine.tts.network import TtsNetwork
from engine.tts.precision import has_bfloat16
from engine.tts.source import draw_source_noise
from engine.tts.style_diffusion import draw_style_noise

TOKENS, FRAMES_PER_TOKEN, STEPS, ROUNDS, BATCH = 57, 3, 5, 3, 4
KERNELS, DILATIONS = (3, 7, 11), ((1, 3, 5),) * 3
HIFIGAN = GeneratorConfig(
    kind="hifigan",
    channels=512,
    rates=(10, 5, 3, 2),
    kernels=(20, 10, 6, 4),
    block_kernels=KERNELS,
    block_dilations=DILATIONS,
)
ISTFTNET = GeneratorConfig(
    kind="istftnet",
    channels=512,
    rates=(10, 6),
    kernels=(20, 12),
    block_kernels=KERNELS,
    block_dilations=DILATIONS,
    n_fft=20,
    hop_samples=5,
)
DIFFUSION = DiffusionConfig(layers=3, heads=8, head_width=64, multiplier=2, sigma_data=0.2)


@dataclass(frozen=True, slots=True)
class Subject:
    """`exact` and `half`: the most CPU-seconds per second of audio, in float32 and in bfloat16."""

    name: str
    generator: GeneratorConfig
    diffusion: DiffusionConfig | None
    exact: float
    half: float


SUBJECTS = (
    Subject("StyleTTS 2 LibriTTS", HIFIGAN, DIFFUSION, 0.95, 0.6),
    Subject("StyleTTS 2 LJSpeech", ISTFTNET, DIFFUSION, 0.68, 0.45),
    Subject("Kokoro", ISTFTNET, None, 0.68, 0.45),
)


def measure() -> list[Figure]:
    """CPU-seconds per second of audio, alone and by the batch, in both precisions; each a median."""
    torch.set_num_threads(1)
    figures = [figure for subject in SUBJECTS for figure in _subject(subject)]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [*figures, Figure("peak memory, all models one after the other", peak, "MB")]


def _subject(subject: Subject) -> list[Figure]:
    exact = network_of(subject, torch.float32)
    alone, wall = _cost(lambda: speak(exact, 1), 1)
    batched, _ = _cost(lambda: speak(exact, BATCH), BATCH)
    figures = [
        Figure(f"{subject.name}, float32", alone, "CPU s/s", f"at most {subject.exact}"),
        Figure(f"{subject.name}, float32, wall", wall, "s/s"),
        Figure(f"{subject.name}, float32, batch of {BATCH}", batched, "CPU s/s"),
    ]
    if has_bfloat16(torch.device("cpu")):
        half = network_of(subject, torch.bfloat16)
        lower, _ = _cost(lambda: speak(half, 1), 1)
        figures.append(Figure(f"{subject.name}, bfloat16", lower, "CPU s/s", f"at most {subject.half}"))
    return figures


def _cost(work: Callable[[], object], count: int) -> tuple[float, float]:
    """Median CPU and wall seconds per second of audio, after one run that does not count."""
    seconds = count * TOKENS * FRAMES_PER_TOKEN * 600 / SAMPLE_RATE
    work()
    spent: list[tuple[float, float]] = []
    for _ in range(ROUNDS):
        cpu, wall = time.process_time(), time.perf_counter()
        work()
        spent.append(((time.process_time() - cpu) / seconds, (time.perf_counter() - wall) / seconds))
    middle = ROUNDS // 2
    return sorted(cpu for cpu, _ in spent)[middle], sorted(wall for _, wall in spent)[middle]


@torch.inference_mode()
def speak(network: TtsNetwork, count: int) -> list[Tensor]:
    """The whole way from tokens to samples, for `count` texts at once; the decoder one after the other, as on a CPU."""
    text = network.read([[0, *range(1, TOKENS)]] * count)
    style = torch.zeros(count, 2 * network.config.style_width)
    generators = [Generator().manual_seed(index) for index in range(count)]
    if network.denoiser is not None:
        noise = draw_style_noise(generators, STEPS, network.config.style_width)
        reference = style if network.config.multispeaker else None
        *_, style = network.sample(text, reference, noise, torch.ones(count))
    styles = network.shape(style)
    counts = [torch.full((TOKENS,), FRAMES_PER_TOKEN) for _ in range(count)]
    prosody = network.align(text, network.encode_durations(text, styles), styles, counts)
    noise = draw_source_noise(generators, network.samples(prosody))
    items = ((prosody.item(index), styles.item(index), noise[index : index + 1]) for index in range(count))
    return [wave for item in items for wave in network.speak(*item)]


def network_of(subject: Subject, precision: torch.dtype) -> TtsNetwork:
    """Drawn weights, small enough that signals neither fade nor overflow; always the same."""
    config = TtsConfig(
        symbols=178,
        width=512,
        style_width=128,
        layers=3,
        text_kernel=5,
        max_duration=50,
        plbert=PLBertConfig(),
        generator=subject.generator,
        diffusion=subject.diffusion,
        multispeaker=subject.generator.kind == "hifigan",
    )
    network, source = TtsNetwork.build(config), Generator().manual_seed(1)
    for part in (getattr(network, field.name) for field in fields(network)):
        if isinstance(part, nn.Module):
            for name, value in part.named_parameters():
                scale = 0.1 if value.dim() == 1 else value[0].numel() ** -0.5
                drawn = torch.randn(value.shape, generator=source) * scale
                value.data = drawn + 1 if "alpha" in name else drawn
            part.requires_grad_(False).eval()
    network.make_ready(precision)
    return network
