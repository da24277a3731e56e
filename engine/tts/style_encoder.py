"""Style encoders of StyleTTS 2 (arXiv 2306.07691, section 3.1): a recording's log-mel to a style vector.

B batch, F mel frames, S style width. Two of them with one architecture: the acoustic style (timbre, recording) and
the prosodic one (delivery). No masks: run each reference alone, once per voice.
"""

from __future__ import annotations

import math
from itertools import pairwise

import torch
from torch import Tensor, nn

from engine.tts.adain import SLOPE

HALVINGS = 4


class DownBlock(nn.Module):
    """Residual block that halves bands and frames; an odd last frame counts twice."""

    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels_in, channels_in, 3, padding=1)
        self.downsample = nn.Conv2d(channels_in, channels_in, 3, stride=2, padding=1, groups=channels_in)
        self.conv2 = nn.Conv2d(channels_in, channels_out, 3, padding=1)
        same = channels_in == channels_out
        self.conv1x1 = nn.Identity() if same else nn.Conv2d(channels_in, channels_out, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """x [B, Cin, bands, F] -> [B, Cout, bands / 2, ceil(F / 2)]."""
        y: Tensor = self.downsample(self.conv1(nn.functional.leaky_relu(x, SLOPE)))
        y = self.conv2(nn.functional.leaky_relu(y, SLOPE))
        if x.shape[-1] % 2:
            x = torch.cat([x, x[..., -1:]], dim=-1)
        # Averaging and a 1x1 convolution commute; this order does a quarter of the work.
        shortcut = self.conv1x1(nn.functional.avg_pool2d(x, 2))
        y = y + shortcut
        return y / math.sqrt(2)


class StyleEncoder(nn.Module):
    """Convolutions over the mel as an image, mean over what is left, one linear layer."""

    def __init__(self, width_in: int, width: int, style_width: int) -> None:
        super().__init__()
        widths = [min(width_in * 2**i, width) for i in range(HALVINGS + 1)]
        self.first = nn.Conv2d(1, width_in, 3, padding=1)
        self.blocks = nn.Sequential(*(DownBlock(a, b) for a, b in pairwise(widths)))
        self.last = nn.Conv2d(widths[-1], widths[-1], 5)
        self.unshared = nn.Linear(widths[-1], style_width)

    def forward(self, mel: Tensor) -> Tensor:
        """mel [B, 80, F], F at least 65 -> style [B, S]."""
        x = self.blocks(self.first(mel.unsqueeze(1)))
        x = self.last(nn.functional.leaky_relu(x, SLOPE)).mean(dim=(2, 3))
        style: Tensor = self.unshared(nn.functional.leaky_relu(x, SLOPE))
        return style
