"""How a network's cost and its errors are measured: on one thread, in a process of its own."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from typing import TypeVar

import torch
from torch import Tensor, nn

from engine.nn.mel import mel_filters, power_spectrum

T = TypeVar("T")
PRODUCT_WIDTH = 2048
MEL_BANDS, AUDIBLE_DECIBELS = 80, 60


@contextmanager
def one_thread() -> Iterator[None]:
    """For inference, and the number of threads as before behind it."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.inference_mode():
            yield
    finally:
        torch.set_num_threads(before)


def alone(work: Callable[..., T], *arguments: object) -> T:
    """What `work`, found by its name, gives in a fresh process: memory that another network took does not count."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(work, arguments)


def peak_megabytes() -> float:
    """Of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def cost(work: Callable[[], object], rounds: int, *, warm_up: bool = True) -> tuple[float, float]:
    """CPU and wall seconds, medians; where the first run finds nothing warm, it does not count."""
    if warm_up:
        work()
    spent: list[tuple[float, float]] = []
    for _ in range(rounds):
        cpu, wall = time.process_time(), time.perf_counter()
        work()
        spent.append((time.process_time() - cpu, time.perf_counter() - wall))
    return sorted(cpu for cpu, _ in spent)[rounds // 2], sorted(wall for _, wall in spent)[rounds // 2]


class Stopwatch:
    """CPU-seconds spent inside a part, and how often it was called, since `reset`."""

    def __init__(self, part: nn.Module) -> None:
        self.seconds = self._begun = 0.0
        self.calls = 0
        part.register_forward_pre_hook(self._begin)
        part.register_forward_hook(self._end)

    def reset(self) -> None:
        self.seconds, self.calls = 0.0, 0

    def _begin(self, *_: object) -> None:
        self._begun = time.process_time()

    def _end(self, *_: object) -> None:
        self.seconds += time.process_time() - self._begun
        self.calls += 1


def product_gflops() -> float:
    """Of a plain matrix product in float32: what this processor can do at best."""
    a = torch.randn(PRODUCT_WIDTH, PRODUCT_WIDTH)
    return 2e-9 * PRODUCT_WIDTH**3 / cost(lambda: a @ a, 3)[0]


def signal_to_noise(exact: Tensor, other: Tensor) -> float:
    """dB of waves [S]; 0 when the error is as strong as the signal, as between waves that drift apart in phase."""
    return float(10 * torch.log10(exact.square().sum() / (other - exact).square().sum()))


def log_mel_distance(exact: Tensor, other: Tensor, sample_rate: int) -> float:
    """Mean absolute difference in dB of waves [S], where the exact one is audible: within 60 dB of its loudest."""
    left, right = (_decibels(wave, sample_rate) for wave in (exact, other))
    return float((left - right)[left > left.max() - AUDIBLE_DECIBELS].abs().mean())


def _decibels(wave: Tensor, sample_rate: int) -> Tensor:
    power = power_spectrum(wave[None], n_fft=1024, hop_samples=256, window_samples=1024, pad_samples=512)
    top = sample_rate / 2
    filters = mel_filters(bins=513, top_hz=top, low_hz=0, high_hz=top, bands=MEL_BANDS, scale="slaney", unit_area=True)
    return 10 * torch.log10((filters.T @ power).clamp(min=1e-10))
