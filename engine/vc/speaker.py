"""CAM++ speaker encoder (arXiv 2303.00332): the style of a voice from its filter bank.

B batch, F frames of 10 ms, T = (F - 1) // 2 + 1 steps, C channels, S 192 style.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from engine.nn.padding import Mask, mask_of, silenced
from engine.vc.batch_norm import BatchNorm
from engine.vc.fbank import BANDS
from engine.vc.padding import padded

HEAD_CHANNELS = 32
WIDTH, GROWTH, NARROW = 128, 32, 64
BLOCKS = ((12, 1), (24, 2), (16, 2))  # layers, dilation
SEGMENT_STEPS = 100
STYLE_WIDTH = 192
SHORTEST_FRAMES = 3
"""Of two steps: a spread needs as many."""


class HeadBlock(nn.Module):
    """Residual block over the filter bank as an image; where it strides, frequencies are halved."""

    def __init__(self, stride: int) -> None:
        super().__init__()
        c = HEAD_CHANNELS
        self.conv1 = nn.Conv2d(c, c, 3, (stride, 1), padding=1, bias=False)
        self.bn1 = BatchNorm(c)
        self.conv2 = nn.Conv2d(c, c, 3, padding=1, bias=False)
        self.bn2 = BatchNorm(c)
        self.shortcut = nn.Sequential()
        if stride > 1:
            self.shortcut = nn.Sequential(nn.Conv2d(c, c, 1, (stride, 1), bias=False), BatchNorm(c))

    def forward(self, x: Tensor, mask: Mask) -> Tensor:
        """x [B, 32, bands, F], zero on padding -> the same with the bands over the stride."""
        y = silenced(nn.functional.relu(self.bn1(self.conv1(x))), mask)
        return silenced(nn.functional.relu(self.bn2(self.conv2(y)) + self.shortcut(x)), mask)


class Head(nn.Module):
    """Convolutions that make local patterns of time and frequency comparable: 80 bands to 320 channels."""

    def __init__(self) -> None:
        super().__init__()
        c = HEAD_CHANNELS
        self.conv1 = nn.Conv2d(1, c, 3, padding=1, bias=False)
        self.bn1 = BatchNorm(c)
        self.layer1 = nn.ModuleList([HeadBlock(2), HeadBlock(1)])
        self.layer2 = nn.ModuleList([HeadBlock(2), HeadBlock(1)])
        self.conv2 = nn.Conv2d(c, c, 3, (2, 1), padding=1, bias=False)
        self.bn2 = BatchNorm(c)

    def forward(self, x: Tensor, mask: Mask) -> Tensor:
        """x [B, 80, F] -> [B, 320, F], channels outside, frequencies inside."""
        y = silenced(nn.functional.relu(self.bn1(self.conv1(x.unsqueeze(1)))), mask)
        for block in (*self.layer1, *self.layer2):
            y = block(y, mask)
        return silenced(nn.functional.relu(self.bn2(self.conv2(y))), mask).flatten(1, 2)


class Gate(nn.Module):
    """Context-aware mask: what the whole recording and each segment of it say about a step."""

    def __init__(self, dilation: int) -> None:
        super().__init__()
        self.linear_local = nn.Conv1d(WIDTH, GROWTH, 3, padding=dilation, dilation=dilation, bias=False)
        self.linear1 = nn.Conv1d(WIDTH, NARROW, 1)
        self.linear2 = nn.Conv1d(NARROW, GROWTH, 1)

    def forward(self, v: Tensor, lengths: Sequence[int]) -> Tensor:
        """v [B, 128, T], zero on padding -> [B, 32, T]."""
        context = nn.functional.relu(self.linear1(contexts(v, lengths)))
        gates = torch.sigmoid(self.linear2(context)).repeat_interleave(SEGMENT_STEPS, dim=-1)
        gated: Tensor = self.linear_local(v) * gates[..., : v.shape[-1]]
        return gated


def contexts(v: Tensor, lengths: Sequence[int]) -> Tensor:
    """v [B, C, T], zero on padding -> [B, C, segments]: mean over all time plus mean over each segment's real steps."""
    total = torch.tensor(lengths, device=v.device).unsqueeze(1)
    segments = -(-v.shape[-1] // SEGMENT_STEPS)
    starts = torch.arange(segments, device=v.device) * SEGMENT_STEPS
    # A segment past an item's end is empty, and nobody looks at its mean.
    counts = (total - starts).clamp(1, SEGMENT_STEPS).unsqueeze(1)
    filled = nn.functional.pad(v, (0, segments * SEGMENT_STEPS - v.shape[-1]))
    sums = filled.view(*v.shape[:2], segments, SEGMENT_STEPS).sum(dim=-1)
    return sums / counts + sums.sum(dim=-1, keepdim=True) / total.unsqueeze(1)


class DenseLayer(nn.Module):
    def __init__(self, channels: int, dilation: int) -> None:
        super().__init__()
        self.norm1 = BatchNorm(channels)
        self.linear1 = nn.Conv1d(channels, WIDTH, 1, bias=False)
        self.norm2 = BatchNorm(WIDTH)
        self.gate = Gate(dilation)

    def forward(self, x: Tensor, mask: Mask, lengths: Sequence[int]) -> Tensor:
        """x [B, C, T] -> 32 channels more to come after it [B, 32, T]."""
        u = self.linear1(nn.functional.relu(self.norm1(x)))
        more: Tensor = self.gate(silenced(nn.functional.relu(self.norm2(u)), mask), lengths)
        return more


class Narrowing(nn.Module):
    """Norm, ReLU, half as many channels: between the dense blocks."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = BatchNorm(channels)
        self.linear = nn.Conv1d(channels, channels // 2, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """x [B, C, T] -> [B, C / 2, T]."""
        narrow: Tensor = self.linear(nn.functional.relu(self.norm(x)))
        return narrow


class CAMPlusPlus(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.head = Head()
        self.tdnn = nn.Conv1d(HEAD_CHANNELS * BANDS // 8, WIDTH, 5, 2, padding=2, bias=False)
        self.tdnn_norm = BatchNorm(WIDTH)
        self.blocks, self.transits = nn.ModuleList(), nn.ModuleList()
        channels = WIDTH
        for layers, dilation in BLOCKS:
            self.blocks.append(nn.ModuleList(DenseLayer(channels + GROWTH * i, dilation) for i in range(layers)))
            channels += GROWTH * layers
            self.transits.append(Narrowing(channels))
            channels //= 2
        self.out_norm = BatchNorm(channels)
        self.dense = nn.Conv1d(2 * channels, STYLE_WIDTH, 1, bias=False)
        self.dense_norm = BatchNorm(STYLE_WIDTH, affine=False)

    def forward(self, features: Sequence[Tensor]) -> Tensor:
        """features [F_i, 80] of mean 0, at least 3 frames -> styles [B, 192], not normalised."""
        frames = [len(item) for item in features]
        x = self.head(padded(features).mT, mask_of(frames, features[0].device))
        lengths = [(n - 1) // 2 + 1 for n in frames]
        mask = mask_of(lengths, x.device)
        x = nn.functional.relu(self.tdnn_norm(self.tdnn(x)))
        for block, transit in zip(self.blocks, self.transits, strict=True):
            for layer in block.children():
                x = torch.cat([x, layer(x, mask, lengths)], dim=1)
            x = transit(x)
        x = nn.functional.relu(self.out_norm(x))
        style: Tensor = self.dense_norm(self.dense(statistics(x, mask, lengths).unsqueeze(-1)).squeeze(-1))
        return style


def statistics(x: Tensor, mask: Mask, lengths: Sequence[int]) -> Tensor:
    """x [B, C, T] -> mean and unbiased standard deviation over each item's own steps [B, 2C]."""
    count = torch.tensor(lengths, device=x.device).unsqueeze(1)
    mean = silenced(x, mask).sum(dim=-1) / count
    away = silenced(x - mean.unsqueeze(-1), mask)
    return torch.cat([mean, (away.square().sum(dim=-1) / (count - 1)).sqrt()], dim=1)
