"""Networks small enough for every test, with drawn weights, and recordings to convert with them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor, nn

from engine.audio import Audio
from engine.nn.bigvgan import BigVGAN, BigVGANConfig
from engine.vc.config import DiTConfig, MelConfig, RegulatorConfig, VcConfig
from engine.vc.content import FRAME_SAMPLES, WINDOW_SAMPLES
from engine.vc.converter import Converter
from engine.vc.dit import DiT
from engine.vc.length_regulator import LengthRegulator
from engine.vc.network import VcNetwork
from engine.vc.pitch import RMVPE
from engine.vc.speaker import CAMPlusPlus

SAMPLE_RATE, HOP_SAMPLES, CONTENT_WIDTH = 4000, 250, 12
SPEECH = DiTConfig(
    bands=10,
    width=24,
    heads=3,
    layers=5,
    content_width=16,
    style_width=192,
    long_skip=True,
    time_as_token=False,
    style_as_token=False,
    output="wavenet",
    wavenet_layers=3,
    wavenet_kernel=5,
)
SINGING = replace(SPEECH, long_skip=False, output="mlp")
TOKENS = replace(SINGING, time_as_token=True, style_as_token=True)


def tiny_config(dit: DiTConfig = SPEECH) -> VcConfig:
    """16 mel frames a second, so that a source of half a minute has several pieces."""
    return VcConfig(
        mel=MelConfig(sample_rate=SAMPLE_RATE, n_fft=1000, hop_samples=HOP_SAMPLES, bands=dit.bands),
        regulator=RegulatorConfig(
            content_width=CONTENT_WIDTH, width=dit.content_width, stages=4, pitch_bins=None if dit == SPEECH else 256
        ),
        dit=dit,
        vocoder=BigVGANConfig(
            bands=dit.bands,
            channels=32,
            rates=(10, 5, 5),
            kernels=(20, 11, 11),
            block_kernels=(3, 5),
            block_dilations=((1, 3), (1, 3)),
            final_tanh=False,
            final_bias=False,
        ),
    )


def drawn(part: nn.Module, seed: int = 0) -> nn.Module:
    """Weights that neither fade nor grow from layer to layer, norms around the identity."""
    generator = torch.Generator().manual_seed(seed)
    for name, value in part.named_parameters():
        noise = torch.randn(value.shape, generator=generator)
        if name.endswith("running_var"):
            noise = 1 + 0.1 * noise.abs()
        elif value.dim() == 1:
            noise = 0.1 * noise + (1.0 if name.endswith("weight") else 0.0)
        else:
            noise = noise / value[0].numel() ** 0.5
        value.data = noise
    return part.requires_grad_(False).eval()


def tiny_network(dit: DiTConfig = SPEECH) -> VcNetwork:
    config = tiny_config(dit)
    parts = {
        "speaker": CAMPlusPlus(),
        "regulator": LengthRegulator(config.regulator),
        "estimator": DiT(config.dit),
        "vocoder": BigVGAN(config.vocoder),
    }
    if config.singing:
        parts["pitch"] = RMVPE()
    return VcNetwork(config=config, **{name: drawn(part) for name, part in parts.items()})


@dataclass(frozen=True)
class Heard:
    last_hidden_state: Tensor


class TinyEncoder:
    """In Whisper's place: two log-mel frames of 10 ms to one of content."""

    def __init__(self) -> None:
        self.windows = 0
        self._weight = torch.randn(CONTENT_WIDTH, 80, generator=torch.Generator().manual_seed(4)) / 9

    def __call__(self, input_features: Tensor, /) -> Heard:
        self.windows += len(input_features)
        content = nn.functional.avg_pool1d(self._weight @ input_features, 2).mT
        assert content.shape[1] == WINDOW_SAMPLES // FRAME_SAMPLES
        return Heard(content)


def tiny_converter(network, folder=None, encoder=None, **options):
    return Converter(network, encoder or TinyEncoder(), model="tiny", folder=folder, **options)


def speech(seconds: float, *, hertz: float = 120.0, seed: int = 0) -> Audio:
    """Harmonics that come and go, four times a second, over a little noise."""
    time = np.arange(round(seconds * 16_000)) / 16_000
    voiced = sum(np.sin(2 * np.pi * hertz * n * time) / n for n in range(1, 8))
    envelope = 0.55 + 0.45 * np.sin(2 * np.pi * 4 * time)
    noise = np.random.default_rng(seed).standard_normal(len(time))
    return Audio((0.15 * voiced * envelope + 0.005 * noise).astype(np.float32), 16_000)
