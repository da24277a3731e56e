"""Items of different lengths as one batch, and what has to know where each one ends."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence


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
