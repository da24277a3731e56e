"""Denoiser of StyleTTS 2's style diffusion (arXiv 2306.07691, section 3.2): a transformer over the text's tokens.

B batch, T tokens, S style width, E PL-BERT width, W = 2S + E, A scales and shifts.
Two kinds: with a reference style (`multispeaker`: adaptive norms and a term in the mapping) and without. What does
not change from step to step is computed once, in `conditions`. GELU is the exact form.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from engine.nn.padding import Mask
from engine.tts.adain import EPS, AdaLayerNorm, StyleMap
from engine.tts.config import DiffusionConfig
from engine.tts.precision import Linear

POSITIONS = 512  # whatever PL-BERT's limit is


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a batch of denoiser calls shares. `reference` is the mapping's term, `styles` the adaptive norms'."""

    embedding: Tensor  # [B, T, E]
    mask: Mask  # [B, 1, T]
    reference: Tensor | None  # [B, W]
    styles: Tensor | None  # [B, A]


class Attention(nn.Module):
    """Attention whose queries and keys are normed apart, though both come from the same features."""

    def __init__(self, width: int, config: DiffusionConfig, *, adaptive: bool) -> None:
        super().__init__()
        inner = config.heads * config.head_width
        self.heads = config.heads
        self.norm = _norm(width, adaptive=adaptive)
        self.norm_context = _norm(width, adaptive=adaptive)
        self.to_q = Linear(width, inner, bias=False)
        self.to_kv = Linear(width, 2 * inner, bias=False)
        self.to_out = Linear(inner, width)

    def forward(self, h: Tensor, styles: Tensor | None, keys: Tensor | None) -> Tensor:
        """h [B, T, W], keys bool [B, 1, 1, T] (True: real) -> [B, T, W]."""
        style = () if styles is None else (styles,)
        q = self.to_q(self.norm(h, *style))
        k, v = self.to_kv(self.norm_context(h, *style)).chunk(2, dim=-1)
        q, k, v = (x.unflatten(-1, (self.heads, -1)).transpose(1, 2) for x in (q, k, v))
        mixed = nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=keys)
        y: Tensor = self.to_out(mixed.transpose(1, 2).flatten(-2))
        return y


class Block(nn.Module):
    """Attention and a feed-forward half that has no norm of its own."""

    def __init__(self, width: int, config: DiffusionConfig, *, adaptive: bool) -> None:
        super().__init__()
        self.attention = Attention(width, config, adaptive=adaptive)
        inner = config.multiplier * width
        self.feed_forward = nn.Sequential(Linear(width, inner), nn.GELU(), Linear(inner, width))

    def forward(self, h: Tensor, mapping: Tensor, styles: Tensor | None, keys: Tensor | None) -> Tensor:
        """h [B, T, W], mapping [B, W] -> [B, T, W]."""
        h = h + mapping.unsqueeze(1)
        h = h + self.attention(h, styles, keys)
        y: Tensor = self.feed_forward(h)
        return h + y


class Denoiser(nn.Module):
    """F(x, t; text, reference) of the preconditioned diffusion."""

    def __init__(self, config: DiffusionConfig, style_width: int, text_width: int, *, multispeaker: bool) -> None:
        super().__init__()
        width = 2 * style_width + text_width
        self.frequencies = nn.Parameter(torch.empty(style_width))
        self.from_time = nn.Linear(2 * style_width + 1, width)
        self.mapping = nn.Sequential(Linear(width, width), nn.GELU(), Linear(width, width), nn.GELU())
        self.blocks = nn.ModuleList(Block(width, config, adaptive=multispeaker) for _ in range(config.layers))
        self.to_out = nn.Conv1d(width, 2 * style_width, 1)
        self.unconditional = nn.Embedding(POSITIONS, text_width)
        if multispeaker:
            self.from_features = nn.Linear(2 * style_width, width)
            self.styles = StyleMap(self, 2 * style_width)

    def conditions(self, embedding: Tensor, reference: Tensor | None, mask: Mask) -> Conditions:
        """embedding [B, T, E], reference style [B, 2S] where the network wants one, mask of T."""
        if reference is None:
            return Conditions(embedding, mask, None, None)
        return Conditions(embedding, mask, nn.functional.gelu(self.from_features(reference)), self.styles(reference))

    def guided(self, text: Conditions) -> Conditions:
        """The same twice over, 2B: first with the text, then with the learned positions in its place."""
        places = self.unconditional.weight[: text.embedding.shape[1]].expand_as(text.embedding)
        return Conditions(
            torch.cat([text.embedding, places]), _twice(text.mask), _twice(text.reference), _twice(text.styles)
        )

    def forward(self, x: Tensor, time: Tensor, given: Conditions) -> Tensor:
        """x [B, 2S] noisy style times c_in, time [B] = c_noise -> [B, 2S]."""
        mapping = self._mapping(time, given.reference)
        tokens = given.embedding.shape[1]
        h = torch.cat([x.unsqueeze(1).expand(-1, tokens, -1), given.embedding], dim=-1)
        keys = None if given.mask is None else (given.mask > 0).unsqueeze(1)
        for block in self.blocks:
            h = block(h, mapping, given.styles, keys)
        mask = given.mask
        mean = h.mean(dim=1) if mask is None else (mask @ h).squeeze(1) / mask.sum(dim=-1)
        style: Tensor = self.to_out(mean.unsqueeze(-1))
        return style.squeeze(-1)

    def _mapping(self, time: Tensor, reference: Tensor | None) -> Tensor:
        time = time.unsqueeze(1)
        angle = 2 * math.pi * time * self.frequencies
        first = nn.functional.gelu(self.from_time(torch.cat([time, angle.sin(), angle.cos()], dim=-1)))
        if reference is not None:
            first = first + reference
        mapping: Tensor = self.mapping(first)
        return mapping


def _norm(width: int, *, adaptive: bool) -> nn.Module:
    return AdaLayerNorm(width) if adaptive else nn.LayerNorm(width, eps=EPS)


def _twice(x: Tensor | None) -> Tensor | None:
    return None if x is None else torch.cat([x, x])
