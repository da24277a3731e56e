"""Log10 mel that autoencoder and vocoder work on (arXiv 2301.12661, appendix; the front end of HiFi-GAN).

B batch, S samples at 16 kHz, F = S / 256 frames, 80 bands. From -5 (silence) to about 1.5; rescaled nowhere.
"""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor

from engine.nn.mel import mel_filters, power_spectrum
from engine.sfx.config import HOP_SAMPLES, MEL_BANDS, SAMPLE_RATE

WINDOW_SAMPLES = 1024
PAD_SAMPLES = (WINDOW_SAMPLES - HOP_SAMPLES) // 2
FLOOR = 1e-5


@cache
def filters() -> Tensor:
    """float32 [513, 80]."""
    return mel_filters(
        bins=WINDOW_SAMPLES // 2 + 1,
        top_hz=SAMPLE_RATE / 2,
        low_hz=0.0,
        high_hz=8000.0,
        bands=MEL_BANDS,
        scale="slaney",
        unit_area=True,
    )


def log_mel(wave: Tensor) -> Tensor:
    """float32 wave [B, S], clamped to [-1, 1] -> [B, 80, S / 256]."""
    power = power_spectrum(
        wave.clamp(-1, 1),
        n_fft=WINDOW_SAMPLES,
        hop_samples=HOP_SAMPLES,
        window_samples=WINDOW_SAMPLES,
        pad_samples=PAD_SAMPLES,
    )
    magnitude = torch.sqrt(power + 1e-9)
    return (filters().to(wave.device).mT @ magnitude).clamp(min=FLOOR).log10()
