"""Time of the flow as a vector: sinusoids and two linear layers (arXiv 2212.09748, section 3.2). n times, d width."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

SINUSOIDS = 128
THOUSAND = 1000.0  # times run from 0 to 1, the frequencies were made for diffusion steps


class TimeEmbedding(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.into = nn.Linear(2 * SINUSOIDS, width)
        self.out = nn.Linear(width, width)

    def forward(self, times: Tensor) -> Tensor:
        """times [n] in [0, 1], float32 -> [n, d]."""
        # Up to 1000 rad: half precision would leave noise of them.
        rates = torch.exp(-math.log(10_000) * torch.arange(SINUSOIDS, device=times.device) / SINUSOIDS)
        angles = THOUSAND * times.float().unsqueeze(1) * rates
        embedded: Tensor = self.out(nn.functional.silu(self.into(torch.cat([angles.cos(), angles.sin()], dim=1))))
        return embedded
