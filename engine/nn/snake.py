"""Anti-aliased periodic activation of BigVGAN (arXiv 2206.04658, section 3.2): twice the rate, snake, back again.

Snake is x + sin^2(alpha x) / beta for each channel; `snake` has beta = alpha, `snakebeta` one of its own.
R rows (batch x channels), T steps. The arithmetic between the two filters has no carry from step to step, so the
whole activation costs memory traffic rather than work: it runs on few rows at a time, as many as stay in the cache.
"""

from __future__ import annotations

import math
from functools import lru_cache

import torch
from torch import Tensor, nn

TAPS = 12
CUTOFF, HALF_WIDTH = 0.25, 0.3  # of the doubled rate
BLOCK_STEPS = 16
CACHED_STEPS = 1 << 17  # rows x steps at a time: half a megabyte, the size of a core's cache
RUN_UP = 5  # steps of the doubled signal before its first, which the second filter wants
FLOOR = 1e-9


class AntiAliased(nn.Module):
    """Snake on a signal of twice the rate, so that the harmonics it makes do not fold back."""

    def __init__(self, channels: int, *, own_beta: bool, logarithmic: bool) -> None:
        super().__init__()
        self.logarithmic = logarithmic
        self.alpha = nn.Parameter(torch.empty(channels))
        if own_beta:
            self.beta = nn.Parameter(torch.empty(channels))

    def forward(self, x: Tensor) -> Tensor:
        """x [B, C, T] -> [B, C, T], of x's precision; float32 in between, for the sine's argument."""
        alpha: Tensor = self.alpha
        beta: Tensor = getattr(self, "beta", self.alpha)
        if self.logarithmic:
            alpha, beta = alpha.exp(), beta.exp()
        coefficients = torch.stack([2 * alpha, 0.5 / (beta + FLOOR)]).repeat(1, len(x)).unsqueeze(-1)
        rows = x.flatten(0, 1)
        out = torch.empty_like(rows)
        # A GPU wants all of it at once.
        step = max(1, CACHED_STEPS // x.shape[-1]) if x.device.type == "cpu" else len(rows)
        with torch.autocast(x.device.type, enabled=False):
            for start in range(0, len(rows), step):
                part = slice(start, start + step)
                activate(rows[part].float(), *coefficients[:, part], out=out[part])
        return out.view_as(x)


def activate(x: Tensor, frequency: Tensor, amplitude: Tensor, *, out: Tensor) -> None:
    """x and out [R, T], the others [R, 1]: x + amplitude (1 - cos(frequency x)), which is the snake."""
    fast = doubled(x)
    fast.addcmul_((fast * frequency).cos_(), amplitude, value=-1)
    # A constant passes the second filter as it is, so it is added behind it, to half as many values.
    torch.add(halved(fast, x.shape[-1]), amplitude, out=out)


def doubled(x: Tensor) -> Tensor:
    """x [R, T] -> twice the rate [R, at least 2 T + 11]: 5 steps of run-up, 2 T steps, then leftovers."""
    rows, steps = x.shape
    # One block more than the steps fill: the last one only lends its beginning to the one before.
    row = x.new_empty(rows, (steps // BLOCK_STEPS + 2) * BLOCK_STEPS)
    row[:, 6 : 6 + steps] = x
    row[:, :6] = x[:, :1]
    row[:, 6 + steps :] = x[:, -1:]
    return _through(row, up_matrix(x.device, x.dtype), BLOCK_STEPS)


def halved(fast: Tensor, steps: int) -> Tensor:
    """fast, as `doubled` returns it -> [R, T]; what stands outside the 2 T steps is overwritten by their ends."""
    end = RUN_UP + 2 * steps
    fast[:, :RUN_UP] = fast[:, RUN_UP : RUN_UP + 1]
    fast[:, end:] = fast[:, end - 1 : end]
    return _through(fast, down_matrix(fast.device, fast.dtype), 2 * BLOCK_STEPS)[:, :steps]


def _through(rows: Tensor, matrix: Tensor, block: int) -> Tensor:
    """A filter as a matrix over blocks: each block and the beginning of the next, in two products without a copy."""
    blocks = rows.view(-1, block)
    out = blocks @ matrix[:block]
    out[:-1].addmm_(blocks[1:, : len(matrix) - block], matrix[block:])
    return out.view(len(rows), -1)


def low_pass() -> list[float]:
    """The 12 taps that every file stores beside every activation: a sinc under a Kaiser window, of sum 1."""
    attenuation = 2.285 * (TAPS / 2 - 1) * math.pi * 4 * HALF_WIDTH + 7.95
    window = torch.kaiser_window(TAPS, periodic=False, beta=0.1102 * (attenuation - 8.7), dtype=torch.float64)
    offsets = torch.arange(TAPS, dtype=torch.float64) - (TAPS - 1) / 2
    taps = 2 * CUTOFF * window * torch.sinc(2 * CUTOFF * offsets)
    return [float(tap) for tap in taps / taps.sum()]


@lru_cache
def up_matrix(device: torch.device, dtype: torch.dtype) -> Tensor:
    """[16 + 7, 32]: column n is step n of the doubled block, which starts 5 steps before its source's block."""
    matrix = torch.zeros(BLOCK_STEPS + 7, 2 * BLOCK_STEPS, dtype=torch.float64)
    for n in range(2 * BLOCK_STEPS):
        source, odd = divmod(n - RUN_UP, 2)
        for j, tap in enumerate(low_pass()[1 - odd :: 2]):
            # The row starts 6 steps early; doubling halves the level, hence twice the tap.
            matrix[6 + source + 2 + odd - j, n] = 2 * tap
    return matrix.to(device, dtype)


@lru_cache
def down_matrix(device: torch.device, dtype: torch.dtype) -> Tensor:
    """[32 + 10, 16]: every second step of the low-passed signal."""
    matrix = torch.zeros(2 * BLOCK_STEPS + TAPS - 2, BLOCK_STEPS, dtype=torch.float64)
    for n in range(BLOCK_STEPS):
        matrix[2 * n : 2 * n + TAPS, n] = torch.tensor(low_pass(), dtype=torch.float64)
    return matrix.to(device, dtype)
