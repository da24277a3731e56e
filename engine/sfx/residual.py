"""Residual block and resampling convolutions of latent diffusion (arXiv 2112.10752, appendix E.1 and G).

The UNet and the autoencoder are built of the same block; only the UNet's adds a term for the time, and their norms
differ in eps. B batch, C channels, R rows (mel), W columns (time). Left out: dropout, and scaling by the time.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from engine.sfx.config import GROUPS


class ResidualBlock(nn.Module):
    """Norm, SiLU, convolution, twice; the input goes by, through a linear layer where the channels change."""

    def __init__(self, inputs: int, outputs: int, *, eps: float, time_width: int | None = None) -> None:
        super().__init__()
        self.norm1 = nn.GroupNorm(GROUPS, inputs, eps=eps)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.from_time = nn.Linear(time_width, outputs) if time_width is not None else None
        self.norm2 = nn.GroupNorm(GROUPS, outputs, eps=eps)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.skip = nn.Linear(inputs, outputs) if inputs != outputs else None

    def time_term(self, activated: Tensor) -> Tensor:
        """silu(time embedding) [N, E] -> what `forward` adds at that time [N, C, 1, 1]."""
        assert self.from_time is not None
        term: Tensor = self.from_time(activated)
        return term[:, :, None, None]

    def forward(self, x: Tensor, term: Tensor | None = None) -> Tensor:
        """x [B, inputs, R, W], term [B or 1, C, 1, 1] -> [B, C, R, W]."""
        h = self.conv1(functional.silu(self.norm1(x), inplace=True))
        if term is not None:
            h = h.add_(term)
        h = self.conv2(functional.silu(self.norm2(h), inplace=True))
        y: Tensor = h.add_(x if self.skip is None else self.skip(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2))
        return y


class Downsample(nn.Conv2d):
    """Halves rows and columns. `symmetric`: a zero on all sides, as in the UNet; else right and below only."""

    def __init__(self, channels: int, *, symmetric: bool) -> None:
        super().__init__(channels, channels, 3, stride=2, padding=int(symmetric))
        self.symmetric = symmetric

    def forward(self, x: Tensor) -> Tensor:
        """x [B, C, R, W] -> [B, C, R / 2, W / 2]."""
        return super().forward(x if self.symmetric else functional.pad(x, (0, 1, 0, 1)))


class Upsample(nn.ConvTranspose2d):
    """Doubles rows and columns: published as a repetition of each value and a 3x3 convolution, merged into one."""

    def __init__(self, channels: int) -> None:
        super().__init__(channels, channels, 4, stride=2, padding=1)

    def forward(self, x: Tensor, output_size: list[int] | None = None) -> Tensor:
        """x [B, C, R, W] -> [B, C, 2R, 2W]."""
        return super().forward(x, output_size)
