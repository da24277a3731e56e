"""Items of different lengths in one batch: what must not leak from the padding into the real part.

A mask is float [B, 1, T], 1 on real steps and 0 on padding, or None where nothing is padded: a single item, or
equal lengths, then pays nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence

Mask = Tensor | None


def mask_of(lengths: Sequence[int], device: torch.device) -> Mask:
    """-> float32 [B, 1, T] with T the longest, or None when all are equally long."""
    if min(lengths) == max(lengths):
        return None
    steps = torch.arange(max(lengths), device=device)
    return (steps < torch.tensor(lengths, device=device).unsqueeze(1)).float().unsqueeze(1)


def silenced(x: Tensor, mask: Mask) -> Tensor:
    """x [B, C, T] with zero padding, as a convolution wants it; x itself without a mask."""
    return x if mask is None else x * mask


def padded(items: Sequence[Tensor]) -> Tensor:
    """Items [..., T_i] -> [B, ..., T], zero after each one's end."""
    return pad_sequence([item.movedim(-1, 0) for item in items], batch_first=True).movedim(1, -1)


def run_lstm(lstm: nn.LSTM, x: Tensor, lengths: Sequence[int]) -> Tensor:
    """x [B, T, I] -> [B, T, 2 H], forward then backward. Packed, or the backward half would start in the padding."""
    if min(lengths) == max(lengths):
        y: Tensor = lstm(x)[0]
        return y
    packed = pack_padded_sequence(x, torch.tensor(lengths), batch_first=True, enforce_sorted=False)
    return pad_packed_sequence(lstm(packed)[0], batch_first=True, total_length=x.shape[1])[0]
