"""Seed-VC with drawn weights, at full size and at one for tests, so that nothing has to be fetched."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import torch
from torch import Generator, nn
from transformers.models.whisper.configuration_whisper import WhisperConfig
from transformers.models.whisper.modeling_whisper import WhisperEncoder

from engine.audio import Audio
from engine.nn.bigvgan import BigVGAN, BigVGANConfig
from engine.vc.config import DiTConfig, MelConfig, RegulatorConfig, VcConfig
from engine.vc.dit import DiT
from engine.vc.length_regulator import LengthRegulator
from engine.vc.network import VcNetwork
from engine.vc.speaker import CAMPlusPlus

Part = TypeVar("Part", bound=nn.Module)


@dataclass(frozen=True, slots=True)
class Sizes:
    network: VcConfig
    content: WhisperConfig


def _sizes(config: VcConfig, *, layers: int, heads: int, inner: int) -> Sizes:
    content = WhisperConfig(
        d_model=config.regulator.content_width,
        encoder_layers=layers,
        encoder_attention_heads=heads,
        encoder_ffn_dim=inner,
    )
    content._attn_implementation = "sdpa"
    return Sizes(config, content)


# Speech, as the publishers of Seed-VC, of its vocoder and of Whisper small have it.
_SPEECH = VcConfig(
    mel=MelConfig(sample_rate=22_050, n_fft=1024, hop_samples=256, bands=80),
    regulator=RegulatorConfig(content_width=768, width=512, stages=4, pitch_bins=None),
    dit=DiTConfig(
        bands=80,
        width=512,
        heads=8,
        layers=13,
        content_width=512,
        style_width=192,
        long_skip=True,
        time_as_token=False,
        style_as_token=False,
        output="wavenet",
        wavenet_layers=8,
        wavenet_kernel=5,
    ),
    vocoder=BigVGANConfig(
        bands=80,
        channels=1536,
        rates=(4, 4, 2, 2, 2, 2),
        kernels=(8, 8, 4, 4, 4, 4),
        block_kernels=(3, 7, 11),
        block_dilations=((1, 3, 5),) * 3,
        final_tanh=False,
        final_bias=False,
    ),
)
FULL = _sizes(_SPEECH, layers=12, heads=12, inner=3072)
REDUCED = _sizes(
    replace(
        _SPEECH,
        regulator=replace(_SPEECH.regulator, content_width=32, width=16),
        dit=replace(_SPEECH.dit, width=32, heads=2, layers=3, content_width=16, wavenet_layers=2),
        vocoder=replace(_SPEECH.vocoder, channels=64, block_kernels=(3, 11), block_dilations=((1,),) * 2),
    ),
    layers=1,
    heads=2,
    inner=32,
)


def network_of(sizes: Sizes, precision: torch.dtype) -> VcNetwork:
    """Always the same."""
    config = sizes.network
    network = VcNetwork(
        config=config,
        speaker=drawn(CAMPlusPlus()),
        regulator=drawn(LengthRegulator(config.regulator)),
        estimator=drawn(DiT(config.dit)),
        vocoder=drawn(BigVGAN(config.vocoder)),
    )
    network.make_ready(precision)
    return network


def encoder_of(sizes: Sizes) -> WhisperEncoder:
    return drawn(WhisperEncoder(sizes.content))


def drawn(part: Part) -> Part:
    """Weights that neither fade nor grow from layer to layer, norms around the identity."""
    source = Generator().manual_seed(0)
    for name, value in part.named_parameters():
        noise = torch.randn(value.shape, generator=source)
        if name.endswith("running_var"):
            value.data = 1 + 0.1 * noise.abs()
        elif value.dim() == 1:
            value.data = 0.1 * noise + (1.0 if name.endswith("weight") else 0.0)
        else:
            value.data = noise * value[0].numel() ** -0.5
    return part.requires_grad_(False).eval()


def speech(seconds: float, hertz: float) -> Audio:
    """Harmonics that come and go four times a second."""
    time = np.arange(round(seconds * 22_050)) / 22_050
    voiced = sum(np.sin(2 * np.pi * hertz * n * time) / n for n in range(1, 8))
    return Audio((0.15 * voiced * (0.55 + 0.45 * np.sin(2 * np.pi * 4 * time))).astype(np.float32), 22_050)
