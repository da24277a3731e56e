"""StyleTTS 2 and Kokoro with drawn weights, at full size and at one for tests, so that nothing has to be fetched."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
import torch
from torch import Generator, nn

from engine.audio import Audio
from engine.tts.adain import StyleMap
from engine.tts.config import SAMPLE_RATE, DiffusionConfig, GeneratorConfig, PLBertConfig, TtsConfig
from engine.tts.network import TtsNetwork
from engine.tts.pronunciations import Pronunciation
from engine.tts.styles import SampledStyles, StyleSource, TableStyles
from engine.tts.symbols import INDEX, SYMBOLS
from engine.tts.utterance import Chunk

FRAMES_PER_TOKEN, HERTZ = 3, 150
VOICE = "drawn"
HIFIGAN = GeneratorConfig(
    kind="hifigan",
    channels=512,
    rates=(10, 5, 3, 2),
    kernels=(20, 10, 6, 4),
    block_kernels=(3, 7, 11),
    block_dilations=((1, 3, 5),) * 3,
)
ISTFTNET = replace(HIFIGAN, kind="istftnet", rates=(10, 6), kernels=(20, 12), n_fft=20, hop_samples=5)
LIBRITTS = TtsConfig(
    symbols=len(SYMBOLS),
    width=512,
    style_width=128,
    layers=3,
    text_kernel=5,
    max_duration=50,
    plbert=PLBertConfig(),
    generator=HIFIGAN,
    style_encoder_width=64,
    diffusion=DiffusionConfig(layers=3, heads=8, head_width=64, multiplier=2, sigma_data=0.2),
    multispeaker=True,
)
LJSPEECH = replace(LIBRITTS, generator=ISTFTNET, multispeaker=False)
KOKORO = replace(LJSPEECH, style_encoder_width=None, diffusion=None)


def reduced(config: TtsConfig) -> TtsConfig:
    """A network of the same build that takes no time."""
    return replace(
        config,
        width=32,
        decoder_width=32,
        asr_width=8,
        plbert=PLBertConfig(width=24, heads=2, feed_forward=32, layers=2),
        generator=replace(config.generator, channels=32),
        style_encoder_width=config.style_encoder_width and 8,
        diffusion=config.diffusion and replace(config.diffusion, layers=1, heads=2, head_width=8),
    )


def network_of(config: TtsConfig, precision: torch.dtype) -> TtsNetwork:
    """Always the same. Signals neither fade nor grow from layer to layer; it speaks about as fast as people do."""
    network, source = TtsNetwork.build(config), Generator().manual_seed(1)
    for part in (getattr(network, field.name) for field in fields(network)):
        if isinstance(part, nn.Module):
            _draw(part, source)
    prosody = network.prosody
    assert prosody.F0_proj.bias is not None
    prosody.F0_proj.bias.data.fill_(HERTZ)
    prosody.duration_proj.weight.data *= 0.1
    prosody.duration_proj.bias.data.fill_(math.log(FRAMES_PER_TOKEN / (config.max_duration - FRAMES_PER_TOKEN)))
    network.make_ready(precision)
    return network


def _draw(part: nn.Module, source: Generator) -> None:
    for name, value in part.named_parameters():
        noise = torch.randn(value.shape, generator=source)
        if value.dim() == 1:
            value.data = 0.1 * noise + (1.0 if name.endswith("norm.weight") else 0.0)
        else:
            value.data = noise * value[0].numel() ** -0.5 + (1.0 if "alpha" in name else 0.0)
    for module in part.modules():
        if isinstance(module, StyleMap):
            for norm in module.norms.values():
                module.bias.data[norm.offset : norm.offset + norm.channels] += 1
    part.requires_grad_(False).eval()


def styles_of(network: TtsNetwork, folder: Path) -> StyleSource:
    """From a drawn table, put into `folder`, where the model has neither diffusion nor references."""
    if network.denoiser is not None:
        return SampledStyles(network)
    rows = torch.randn(510, 1, 2 * network.config.style_width, generator=Generator().manual_seed(2))
    torch.save(rows, folder / f"{VOICE}.pt")
    return TableStyles(network, folder)


def reference() -> Audio:
    """Two seconds that the style encoders take for a voice."""
    time = np.arange(2 * SAMPLE_RATE) / SAMPLE_RATE
    return Audio((np.sin(2 * np.pi * HERTZ * time) / 3).astype(np.float32), SAMPLE_RATE)


@dataclass(frozen=True, slots=True)
class Letters:
    """A front end that spells, sentence by sentence: a drawn network knows no phonemes, and needs no package."""

    def chunks(self, text: str, voice: str, pronunciations: Sequence[Pronunciation]) -> Iterator[Chunk]:
        sentences = [sentence for sentence in text.split(".") if sentence.strip()]
        for number, sentence in enumerate(sentences, start=1):
            tokens = [INDEX[letter] for letter in f"{sentence.strip()}." if letter in INDEX]
            yield Chunk((0, *tokens, 0), len(tokens), (), reached=number / len(sentences))
