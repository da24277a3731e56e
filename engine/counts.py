"""Where requests are counted: in this process, or in a Redis that several processes share.

A subject's window begins with its first request. In a Redis `limits` counts, imported where one is used.
"""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Protocol

log = logging.getLogger(__name__)

MOST_SUBJECTS = 10_000
"""Per rate: a flood from more addresses than that makes it forget some, and the process keeps its memory."""
ANSWER_SECONDS = 0.5
AWAY_SECONDS = 5.0
"""So long a Redis that did not answer is not asked again: requests do not wait for it one after the other."""
LOG_EVERY_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Count:
    """`ends_at` in seconds of the epoch: then it begins at 0 again."""

    hits: int
    ends_at: float


class Counts(Protocol):
    async def count(self, rate: str, subject: str, seconds: int, *, add: int) -> Count: ...

    async def aclose(self) -> None: ...


class LocalCounts:
    """In this process, and forgotten with it.

    Not `limits`' own memory: at each hit that looks through all of its subjects, 2 ms when there are 10,000.
    """

    def __init__(self) -> None:
        self._rates: dict[str, OrderedDict[str, Count]] = {}

    async def count(self, rate: str, subject: str, seconds: int, *, add: int) -> Count:
        counts = self._rates.setdefault(rate, OrderedDict())
        moment = time.time()
        before = counts.pop(subject, None)
        if before is None or before.ends_at <= moment:
            before = Count(0, moment + seconds)
        count = Count(before.hits + add, before.ends_at)
        if count.hits:
            counts[subject] = count  # at the end: what was seen longest ago goes first
            if len(counts) > MOST_SUBJECTS:
                counts.popitem(last=False)
        return count

    async def aclose(self) -> None:
        """Nothing is open."""


class SharedCounts:
    """In a Redis. While it does not answer this process counts for itself: the service goes on, a little laxer."""

    def __init__(self, url: str) -> None:
        """Connects at the first request. Raises `ValueError` for an address that is none."""
        from limits.aio.storage import RedisStorage
        from limits.errors import ConfigurationError

        times = {"socket_timeout": ANSWER_SECONDS, "socket_connect_timeout": ANSWER_SECONDS}
        try:
            self._storage = RedisStorage(
                f"async+{url}", wrap_exceptions=True, implementation="redispy", key_prefix="bernie", **times
            )
        except (ConfigurationError, ValueError):
            # Not from it: its message has the address, and so the password.
            raise ValueError("it does not look like redis://HOST:PORT/0") from None
        self._own = LocalCounts()
        self._away_until = 0.0
        self._logged_at = -LOG_EVERY_SECONDS

    async def count(self, rate: str, subject: str, seconds: int, *, add: int) -> Count:
        from limits.errors import StorageError

        if time.monotonic() >= self._away_until:
            try:
                return await self._shared(f"{rate}/{subject}", seconds, add)
            except (StorageError, OSError) as error:
                self._note(error)
        return await self._own.count(rate, subject, seconds, add=add)

    async def _shared(self, key: str, seconds: int, add: int) -> Count:
        hits = await (self._storage.incr(key, seconds, add) if add else self._storage.get(key))
        return Count(hits, await self._storage.get_expiry(key) if hits else time.time() + seconds)

    def _note(self, error: Exception) -> None:
        moment = time.monotonic()
        self._away_until = moment + AWAY_SECONDS
        if moment - self._logged_at >= LOG_EVERY_SECONDS:
            self._logged_at = moment
            log.warning("requests are counted in this process alone: the Redis does not answer", exc_info=error)

    async def aclose(self) -> None:
        connection = getattr(self._storage.bridge, "storage")  # noqa: B009  its base class does not name it
        await connection.aclose()
