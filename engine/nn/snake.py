"""Anti-aliased periodic activation of BigVGAN (arXiv 2206.04658, section 3.2): twice the rate, snake, back again.

Snake is x + sin^2(alpha x) / beta for each channel; `snake` has beta = alpha, `snakebeta` one of its own.
T steps, C channels. Both filters are matrices over blocks of steps, so that BLAS applies them. The activation is
otherwise memory traffic and a cosine: on a CPU it runs over as many steps at a time as stay in the cache.
"""

from __future__ import annotations

import math
from functools import lru_cache

import torch
from torch import Tensor, nn

from engine.nn.sines import cosine

TAPS = 12
CUTOFF, HALF_WIDTH = 0.25, 0.3  # of the doubled rate
BLOCK_STEPS = 8  # more would cost arithmetic, fewer the speed of it
CACHED_VALUES = 1 << 15  # steps x channels at a time: what becomes of them fits a core's cache of a megabyte
AHEAD, BEHIND = 6, 1  # steps that a block's doubling sees before and after it
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

    def forward(self, x: Tensor, out: torch.dtype = torch.float32) -> Tensor:
        """x [B, C, T], time-major or else slower -> a new time-major tensor of dtype `out`; float32 in between."""
        alpha: Tensor = self.alpha
        beta: Tensor = getattr(self, "beta", self.alpha)
        if self.logarithmic:
            alpha, beta = alpha.exp(), beta.exp()
        rows = x.mT.contiguous()
        results = torch.empty_like(rows, dtype=out)
        for item, result in zip(rows, results, strict=True):
            activate(item, 2 * alpha, 0.5 / (beta + FLOOR), out=result)
        return results.mT


def activate(x: Tensor, frequency: Tensor, amplitude: Tensor, *, out: Tensor) -> None:
    """x and out [T, C], the others [C]: x + amplitude (1 - cos(frequency x)), which is the snake."""
    steps, channels = x.shape
    at_once = max(1, CACHED_VALUES // channels // BLOCK_STEPS) * BLOCK_STEPS if x.device.type == "cpu" else steps
    for start in range(0, steps, at_once):
        count = min(at_once, steps - start)
        fast = doubled(x, start, count)
        angle = fast * frequency
        fast.addcmul_(cosine(angle, out=angle), amplitude, value=-1)
        # A constant passes the second filter as it is, so it is added behind it, to half as many values.
        torch.add(halved(fast)[:count], amplitude, out=out[start : start + count])


def doubled(x: Tensor, start: int, count: int) -> Tensor:
    """x [T, C] -> `count` steps from `start` on at twice the rate: [at least 2 count + 11, C], the first 5 of run-up.

    Beyond its two ends the doubled signal, too, goes on as it ends.
    """
    steps, channels = x.shape
    blocks = -(-count // BLOCK_STEPS) + 1  # the last one only lends its beginning to the one before
    first, end = start - AHEAD, start + blocks * BLOCK_STEPS + BEHIND
    row = x.new_empty(end - first, channels, dtype=torch.float32)
    inside = slice(max(first, 0) - first, min(end, steps) - first)
    row[inside] = x[max(first, 0) : end]
    row[: inside.start] = row[inside.start]
    row[inside.stop :] = row[inside.stop - 1]
    fast = _through(row, up_matrix(x.device), BLOCK_STEPS)
    if start == 0:
        fast[:RUN_UP] = fast[RUN_UP]
    last = RUN_UP + 2 * (steps - start)
    fast[last:] = fast[last - 1 : last]
    return fast


def halved(fast: Tensor) -> Tensor:
    """fast, as `doubled` returns it -> [at least `count`, C]."""
    return _through(fast, down_matrix(fast.device), 2 * BLOCK_STEPS)


def _through(rows: Tensor, matrix: Tensor, hop: int) -> Tensor:
    """A filter as a matrix [out, in] over windows of `in` rows, each `hop` after the one before."""
    channels, width = rows.shape[1], matrix.shape[1]
    count = (len(rows) - width) // hop + 1
    windows = rows.as_strided((count, width, channels), (hop * channels, channels, 1))
    return torch.bmm(matrix.expand(count, -1, -1), windows).flatten(0, 1)


def low_pass() -> list[float]:
    """The 12 taps that every file stores beside every activation: a sinc under a Kaiser window, of sum 1."""
    attenuation = 2.285 * (TAPS / 2 - 1) * math.pi * 4 * HALF_WIDTH + 7.95
    window = torch.kaiser_window(TAPS, periodic=False, beta=0.1102 * (attenuation - 8.7), dtype=torch.float64)
    offsets = torch.arange(TAPS, dtype=torch.float64) - (TAPS - 1) / 2
    taps = 2 * CUTOFF * window * torch.sinc(2 * CUTOFF * offsets)
    return [float(tap) for tap in taps / taps.sum()]


@lru_cache
def up_matrix(device: torch.device) -> Tensor:
    """[16, 15]: row n is step n of a doubled block, which starts 5 steps before its source's block."""
    matrix = torch.zeros(2 * BLOCK_STEPS, AHEAD + BLOCK_STEPS + BEHIND, dtype=torch.float64)
    for n in range(2 * BLOCK_STEPS):
        source, odd = divmod(n - RUN_UP, 2)
        for j, tap in enumerate(low_pass()[1 - odd :: 2]):
            # Doubling halves the level, hence twice the tap.
            matrix[n, AHEAD + source + 2 + odd - j] = 2 * tap
    return matrix.to(device, torch.float32)


@lru_cache
def down_matrix(device: torch.device) -> Tensor:
    """[8, 26]: every second step of the low-passed signal."""
    matrix = torch.zeros(BLOCK_STEPS, 2 * BLOCK_STEPS + TAPS - 2, dtype=torch.float64)
    for n in range(BLOCK_STEPS):
        matrix[n, 2 * n : 2 * n + TAPS] = torch.tensor(low_pass(), dtype=torch.float64)
    return matrix.to(device, torch.float32)
