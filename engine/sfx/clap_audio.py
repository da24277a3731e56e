"""Audio encoder of CLAP (arXiv 2206.04769, section 3): CNN14 (arXiv 1912.10211, table II) and a projection.

B batch, S samples at 44.1 kHz, T frames of 320 samples, M = 64 mel bands, D projected width. Batch norms are folded
into the convolutions when the checkpoint is read. Left out: dropout, the classifier, augmentation.
"""

from __future__ import annotations

import math
from functools import cache

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.nn.mel import mel_filters, power_spectrum
from engine.sfx.config import ClapAudioConfig
from engine.sfx.text_encoder import Projection

SAMPLE_RATE = 44_100
WINDOW_SAMPLES, HOP_SAMPLES = 1024, 320
BANDS, LOWEST_HZ, HIGHEST_HZ = 64, 50.0, 14_000.0
LEAST_POWER = 1e-10

# From 16 kHz: 441 samples for each 160, through a sinc of 6 zero crossings, cut off a little below 8 kHz.
SOURCE_STEPS, TARGET_STEPS = 160, 441
ZERO_CROSSINGS, ROLLOFF = 6, 0.99
REACH = math.ceil(ZERO_CROSSINGS / ROLLOFF)


@cache
def _resampling_kernels() -> Tensor:
    """float32 [441, 1, 160 + 2 x 7]: row m weighs the source around m 160 / 441 of its samples."""
    # Float32 on purpose: torchaudio, through which CLAP hears, rounds the phases, and between 8 and 14 kHz, 80 dB down,
    # there is little but the trace of that.
    phases = torch.arange(TARGET_STEPS, dtype=torch.float32).div(TARGET_STEPS).double()
    taps = torch.arange(-REACH, SOURCE_STEPS + REACH, dtype=torch.float64)
    crossings = ROLLOFF * (taps - SOURCE_STEPS * phases[:, None])
    window = torch.cos(crossings.clamp(-ZERO_CROSSINGS, ZERO_CROSSINGS) * math.pi / (2 * ZERO_CROSSINGS)).square()
    return (ROLLOFF * torch.sinc(crossings) * window).float().unsqueeze(1)


def resampled(wave: Tensor) -> Tensor:
    """float32 wave [B, S'] at 16 kHz -> [B, ceil(S' 441 / 160)] at 44.1 kHz."""
    samples = math.ceil(wave.shape[-1] * TARGET_STEPS / SOURCE_STEPS)
    padded = functional.pad(wave.unsqueeze(1), (REACH, SOURCE_STEPS + REACH))
    phases = functional.conv1d(padded, _resampling_kernels().to(wave.device), stride=SOURCE_STEPS)
    return phases.mT.flatten(1)[:, :samples]


@cache
def _filters() -> Tensor:
    """float32 [513, 64]."""
    return mel_filters(
        bins=WINDOW_SAMPLES // 2 + 1,
        top_hz=SAMPLE_RATE / 2,
        low_hz=LOWEST_HZ,
        high_hz=HIGHEST_HZ,
        bands=BANDS,
        scale="slaney",
        unit_area=True,
    )


def decibel_mel(wave: Tensor) -> Tensor:
    """float32 wave [B, S] -> mel [B, T, M] in dB, at least -100."""
    power = power_spectrum(
        wave,
        n_fft=WINDOW_SAMPLES,
        hop_samples=HOP_SAMPLES,
        window_samples=WINDOW_SAMPLES,
        pad_samples=WINDOW_SAMPLES // 2,
    )
    return 10 * (power.mT @ _filters().to(wave.device)).clamp(min=LEAST_POWER).log10()


class ConvBlock(nn.Module):
    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """x [B, inputs, T, M] -> [B, outputs, T, M], not negative."""
        return functional.relu(self.conv2(functional.relu(self.conv1(x), inplace=True)), inplace=True)


class AudioEncoder(nn.Module):
    def __init__(self, config: ClapAudioConfig) -> None:
        super().__init__()
        width = config.widths[-1]
        self.mel_scale = nn.Parameter(torch.empty(BANDS))
        self.mel_shift = nn.Parameter(torch.empty(BANDS))
        self.blocks = nn.ModuleList(ConvBlock(inputs, outputs) for inputs, outputs in config.pairs())
        self.fc1 = nn.Linear(width, width)
        self.projection = Projection(width, config.projected)

    def features(self, mel: Tensor) -> Tensor:
        """mel [B, T, M] in dB -> [B, C, T / 32, M / 32]; the last block does not pool."""
        x = torch.addcmul(self.mel_shift, mel, self.mel_scale).unsqueeze(1)
        x = x.contiguous(memory_format=torch.channels_last)
        for index, block in enumerate(self.blocks):
            x = block(x if index == 0 else functional.avg_pool2d(x, 2))
        return x

    def pooled(self, features: Tensor) -> Tensor:
        """[B, C, T', M'] -> [B, C]: the mean over bands, then over time the maximum plus the mean."""
        over_time = features.mean(dim=3)
        pooled: Tensor = functional.relu(self.fc1(over_time.amax(dim=2) + over_time.mean(dim=2)))
        return pooled

    def forward(self, wave: Tensor) -> Tensor:
        """wave [B, S] at 44.1 kHz, S at least 10,240 -> a direction for each clip, float32 [B, D] of length 1."""
        pooled = self.pooled(self.features(decibel_mel(wave)))
        return functional.normalize(self.projection(pooled), dim=-1)
