"""Front ends of Seed-VC: the log-mel that it converts, and the 16 kHz signal that its encoders hear.

S samples, F frames, M mel bands.
"""

from __future__ import annotations

import math
from functools import lru_cache

import torch
from torch import Tensor

from engine.nn.mel import mel_filters, power_spectrum
from engine.vc.config import MelConfig

ENCODER_RATE = 16_000
FLOOR = 1e-5

# The windowed sinc upstream resamples with: zero crossings on each side, and where it starts to roll off.
SINC_WIDTH, ROLL_OFF = 6, 0.99


def frames_of(samples: int, config: MelConfig) -> int:
    return samples // config.hop_samples


def shortest_samples(config: MelConfig) -> int:
    """A signal of fewer cannot be mirrored at its ends."""
    return (config.n_fft - config.hop_samples) // 2 + 1


def log_mel(wave: Tensor, config: MelConfig) -> Tensor:
    """wave [B, S] in [-1, 1] -> natural log amplitude [B, M, F], F = S // hop, floor -11.5."""
    pad = (config.n_fft - config.hop_samples) // 2
    power = power_spectrum(
        wave, n_fft=config.n_fft, hop_samples=config.hop_samples, window_samples=config.n_fft, pad_samples=pad
    )
    filters = mel_basis(config).to(wave.device)
    return (filters.T @ (power + 1e-9).sqrt()).clamp(min=FLOOR).log()


@lru_cache
def mel_basis(config: MelConfig) -> Tensor:
    """-> float32 [n_fft / 2 + 1, M]."""
    top = config.sample_rate / 2
    return mel_filters(
        bins=config.n_fft // 2 + 1,
        top_hz=top,
        low_hz=0,
        high_hz=top,
        bands=config.bands,
        scale="slaney",
        unit_area=True,
    )


def to_encoder_rate(wave: Tensor, sample_rate: int) -> Tensor:
    """wave [B, S] -> [B, ceil(16000 S / sample_rate)]."""
    common = math.gcd(sample_rate, ENCODER_RATE)
    stride, phases = sample_rate // common, ENCODER_RATE // common
    if stride == phases:
        return wave
    kernel, margin = sinc_kernel(stride, phases)
    padded = torch.nn.functional.pad(wave, (margin, margin + stride)).unsqueeze(1)
    # [B, phases, n]: each phase is every `phases`-th sample of the result.
    found = torch.nn.functional.conv1d(padded, kernel.to(wave.device), stride=stride)
    return found.mT.flatten(1)[:, : -(-phases * wave.shape[-1] // stride)]


@lru_cache
def sinc_kernel(stride: int, phases: int) -> tuple[Tensor, int]:
    """-> float32 [phases, 1, taps], and the zeros wanted in front of the signal."""
    band = ROLL_OFF * min(stride, phases)
    margin = math.ceil(SINC_WIDTH * stride / band)
    taps = torch.arange(-margin, margin + stride, dtype=torch.float64) / stride
    offsets = torch.arange(phases, dtype=torch.float64).unsqueeze(1) / phases
    time = ((taps - offsets) * band).clamp(-SINC_WIDTH, SINC_WIDTH)
    window = torch.cos(time * math.pi / SINC_WIDTH / 2).square()
    return (torch.sinc(time) * window * band / stride).float().unsqueeze(1), margin
