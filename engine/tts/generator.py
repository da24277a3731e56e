"""What the two waveform generators of StyleTTS 2 share: residual blocks and stages.

B batch, C channels, T time of a stage, A scales and shifts of the whole decoder's norms.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from engine.nn.checkpoint import State
from engine.nn.convolution import Convolution, UpSampling, time_major
from engine.nn.padding import Mask, silenced
from engine.tts.adain import AdaIN
from engine.tts.adain_snake import adain_snake
from engine.tts.config import GeneratorConfig

SOURCE_KERNEL, LAST_SOURCE_KERNEL = 7, 11
SOURCE_DILATIONS = (1, 3, 5)


class SnakeConv(nn.Module):
    """AdaIN, Snake, convolution of equal length."""

    def __init__(self, channels: int, kernel: int, dilation: int) -> None:
        super().__init__()
        self.norm = AdaIN(channels)
        self.alpha = nn.Parameter(torch.empty(1, channels, 1))
        self.conv = Convolution(channels, kernel, dilation)

    def folded(self, state: State, prefix: str) -> State:
        """The part's state with Snake's division by alpha in the weights that follow it, where it costs nothing."""
        weight, alpha = state.get(f"{prefix}conv.weight"), state.get(f"{prefix}alpha")
        if weight is None or alpha is None or weight.shape[1:2] != alpha.shape[1:2]:
            return state  # loading will name what is wrong
        return state | {f"{prefix}conv.weight": weight / alpha}

    def forward(self, x: Tensor, styles: Tensor, mask: Mask) -> Tensor:
        """x [B, C, T], styles [B, A] -> [B, C, T]; what it leaves on padding is noise."""
        scale, shift = self.norm.scale_and_shift(styles)
        y: Tensor = self.conv(adain_snake(x, scale, shift, self.alpha, mask, self.conv.weight.dtype))
        return y


class GeneratorBlock(nn.Module):
    """Residual block: for each dilation one dilated convolution and one plain."""

    def __init__(self, channels: int, kernel: int, dilations: Sequence[int]) -> None:
        super().__init__()
        self.dilated = nn.ModuleList(SnakeConv(channels, kernel, dilation) for dilation in dilations)
        self.plain = nn.ModuleList(SnakeConv(channels, kernel, 1) for _ in dilations)

    def forward(self, x: Tensor, styles: Tensor, mask: Mask) -> Tensor:
        """x [B, C, T], styles [B, A] -> [B, C, T]; what it leaves on padding is noise."""
        for dilated, plain in zip(self.dilated, self.plain, strict=True):
            y = plain(dilated(x, styles, mask), styles, mask)
            x = y.add_(x) if y.dtype == x.dtype else x + y  # the sum is float32
        return x


class GeneratorStage(nn.Module):
    """One up-sampling: transposed convolution, plus the source at the new rate, then the mean of three blocks."""

    def __init__(self, config: GeneratorConfig, index: int, source_channels: int) -> None:
        super().__init__()
        last = index == len(config.rates) - 1
        channels = config.channels // 2 ** (index + 1)
        rate, kernel = config.rates[index], config.kernels[index]
        self.reflects = last and config.kind == "istftnet"
        # Both forms give exactly `rate` times the length; the published kernels are 2 rate wide.
        padding, extra = (rate // 2 + rate % 2, rate % 2) if config.kind == "hifigan" else ((kernel - rate) // 2, 0)
        self.up = UpSampling(2 * channels, channels, kernel, rate, padding, extra)
        ahead = math.prod(config.rates[index + 1 :])
        self.source_conv = (
            nn.Conv1d(source_channels, channels, 1)
            if last
            else nn.Conv1d(source_channels, channels, 2 * ahead, ahead, (ahead + 1) // 2)
        )
        self.source_block = GeneratorBlock(channels, LAST_SOURCE_KERNEL if last else SOURCE_KERNEL, SOURCE_DILATIONS)
        self.blocks = nn.ModuleList(
            GeneratorBlock(channels, k, d) for k, d in zip(config.block_kernels, config.block_dilations, strict=True)
        )

    def forward(self, x: Tensor, source: Tensor, styles: Tensor, mask: Mask) -> Tensor:
        """x [B, 2C, T'] and source [B, *, L], both activated and zero on padding -> [B, C, T], zero on padding."""
        x = self.up(x)
        if self.reflects:
            x = torch.cat([x[:, :, 1:2], x], dim=-1)  # an STFT of n hops has n + 1 frames
        x = x + self.source_block(time_major(self.source_conv(source)), styles, mask)
        first, *others = self.blocks
        total: Tensor = first(x, styles, mask)
        for block in others:
            total += block(x, styles, mask)
        return silenced(total.div_(len(self.blocks)), mask)
