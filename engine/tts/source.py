"""Harmonic source of the decoder (after the neural source filter models of Wang et al., arXiv 1904.12088).

B batch, P values of F0 (two for each frame), u samples for each, L = P u samples, 9 harmonics.
Left out: upstream's random start phases and second noise, which never reach its output. Different: phases are
summed at the rate of F0 and in float64, for they reach 1e5 radians, where float32 resolves a hundredth.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Generator, Tensor, nn

from engine.nn.padding import mask_of, silenced
from engine.tts.config import SAMPLE_RATE
from engine.tts.padding import padded

HARMONICS = 9
VOICED_ABOVE_HZ = 10
SINE_LEVEL, VOICED_NOISE, UNVOICED_NOISE = 0.1, 0.003, 0.1 / 3


class HarmonicSource(nn.Module):
    """Sines at F0 and its multiples where the voice sounds, noise everywhere, merged to one excitation."""

    def __init__(self, samples_per_pitch: int) -> None:
        super().__init__()
        self.samples_per_pitch = samples_per_pitch
        self.merge = nn.Linear(HARMONICS, 1)

    def forward(self, f0: Tensor, noise: Tensor, frames: Sequence[int]) -> Tensor:
        """f0 [B, P] Hz, zero on padding; noise [B, L, 9], standard normal -> [B, L] in (-1, 1), zero on padding."""
        rate = self.samples_per_pitch
        voiced = (f0 > VOICED_ABOVE_HZ).float().repeat_interleave(rate, dim=-1).unsqueeze(-1)
        level = torch.where(voiced > 0, VOICED_NOISE, UNVOICED_NOISE)
        waves = torch.addcmul(self._sines(f0) * voiced, noise, level)
        source = torch.tanh(self.merge(waves)).mT
        return silenced(source, mask_of([2 * rate * n for n in frames], f0.device)).squeeze(1)

    def _sines(self, f0: Tensor) -> Tensor:
        """f0 [B, P] -> [B, L, 9]. Zero F0 on padding keeps the phase, so that interpolation sees the end clamped."""
        harmonics = torch.arange(1, HARMONICS + 1, device=f0.device, dtype=torch.float64)
        cycles_per_sample = torch.remainder(f0.double().unsqueeze(1) * harmonics.unsqueeze(1) / SAMPLE_RATE, 1)
        cycles = cycles_per_sample.cumsum(dim=-1) * self.samples_per_pitch
        cycles = nn.functional.interpolate(cycles, scale_factor=float(self.samples_per_pitch), mode="linear")
        return torch.sin(2 * math.pi * torch.remainder(cycles, 1).float()).mul_(SINE_LEVEL).mT


def draw_source_noise(generators: Sequence[Generator], samples: Sequence[int]) -> Tensor:
    """-> [B, L, 9] on the CPU, each item from its own generator, whatever lies beside it in the batch."""
    items = [torch.randn(HARMONICS, n, generator=g) for g, n in zip(generators, samples, strict=True)]
    return padded(items).mT
