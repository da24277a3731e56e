"""Items of different lengths in one batch: what must not leak from the padding into the real part.

A mask is float [B, 1, T], 1 on real steps and 0 on padding, or None where nothing is padded: a single item, or
equal lengths, then pays nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

Mask = Tensor | None


def mask_of(lengths: Sequence[int], device: torch.device) -> Mask:
    """-> float32 [B, 1, T] with T the longest, or None when all are equally long."""
    if min(lengths) == max(lengths):
        return None
    steps = torch.arange(max(lengths), device=device)
    return (steps < torch.tensor(lengths, device=device).unsqueeze(1)).float().unsqueeze(1)


def silenced(x: Tensor, mask: Mask) -> Tensor:
    """x [B, ..., T] with zero padding, as a convolution wants it; x itself without a mask."""
    if mask is None:
        return x
    return x * (mask if x.dim() == 3 else mask.unsqueeze(1))
