"""How often something may be asked: the one place that counts.

Whoever limits something declares a `Rate` and calls `engine.rates.hit(rate, subject)`; the subject says who asks: a
key's id, an address, an email. It is hashed before it becomes a key anywhere.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field

from engine.counts import Count, Counts, LocalCounts
from engine.errors import TooManyRequests
from engine.tokens import digest


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `amount` in `seconds`, counted from the first. Two rates of one name share a count."""

    name: str
    amount: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How much of a rate is left. `reset_seconds`: until all of it is there again."""

    limit: int
    remaining: int
    reset_seconds: int


@dataclass(frozen=True, slots=True)
class Rates:
    counts: Counts = field(default_factory=LocalCounts)

    async def hit(self, rate: Rate, subject: str) -> Standing:
        """Counts one. Raises `TooManyRequests` when it is one too many."""
        count = await self.counts.count(rate.name, digest(subject), rate.seconds, add=1)
        if count.hits > rate.amount:
            raise _refusal(rate, count)
        return _standing(rate, count)

    async def look(self, rate: Rate, subject: str) -> Standing:
        """Counts nothing. Raises `TooManyRequests` when nothing is left, so that what costs us is not begun."""
        count = await self.counts.count(rate.name, digest(subject), rate.seconds, add=0)
        if count.hits >= rate.amount:
            raise _refusal(rate, count)
        return _standing(rate, count)

    async def aclose(self) -> None:
        await self.counts.aclose()


def _standing(rate: Rate, count: Count) -> Standing:
    return Standing(rate.amount, max(rate.amount - count.hits, 0), _seconds_left(count))


def _seconds_left(count: Count) -> int:
    return max(math.ceil(count.ends_at - time.time()), 0)


def _refusal(rate: Rate, count: Count) -> TooManyRequests:
    wait = max(_seconds_left(count), 1)
    return TooManyRequests(
        f"That is too often: {rate.amount} are allowed in {_spoken(rate.seconds)}. Try again in {_spoken(wait)}.",
        retry_after=wait,
    )


def _spoken(seconds: int) -> str:
    """In the largest unit that says it well, rounded up: nobody is sent away to come back too early."""
    for unit, size in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if seconds >= size:
            number = math.ceil(seconds / size)
            return f"{number} {unit}s" if number > 1 else f"1 {unit}"
    return f"{seconds} seconds" if seconds > 1 else "1 second"
