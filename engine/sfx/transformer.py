"""Transformer of the UNet (arXiv 2112.10752, section 3.3): where the text enters.

B batch, C channels, R rows, W columns, N = R W tokens in row-major order, H heads, D = C / H, L tokens of text.
There is no positional encoding. Keys and values of the text do not change from step to step, so `keys_of` computes
them once for a prompt. Left out: dropout, depths above one.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.sfx.config import GROUPS


class Keys(NamedTuple):
    """A text as one cross-attention sees it; both [B, H, L, D]."""

    keys: Tensor
    values: Tensor

    def of_rows(self, rows: Tensor) -> Keys:
        """int64 [B'] -> the texts of these rows, repeated as the rows are."""
        return Keys(self.keys[rows], self.values[rows])


def as_many(x: Tensor, rows: int) -> Tensor:
    """x [B, ...] -> [rows, ...]: all of it, again and again."""
    return x if len(x) == rows else torch.cat([x] * (rows // len(x)))


class SelfAttention(nn.Module):
    def __init__(self, channels: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.to_qkv = nn.Linear(channels, 3 * channels, bias=False)
        self.to_out = nn.Linear(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        """x [B, N, C] -> [B, N, C]."""
        q, k, v = self.to_qkv(x).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        y: Tensor = self.to_out(functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2))
        return y


class CrossAttention(nn.Module):
    def __init__(self, channels: int, heads: int, context: int) -> None:
        super().__init__()
        self.heads = heads
        self.to_q = nn.Linear(channels, channels, bias=False)
        self.to_k = nn.Linear(context, channels, bias=False)
        self.to_v = nn.Linear(context, channels, bias=False)
        self.to_out = nn.Linear(channels, channels)

    def keys_of(self, context: Tensor) -> Keys:
        """context [B, L, *] -> what `forward` takes."""
        return Keys(self._split(self.to_k(context)), self._split(self.to_v(context)))

    def forward(self, x: Tensor, text: Keys) -> Tensor:
        """x [B, N, C] -> [B, N, C]."""
        y = functional.scaled_dot_product_attention(self._split(self.to_q(x)), text.keys, text.values)
        found: Tensor = self.to_out(y.transpose(1, 2).flatten(2))
        return found

    def _split(self, x: Tensor) -> Tensor:
        split: Tensor = x.view(*x.shape[:2], self.heads, -1).transpose(1, 2)
        return split


class FeedForward(nn.Module):
    """One half of the hidden units gates the other (GEGLU, arXiv 2002.05202)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.widen = nn.Linear(channels, 8 * channels)
        self.narrow = nn.Linear(4 * channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        """x [B, N, C] -> [B, N, C]."""
        value, gate = self.widen(x).chunk(2, dim=-1)
        y: Tensor = self.narrow(functional.gelu(gate).mul_(value))
        return y


class Transformer(nn.Module):
    """The image as tokens: self-attention, attention to the text, feed-forward; the image goes by."""

    def __init__(self, channels: int, heads: int, context: int) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(GROUPS, channels, eps=1e-6)
        self.proj_in = nn.Linear(channels, channels)
        self.norm1 = nn.LayerNorm(channels)
        self.attn1 = SelfAttention(channels, heads)
        self.norm2 = nn.LayerNorm(channels)
        self.attn2 = CrossAttention(channels, heads, context)
        self.norm3 = nn.LayerNorm(channels)
        self.ff = FeedForward(channels)
        self.proj_out = nn.Linear(channels, channels)

    def forward(self, x: Tensor, text: Keys) -> Tensor:
        """x [B, C, R, W], text of B rows, or of B' = 2 B, 3 B, ... -> [B', C, R, W].

        Channels last, no element is moved.
        """
        image = self.norm(x).permute(0, 2, 3, 1)
        tokens = self.proj_in(image.flatten(1, 2))
        tokens = tokens.add_(self.attn1(self.norm1(tokens)))
        tokens = as_many(tokens, len(text.keys))
        tokens = tokens.add_(self.attn2(self.norm2(tokens), text))
        tokens = tokens.add_(self.ff(self.norm3(tokens)))
        y: Tensor = self.proj_out(tokens).view(-1, *image.shape[1:]).permute(0, 3, 1, 2)
        return y + as_many(x, len(y))
