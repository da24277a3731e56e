"""Items of different lengths in one batch: what must not leak from the padding into the real part.

A mask is float [B, 1, T], 1 on real steps and 0 on padding, or None where nothing is padded: a single item, or
equal lengths, then pays nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

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


def padded(items: Sequence[Tensor]) -> Tensor:
    """Items [T_i, ...] -> [B, T, ...], zero after each one's end."""
    return pad_sequence(list(items), batch_first=True)


def reflected(x: Tensor, lengths: Sequence[int], pad: int) -> Tensor:
    """x [B, C, T] -> [B, C, T + 2 pad], mirrored about each item's own first and last step.

    Every length is above `pad`. What follows an item's mirrored end is arbitrary.
    """
    if min(lengths) == max(lengths):
        return torch.nn.functional.pad(x, (pad, pad), mode="reflect")
    steps = torch.arange(-pad, x.shape[-1] + pad, device=x.device).abs()
    last = torch.tensor(lengths, device=x.device).unsqueeze(1) - 1
    index = (last - (last - steps).abs()).clamp(min=0)
    return x.gather(2, index.unsqueeze(1).expand(-1, x.shape[1], -1))
