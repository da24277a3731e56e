"""Items of different lengths as one batch, and what has to know where each one ends."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence


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
