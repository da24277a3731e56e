"""Length regulator of Seed-VC (arXiv 2411.09943, section 3): content to one condition per mel frame.

B batch, N content frames (50 a second), T mel frames, D content width, w width, K pitch frames (100 a second).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from engine.nn.padding import Mask, mask_of, silenced
from engine.vc.config import RegulatorConfig
from engine.vc.padding import padded

LOWEST_HZ, HIGHEST_HZ = 50.0, 1100.0


class LengthRegulator(nn.Module):
    def __init__(self, config: RegulatorConfig) -> None:
        super().__init__()
        self.pitch_bins = config.pitch_bins
        width, stages = config.width, config.stages
        self.content_in_proj = nn.Linear(config.content_width, width)
        self.convs = nn.ModuleList(nn.Conv1d(width, width, 3, padding=1) for _ in range(stages))
        self.norms = nn.ModuleList(WholeNorm(width) for _ in range(stages))
        self.last = nn.Conv1d(width, width, 1)
        if config.pitch_bins is not None:
            self.f0_embedding = nn.Embedding(config.pitch_bins, width)
            self.f0_mask = nn.Parameter(torch.empty(1, width))

    def forward(
        self, contents: Sequence[Tensor], frames: Sequence[int], f0: Sequence[Tensor | None] | None = None
    ) -> Tensor:
        """contents [N_i, D], frames wanted of each, f0 float64 [K_i] Hz with 0 where unvoiced -> [B, T, w].

        Arbitrary past an item's own frames. Run it over a whole recording: its norms look at all of it.
        """
        projected = self.content_in_proj(torch.cat(list(contents))).split([len(item) for item in contents])
        pitches: Sequence[Tensor | None] = [None] * len(contents) if f0 is None else f0
        stretched = [
            self._with_pitch(nearest(item, n), hertz) for item, n, hertz in zip(projected, frames, pitches, strict=True)
        ]
        mask = mask_of(frames, stretched[0].device)
        x = padded(stretched).mT
        for conv, norm in zip(self.convs, self.norms, strict=True):
            x = nn.functional.mish(norm(conv(silenced(x, mask)), mask, frames))
        cond: Tensor = self.last(x)
        return cond.mT

    def _with_pitch(self, x: Tensor, f0: Tensor | None) -> Tensor:
        """x [T, w] -> [T, w]; the mask stands for a pitch that nobody gives."""
        if self.pitch_bins is None:
            return x
        if f0 is None:
            return x + self.f0_mask
        return x + nearest(self.f0_embedding(pitch_bins(f0, self.pitch_bins)), len(x))


class WholeNorm(nn.Module):
    """Group norm of one group: mean and variance over all channels and all of an item's own steps."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(width))
        self.bias = nn.Parameter(torch.empty(width))

    def forward(self, x: Tensor, mask: Mask, lengths: Sequence[int]) -> Tensor:
        """x [B, w, T] -> [B, w, T]."""
        if mask is None:
            return nn.functional.group_norm(x, 1, self.weight, self.bias)
        values = torch.tensor(lengths, device=x.device).view(-1, 1, 1) * x.shape[1]
        centred = x - (x * mask).sum(dim=(1, 2), keepdim=True) / values
        variance = (centred * mask).square().sum(dim=(1, 2), keepdim=True) / values
        return centred * (variance + 1e-5).rsqrt() * self.weight[:, None] + self.bias[:, None]


def nearest(x: Tensor, steps: int) -> Tensor:
    """x [N, w] -> [steps, w]: step i takes the floor of i x N / steps, in float32 as the networks were trained."""
    scale = torch.tensor(len(x), dtype=torch.float32, device=x.device) / steps
    index = (torch.arange(steps, dtype=torch.float32, device=x.device) * scale).long()
    return x[index.clamp(max=len(x) - 1)]


def pitch_bins(f0: Tensor, bins: int) -> Tensor:
    """f0 float64 [K] Hz -> int64 [K]: 1 is unvoiced or lowest."""
    low, high = (1127 * math.log(1 + hertz / 700) for hertz in (LOWEST_HZ, HIGHEST_HZ))
    mel = 1127 * torch.log(1 + f0 / 700)
    index = torch.where(mel > 0, (mel - low) * (bins - 2) / (high - low) + 1, 0).round().long().clamp(min=1)
    # Not the top bin: upstream's clamp never takes effect, and the weights were trained so.
    return torch.where(index >= bins, 0, index)
