"""Networks small enough for every test, with drawn weights: odd and even rates, both decoders, both denoisers."""

from __future__ import annotations

from dataclasses import fields

import torch
from torch import Tensor, nn

from engine.tts.adain import StyleMap
from engine.tts.config import DiffusionConfig, GeneratorConfig, PLBertConfig, TtsConfig
from engine.tts.network import TtsNetwork

HIFIGAN = GeneratorConfig(
    kind="hifigan",
    channels=32,
    rates=(5, 4, 3),
    kernels=(10, 8, 6),
    block_kernels=(3, 7, 11),
    block_dilations=((1, 3, 5),) * 3,
)
ISTFTNET = GeneratorConfig(
    kind="istftnet",
    channels=32,
    rates=(4, 3),
    kernels=(8, 7),
    block_kernels=(3, 7, 11),
    block_dilations=((1, 3, 5),) * 3,
    n_fft=20,
    hop_samples=5,
)


def tiny_config(generator: GeneratorConfig, *, positions: int = 64) -> TtsConfig:
    """With HiFi-GAN many speakers, as in LibriTTS; with iSTFTNet one, as in LJSpeech. `positions`: most tokens."""
    return TtsConfig(
        symbols=178,
        width=24,
        style_width=8,
        layers=2,
        text_kernel=5,
        max_duration=6,
        plbert=PLBertConfig(width=24, heads=4, feed_forward=48, positions=positions, layers=2),
        generator=generator,
        decoder_width=28,
        asr_width=4,
        style_encoder_width=4,
        diffusion=DiffusionConfig(layers=2, heads=2, head_width=8, multiplier=2, sigma_data=0.2),
        multispeaker=generator.kind == "hifigan",
    )


def drawn(part: nn.Module, generator: torch.Generator) -> None:
    """Weights that neither fade nor grow from layer to layer, snakes around 1, norms around the identity."""
    for name, value in part.named_parameters():
        noise = torch.randn(value.shape, generator=generator)
        if name.endswith("alpha") or "alphas." in name:
            noise = 1 + 0.3 * noise
        elif value.dim() == 1:
            noise = 0.1 * noise + (1.0 if name.endswith("norm.weight") else 0.0)
        elif "words" not in name and "embedding" not in name:
            noise = noise / value[0].numel() ** 0.5
        value.data = noise
    for module in part.modules():
        if isinstance(module, StyleMap):
            for norm in module.norms.values():
                module.bias.data[norm.offset : norm.offset + norm.channels] += 1


def tiny_network(generator: GeneratorConfig, *, positions: int = 64) -> TtsNetwork:
    network = TtsNetwork.build(tiny_config(generator, positions=positions))
    source = torch.Generator().manual_seed(20)
    for field in fields(network):
        part = getattr(network, field.name)
        if isinstance(part, nn.Module):
            drawn(part, source)
            part.requires_grad_(False).eval()
    network.prosody.F0_proj.bias.data += 150  # Hz: voiced speech
    return network


def tiny_tokens(*lengths: int) -> list[list[int]]:
    source = torch.Generator().manual_seed(7)
    return [[0, *torch.randint(1, 178, (n - 1,), generator=source).tolist()] for n in lengths]


def tiny_style(count: int, network: TtsNetwork) -> Tensor:
    return 0.4 * torch.randn(count, 2 * network.config.style_width, generator=torch.Generator().manual_seed(3))
