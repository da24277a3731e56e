"""When things happen, and many short sounds put where they belong.

Times are in seconds. Every train begins within 20 ms, so that a clip of half a second is not empty.
"""

from __future__ import annotations

import numpy as np

from engine.sfx.foley.stage import SAMPLE_RATE, Signal, Stage

ONSET_SECONDS = 0.02
GRAINS_AT_ONCE = 32
GRAIN_DECAYS = 6.0
"""A grain is cut when it has fallen by 52 dB."""


def poisson(rng: np.random.Generator, rate: float, seconds: float) -> Signal:
    """Independent events, `rate` per second on average."""
    times = np.sort(rng.uniform(0, seconds, rng.poisson(rate * seconds) + 1))
    times[0] = min(times[0], ONSET_SECONDS)
    return times


def clustered(rng: np.random.Generator, rate: float, seconds: float, burst: int) -> Signal:
    """Events that come in bursts of about `burst` within some 50 ms, `rate` per second overall."""
    parents = poisson(rng, rate / burst, seconds)
    times = np.repeat(parents, rng.poisson(burst - 1, len(parents)) + 1)
    late = rng.exponential(0.05, len(times))
    late[0] = 0
    times = np.sort(times + late)
    return times[times < seconds]


def regular(rng: np.random.Generator, period: float, seconds: float, *, jitter: float = 0) -> Signal:
    """Events `period` apart, each interval off by `jitter` of itself (deviation)."""
    count = int(seconds / period * 1.5) + 2
    intervals = period * np.maximum(0.3, 1 + jitter * rng.standard_normal(count))
    times = ONSET_SECONDS + np.concatenate([[0], np.cumsum(intervals)])
    return times[times < seconds]


def takes(stage: Stage, period: float, *, jitter: float = 0.15) -> Signal:
    """When something that happens once happens again: as long as the clip lasts, or as often as was asked for."""
    times = regular(stage.rng, period / stage.rate, stage.seconds, jitter=jitter)
    return times[: stage.traits.count or None]


def place(out: Signal, grain: Signal, seconds: float, gain: float = 1) -> None:
    """Adds a grain to `out`; what reaches past its end is cut."""
    start = round(seconds * SAMPLE_RATE)
    part = grain[: max(0, len(out) - start)]
    out[start : start + len(part)] += gain * part


def impulses(samples: int, times: Signal, gains: Signal | float = 1.0) -> Signal:
    """One sample per event, to be convolved with a response. Events past the end are left out."""
    out = np.zeros(samples)
    index = (times * SAMPLE_RATE).astype(np.int64)
    kept = index < samples
    np.add.at(out, index[kept], np.broadcast_to(gains, times.shape)[kept])
    return out


def sprinkle(
    samples: int,
    times: Signal,
    hz: Signal | float,
    decay: Signal | float,
    gain: Signal | float = 1.0,
    *,
    rise: Signal | float = 0.0,
) -> Signal:
    """Damped sines [S]: one per time, each with its frequency, decay to 1/e in seconds, gain, and rise.

    `rise` is the relative change of frequency per second, as of a bubble that nears the surface. Events past the end
    are left out.
    """
    table = np.stack(np.broadcast_arrays(times, hz, decay, gain, rise))
    table = table[:, (table[0] * SAMPLE_RATE).astype(np.int64) < samples]
    table = table[:, np.argsort(table[2], kind="stable")]  # those of like length go together
    out = np.zeros(samples + int(GRAIN_DECAYS * table[2].max(initial=0.0) * SAMPLE_RATE) + 1)
    for first in range(0, table.shape[1], GRAINS_AT_ONCE):
        when, frequency, fall, loud, slope = (row[:, None] for row in table[:, first : first + GRAINS_AT_ONCE])
        index = np.arange(min(samples, int(GRAIN_DECAYS * fall.max() * SAMPLE_RATE)))
        t = index / SAMPLE_RATE
        grains = loud * np.exp(-t / fall) * np.sin(2 * np.pi * frequency * t * (1 + slope * t / 2))
        np.add.at(out, (when * SAMPLE_RATE).astype(np.int64) + index, grains)
    return out[:samples]
