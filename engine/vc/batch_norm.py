"""Batch norm with the statistics of its training: an affine map of each channel, over steps or over an image."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class BatchNorm(nn.Module):
    """torch's own would also want the number of batches it was trained on."""

    def __init__(self, channels: int, *, affine: bool = True) -> None:
        super().__init__()
        self.running_mean = nn.Parameter(torch.empty(channels), requires_grad=False)
        self.running_var = nn.Parameter(torch.empty(channels), requires_grad=False)
        self.weight = nn.Parameter(torch.empty(channels)) if affine else None
        self.bias = nn.Parameter(torch.empty(channels)) if affine else None

    def forward(self, x: Tensor) -> Tensor:
        """x [B, C, ...] -> [B, C, ...]."""
        return nn.functional.batch_norm(x, self.running_mean, self.running_var, self.weight, self.bias)
