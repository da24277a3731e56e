"""Parts of log-mel front ends: the filter bank and the power spectrum. Each network states its own constants.

S samples, F frames, K = n_fft / 2 + 1 frequency bins, M mel bands.
"""

from __future__ import annotations

import math
from typing import Literal

import torch
from torch import Tensor, nn

Scale = Literal["htk", "slaney"]

# Slaney's scale: linear up to 1 kHz (15 mel), then 27 steps for each factor of 6.4.
SLANEY_HZ_PER_MEL = 200 / 3
SLANEY_KNEE_HZ, SLANEY_KNEE_MEL = 1000.0, 15.0
SLANEY_LOG_STEP = math.log(6.4) / 27


def mel_of(hz: Tensor, scale: Scale) -> Tensor:
    if scale == "htk":
        return 2595 * torch.log10(1 + hz / 700)
    above = SLANEY_KNEE_MEL + torch.log(hz.clamp(min=1) / SLANEY_KNEE_HZ) / SLANEY_LOG_STEP
    return torch.where(hz < SLANEY_KNEE_HZ, hz / SLANEY_HZ_PER_MEL, above)


def hz_of(mel: Tensor, scale: Scale) -> Tensor:
    if scale == "htk":
        return 700 * (10 ** (mel / 2595) - 1)
    above = SLANEY_KNEE_HZ * torch.exp(SLANEY_LOG_STEP * (mel - SLANEY_KNEE_MEL))
    return torch.where(mel < SLANEY_KNEE_MEL, mel * SLANEY_HZ_PER_MEL, above)


def mel_filters(
    *, bins: int, top_hz: float, low_hz: float, high_hz: float, bands: int, scale: Scale, unit_area: bool
) -> Tensor:
    """-> float32 [K, M]: triangles over K bins that span 0 to `top_hz`, their edges even in mel."""
    limits = mel_of(torch.tensor([low_hz, high_hz], dtype=torch.float64), scale)
    edges = hz_of(torch.linspace(float(limits[0]), float(limits[1]), bands + 2, dtype=torch.float64), scale)
    bin_hz = torch.linspace(0, top_hz, bins, dtype=torch.float64).unsqueeze(1)
    low, centre, high = edges[:-2], edges[1:-1], edges[2:]
    triangles = torch.minimum((bin_hz - low) / (centre - low), (high - bin_hz) / (high - centre)).clamp(min=0)
    if unit_area:
        triangles = triangles * (2 / (high - low))
    return triangles.float()


def power_spectrum(wave: Tensor, *, n_fft: int, hop_samples: int, window_samples: int, pad_samples: int) -> Tensor:
    """wave [B, S] -> |STFT|^2 [B, K, F] of the reflect-padded wave; frames are centred when padded by n_fft / 2."""
    padded = nn.functional.pad(wave.unsqueeze(1), (pad_samples, pad_samples), mode="reflect").squeeze(1)
    window = torch.hann_window(window_samples, device=wave.device, dtype=wave.dtype)
    spectrum = torch.stft(
        padded, n_fft, hop_samples, window_samples, window, center=False, onesided=True, return_complex=True
    )
    return spectrum.real.square() + spectrum.imag.square()
