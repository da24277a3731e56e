"""How long to wait before the next attempt."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

PAUSES_SECONDS = (5, 30, 120, 900, 3600, 4 * 3600, 10 * 3600, 24 * 3600, 36 * 3600)
"""After the first, second, ... attempt; with as many attempts and one more it is given up."""
LONGEST_PAUSE_SECONDS = PAUSES_SECONDS[-1]
"""Nor does a receiver's `retry_after` put it off further."""


def next_attempt(tries: int, moment: datetime, retry_after: float | None = None) -> datetime | None:
    """When to try again after so many attempts; None gives up."""
    if tries > len(PAUSES_SECONDS):
        return None
    pause = max(spread(PAUSES_SECONDS[tries - 1]), min(retry_after or 0.0, LONGEST_PAUSE_SECONDS))
    return moment + timedelta(seconds=pause)


def spread(seconds: float) -> float:
    """Up to a tenth more or less, so that what failed together does not come back together."""
    return seconds * random.uniform(0.9, 1.1)  # noqa: S311  spreads, does not hide
