"""Denoising UNet of Make-An-Audio (arXiv 2301.12661, section 3.5; the network is that of arXiv 2112.10752).

B batch, R = 10 rows (mel), W columns (time, even), L tokens of text, C channels, E width of the time embedding.
The text enters by cross-attention alone. What depends on the text alone (`keys_of`) or on the time alone
(`terms_of`) is computed ahead and given to `forward`, in the order of the blocks.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Self

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.sfx.config import GROUPS, BlockPlan, UNetConfig
from engine.sfx.residual import Downsample, ResidualBlock, Upsample
from engine.sfx.transformer import Keys, Transformer, as_many

EPS = 1e-5
LONGEST_PERIOD = 10_000


class Block(nn.Module):
    """One entry of the way down or up: what its plan names, in this order."""

    def __init__(self, plan: BlockPlan, config: UNetConfig, sampler: nn.Module | None) -> None:
        super().__init__()
        time_width = 4 * config.width
        self.residual = ResidualBlock(plan.inputs, plan.outputs, eps=EPS, time_width=time_width)
        self.transformer = Transformer(plan.outputs, config.heads, config.context) if plan.transformer else None
        self.sampler = sampler

    def forward(self, x: Tensor, terms: Iterator[Tensor], text: Iterator[Keys]) -> Tensor:
        """x [B, C, R, W] -> the same with its channels, rows and columns as planned."""
        x = self.residual(x, next(terms))
        if self.transformer is not None:
            x = self.transformer(x, next(text))
        return x if self.sampler is None else self.sampler(x)


class Middle(nn.Module):
    def __init__(self, channels: int, config: UNetConfig) -> None:
        super().__init__()
        self.before = ResidualBlock(channels, channels, eps=EPS, time_width=4 * config.width)
        self.transformer = Transformer(channels, config.heads, config.context)
        self.after = ResidualBlock(channels, channels, eps=EPS, time_width=4 * config.width)

    def forward(self, x: Tensor, terms: Iterator[Tensor], text: Iterator[Keys]) -> Tensor:
        """x [B, C, R, W] -> the same shape."""
        x = self.transformer(self.before(x, next(terms)), next(text))
        y: Tensor = self.after(x, next(terms))
        return y


class UNet(nn.Module):
    def __init__(self, config: UNetConfig) -> None:
        super().__init__()
        self.config = config
        width = config.width
        self.time_embed = nn.Sequential(nn.Linear(width, 4 * width), nn.SiLU(), nn.Linear(4 * width, 4 * width))
        self.conv_in = nn.Conv2d(config.latent_channels, width, 3, padding=1)
        self.down = nn.ModuleList(
            Block(plan, config, None) if plan.residual else Downsample(plan.outputs, symmetric=True)
            for plan in config.down()
        )
        self.middle = Middle(config.widths[-1], config)
        self.up = nn.ModuleList(
            Block(plan, config, Upsample(plan.outputs) if plan.sampler else None) for plan in config.up()
        )
        self.norm_out = nn.GroupNorm(GROUPS, width, eps=EPS)
        self.conv_out = nn.Conv2d(width, config.latent_channels, 3, padding=1)

    def lowered(self, dtype: torch.dtype) -> Self:
        """With its products in `dtype`. What depends on the time alone is computed once, and stays in float32."""
        self.to(dtype)
        self.time_embed.float()
        for block in self.modules():
            if isinstance(block, ResidualBlock) and block.from_time is not None:
                block.from_time.float()
        return self

    def embed(self, t: Tensor) -> Tensor:
        """t [N], timesteps in 0..999 -> [N, E]."""
        half = self.config.width // 2
        ranks = torch.arange(half, device=t.device, dtype=torch.float32)
        angles = t.float()[:, None] * torch.exp(-math.log(LONGEST_PERIOD) / half * ranks)
        waves = torch.cat([angles.cos(), angles.sin()], dim=1)
        embedding: Tensor = self.time_embed(waves)
        return embedding

    def terms_of(self, t: Tensor) -> list[Tensor]:
        """t [N] -> for each residual block what it adds at these times, [N, C, 1, 1]."""
        activated, dtype = functional.silu(self.embed(t)), self.conv_in.weight.dtype
        return [block.time_term(activated).to(dtype) for block in self.modules() if isinstance(block, ResidualBlock)]

    def keys_of(self, context: Tensor) -> list[Keys]:
        """context [B, L, *] -> the text as each transformer sees it."""
        context = context.to(self.conv_in.weight.dtype)
        return [part.attn2.keys_of(context) for part in self.modules() if isinstance(part, Transformer)]

    def forward(self, x: Tensor, terms: Sequence[Tensor], text: Sequence[Keys]) -> Tensor:
        """Noisy latent x [B, 4, R, W], terms of B times or of one, text of B rows -> float32 noise [B, 4, R, W].

        Text of B' = 2 B, 3 B, ... rows gives [B', 4, R, W], for all of x again and again; until the first
        transformer the work is done once.
        """
        each_term, each_text = iter(terms), iter(text)
        h = self.conv_in(x.to(self.conv_in.weight.dtype, memory_format=torch.channels_last))
        kept = [h]
        for block in self.down:
            h = block(h, each_term, each_text) if isinstance(block, Block) else block(h)
            kept.append(h)
        h = self.middle(h, each_term, each_text)
        for block in self.up:
            h = block(torch.cat([h, as_many(kept.pop(), len(h))], dim=1), each_term, each_text)
        noise: Tensor = self.conv_out(functional.silu(self.norm_out(h), inplace=True))
        return noise.float().contiguous()
