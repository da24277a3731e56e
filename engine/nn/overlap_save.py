"""Convolution over time by short Fourier transforms (overlap-save), made of matrix products alone.

T steps, C channels in and D out, K taps, d dilation, N points of a transform, M = N - K + 1 steps that it gets right.
Directly a step costs K C D multiplications, here (3 N / 2 - 1) / M of C D: 2.1 instead of 11 for 11 taps. The
transforms add to that, but not with C D, so it pays for many taps and channels; errors are smaller than directly.
A product of complex numbers is three real ones, after Gauss; the sums that it takes are rows of the transforms.
"""

from __future__ import annotations

import math
from functools import lru_cache

import torch
from torch import Tensor, nn

POINTS = 32
FEWEST_TAPS = 7
WORTH = 700  # taps x channels; measured on Zen 4, where 11 x 64 gains a fifth and 7 x 64 nothing
# A spectrum takes (3 N / 2 - 1) / K times the memory: BigVGAN's 7 x 768 would cost 0.6 GB and save a thirtieth.
FEWEST_TAPS_WHERE_WIDE, WIDE = 11, 512


def pays(conv: nn.Conv1d) -> bool:
    """Whether this is the faster way on a CPU, and worth its memory."""
    taps, channels = conv.kernel_size[0], conv.in_channels
    return taps >= (FEWEST_TAPS_WHERE_WIDE if channels > WIDE else FEWEST_TAPS) and taps * channels >= WORTH


def spectrum_of(weight: Tensor) -> Tensor:
    """weight [D, C, K] -> [3 N / 2 - 1, C, D], what `convolved` multiplies with; rows as in `_forward_matrix`."""
    conjugate = torch.fft.rfft(weight.double(), POINTS).conj()
    real, imaginary = conjugate.real, conjugate.imag
    inner = slice(1, POINTS // 2)
    both = (real + imaginary)[..., inner]
    rows = torch.cat([real[..., :1], real[..., -1:], real[..., inner], imaginary[..., inner], both], dim=-1)
    return rows.permute(2, 1, 0).to(weight.dtype).contiguous()


def convolved(x: Tensor, spectrum: Tensor, bias: Tensor, taps: int, dilation: int) -> Tensor:
    """x [T, C], contiguous -> [T, D]: as conv1d over its transpose, zeros around it, equal length."""
    steps, channels = x.shape
    forward = _forward_matrix(x.device, x.dtype)
    inverse = _inverse_matrix(taps, x.device, x.dtype)
    kept = len(inverse)
    tiles = -(-steps // (kept * dilation))
    halo = (taps - 1) * dilation // 2
    around = x.new_zeros((tiles * kept + taps - 1) * dilation, channels)
    around[halo : halo + steps] = x
    waves = x.new_empty(dilation, tiles, len(forward), channels)
    for phase in range(dilation):  # every d-th step is a signal of its own
        # Tiles overlap where they lie; each is a matrix for BLAS, so nothing is copied.
        tile = around.as_strided((tiles, POINTS, channels), (kept * dilation * channels, dilation * channels, 1))
        torch.bmm(forward.expand(tiles, -1, -1), tile, out=waves[phase])
        around = around[1:]
    products = torch.bmm(waves.flatten(0, 1).transpose(0, 1), spectrum)
    products[0] += POINTS * bias  # row 0 is the constant part of each tile
    out = torch.bmm(inverse.expand(dilation * tiles, -1, -1), products.transpose(0, 1))
    out = out.view(dilation, tiles * kept, -1).transpose(0, 1).reshape(tiles * kept * dilation, -1)
    return out[:steps]


@lru_cache
def _forward_matrix(device: torch.device, dtype: torch.dtype) -> Tensor:
    """[3 N / 2 - 1, N]: the two real frequencies, then real parts, imaginary parts and their sums of the others."""
    real, imaginary = _waves(POINTS)
    steps = torch.arange(POINTS, dtype=torch.float64)
    rows = [torch.ones(1, POINTS), (-1.0) ** steps[None], real, -imaginary, real - imaginary]
    return torch.cat(rows).to(device, dtype)


@lru_cache
def _inverse_matrix(taps: int, device: torch.device, dtype: torch.dtype) -> Tensor:
    """[M, 3 N / 2 - 1]. Of the three products p, q, r the real part is p - q and the imaginary part r - p - q."""
    real, imaginary = _waves(POINTS)
    steps = torch.arange(POINTS, dtype=torch.float64)
    rows = [torch.ones(1, POINTS) / 2, (-1.0) ** steps[None] / 2, real + imaginary, imaginary - real, -imaginary]
    return (torch.cat(rows) * (2 / POINTS))[:, : POINTS - taps + 1].T.contiguous().to(device, dtype)


def _waves(points: int) -> tuple[Tensor, Tensor]:
    """Cosines and sines of the frequencies between the two real ones: float64 [N / 2 - 1, N]."""
    steps = torch.arange(points, dtype=torch.float64)
    angle = 2 * math.pi / points * torch.arange(1, points // 2, dtype=torch.float64)[:, None] * steps
    return angle.cos(), angle.sin()
