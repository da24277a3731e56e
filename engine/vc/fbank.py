"""Kaldi's filter bank as CAM++ hears it: 80 bands of 25 ms frames, each band's mean over time taken off.

S samples at 16 kHz in [-1, 1] (not scaled to 16 bits), F frames.
"""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor

FRAME_SAMPLES, HOP_SAMPLES, N_FFT = 400, 160, 512
BANDS, LOW_HZ, HIGH_HZ = 80, 20.0, 8000.0
PRE_EMPHASIS = 0.97
FLOOR = 2.0**-23


def feature(wave: Tensor) -> Tensor:
    """wave [S], at least 400 -> [F, 80] of mean 0 in each band."""
    bands = fbank(wave)
    return bands - bands.mean(dim=0)


def fbank(wave: Tensor) -> Tensor:
    """wave [S], at least 400 -> [F, 80] natural log energies, F = 1 + (S - 400) // 160."""
    frames = wave.unfold(0, FRAME_SAMPLES, HOP_SAMPLES)
    frames = frames - frames.mean(dim=1, keepdim=True)
    before = torch.cat([frames[:, :1], frames[:, :-1]], dim=1)
    windowed = (frames - PRE_EMPHASIS * before) * povey_window().to(wave.device)
    spectrum = torch.fft.rfft(windowed, n=N_FFT)
    power = spectrum.real.square() + spectrum.imag.square()
    bands: Tensor = power @ triangles().to(wave.device)
    return bands.clamp(min=FLOOR).log()


@lru_cache
def povey_window() -> Tensor:
    return torch.hann_window(FRAME_SAMPLES, periodic=False, dtype=torch.float64).pow(0.85).float()


@lru_cache
def triangles() -> Tensor:
    """-> float32 [257, 80]: straight in mel, not in Hz as the other filter banks here; nothing of the last bin."""
    hertz = torch.arange(N_FFT // 2 + 1, dtype=torch.float64) * 2 * HIGH_HZ / N_FFT
    mel = _mel(hertz).unsqueeze(1)
    low, high = _mel(torch.tensor([LOW_HZ, HIGH_HZ], dtype=torch.float64)).tolist()
    edges = torch.linspace(low, high, BANDS + 2, dtype=torch.float64)
    rising = (mel - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - mel) / (edges[2:] - edges[1:-1])
    found = torch.minimum(rising, falling).clamp(min=0)
    found[-1] = 0
    return found.float()


def _mel(hertz: Tensor) -> Tensor:
    return 1127 * torch.log(1 + hertz / 700)
