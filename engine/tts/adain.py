"""Adaptive instance norm of StyleTTS 2 (arXiv 2306.07691, section 3.1), and the residual block made with it.

B batch, C channels, T time, S style width, A = the sum of 2 C over the norms of a part.
Different from the textbook: scale and shift of every norm of a part come from one matrix product per utterance
(StyleMap), not from a linear layer in each norm; they depend on the style alone and can be kept with the voice.
"""

from __future__ import annotations

import math

import torch
from torch import Size, Tensor, nn

from engine.nn.checkpoint import State, compare
from engine.nn.convolution import Convolution
from engine.nn.padding import Mask, silenced

EPS = 1e-5
SLOPE = 0.2


class Modulated(nn.Module):
    """A norm whose scale and shift come from the style: columns `offset` and following of the part's StyleMap."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.channels = channels
        self.offset = 0

    def scale_and_shift(self, styles: Tensor) -> tuple[Tensor, Tensor]:
        """styles [B, A] -> 1 + gamma and beta, each [B, C]."""
        end = self.offset + self.channels
        return styles[:, self.offset : end], styles[:, end : end + self.channels]


class StyleMap(nn.Module):
    """Scale and shift of every Modulated norm inside a part. Make it last, when all of them are there."""

    def __init__(self, part: nn.Module, style_width: int) -> None:
        super().__init__()
        self.norms = {name: norm for name, norm in part.named_modules() if isinstance(norm, Modulated)}
        self.style_width = style_width
        total = 0
        for norm in self.norms.values():
            norm.offset = total
            total += 2 * norm.channels
        self.weight = nn.Parameter(torch.empty(total, style_width))
        self.bias = nn.Parameter(torch.empty(total))

    def forward(self, style: Tensor) -> Tensor:
        """style [B, S] -> [B, A]: 1 + gamma and beta of each norm."""
        return nn.functional.linear(style, self.weight, self.bias)

    def stacked(self, state: State, prefix: str) -> State:
        """The part's state with the linear layers of its norms (`NAME.fc.weight`, `.bias`) made one, ours."""
        published: dict[str, Size] = {}
        for name, norm in self.norms.items():
            published[f"{name}.fc.weight"] = Size([2 * norm.channels, self.style_width])
            published[f"{name}.fc.bias"] = Size([2 * norm.channels])
        layers = {key: state[key] for key in published if key in state}
        compare(published, layers, of="the style of its norms")
        biases = [layers[f"{name}.fc.bias"].clone() for name in self.norms]
        for bias in biases:
            bias[: bias.numel() // 2] += 1  # gamma is used as 1 + gamma, always
        rest = {key: value for key, value in state.items() if key not in published}
        rest[f"{prefix}weight"] = torch.cat([layers[f"{name}.fc.weight"] for name in self.norms])
        rest[f"{prefix}bias"] = torch.cat(biases)
        return rest


def centred(x: Tensor, mask: Mask) -> tuple[Tensor, Tensor]:
    """x [B, C, T] -> x - mean (a new tensor, zero on padding) and 1 / sqrt(var + eps) [B, C, 1], over real time.

    Two plain passes: `var_mean` is ten times slower on a CPU, E[x^2] - E[x]^2 loses digits where the mean is large.
    """
    if mask is None:
        count: float | Tensor = float(x.shape[-1])
        away = x - x.mean(dim=-1, keepdim=True)
    else:
        count = mask.sum(dim=-1, keepdim=True)
        away = (x - (x * mask).sum(dim=-1, keepdim=True) / count).mul_(mask)
    length = torch.linalg.vector_norm(away, dim=-1, keepdim=True)
    return away, torch.rsqrt(length.square() / count + EPS)


class AdaIN(Modulated):
    """Instance norm over time, then scale and shift from the style."""

    def forward(self, x: Tensor, styles: Tensor, mask: Mask) -> Tensor:
        """x [B, C, T], styles [B, A] -> [B, C, T]; padding becomes beta."""
        away, inverse = centred(x, mask)
        scale, shift = self.scale_and_shift(styles)
        return torch.addcmul(shift.unsqueeze(-1), away, scale.unsqueeze(-1) * inverse)


class AdaLayerNorm(Modulated):
    """Layer norm over channels, then scale and shift from the style."""

    def forward(self, x: Tensor, styles: Tensor) -> Tensor:
        """x [B, T, C], styles [B, A] -> [B, T, C]."""
        scale, shift = self.scale_and_shift(styles)
        return torch.addcmul(
            shift.unsqueeze(1), nn.functional.layer_norm(x, (self.channels,), eps=EPS), scale.unsqueeze(1)
        )


class AdaINResBlock(nn.Module):
    """Two AdaIN convolutions beside a shortcut; with `upsample`, twice as long."""

    def __init__(self, channels_in: int, channels_out: int, *, upsample: bool = False) -> None:
        super().__init__()
        self.upsample = upsample
        self.norm1 = AdaIN(channels_in)
        self.norm2 = AdaIN(channels_out)
        self.conv1 = Convolution(channels_in, 3, out=channels_out)
        self.conv2 = Convolution(channels_out, 3)
        if upsample:
            self.pool = nn.ConvTranspose1d(
                channels_in, channels_in, 3, stride=2, padding=1, output_padding=1, groups=channels_in
            )
        same = channels_in == channels_out
        self.conv1x1 = nn.Identity() if same else Convolution(channels_in, 1, out=channels_out, bias=False)

    def forward(self, x: Tensor, styles: Tensor, mask: Mask) -> Tensor:
        """x [B, Cin, T], styles [B, A], mask of T -> [B, Cout, T or 2T]; what it leaves on padding is noise."""
        y: Tensor = silenced(nn.functional.leaky_relu(self.norm1(x, styles, mask), SLOPE), mask)
        if self.upsample:
            mask = None if mask is None else mask.repeat_interleave(2, dim=-1)
            y = silenced(self.pool(y), mask)
        y = self.conv1(y)
        y = silenced(nn.functional.leaky_relu(self.norm2(y.float(), styles, mask), SLOPE), mask)
        y = self.conv2(y).float()
        # A 1x1 convolution and nearest repetition commute; this order does half the work.
        shortcut: Tensor = self.conv1x1(x)
        if self.upsample:
            shortcut = shortcut.repeat_interleave(2, dim=-1)
        return (y + shortcut) / math.sqrt(2)
