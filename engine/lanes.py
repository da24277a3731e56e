"""Who may be delivered to next, so that an address that is slow, dead or flooded does not delay another.

A lane is what fails together. One that was never seen to answer gets one delivery at a time, one that answers several,
and all those that failed together at most a part of the places: the others never wait for time-outs.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

MOST_REMEMBERED = 10_000


@dataclass(slots=True)
class Lane:
    """`healthy` None: not known yet. `tokens`: requests that the limit leaves for now."""

    under_way: int = 0
    healthy: bool | None = None
    per_second: int | None = None
    tokens: float = 0.0
    filled_at: float = 0.0


@dataclass(slots=True)
class Lanes:
    """Of one process and one kind of courier. `at_once` deliveries in all, `per_lane` to one that answers, `unknown` to
    one that was not seen to, and `failing` to all that failed together.
    """

    at_once: int
    per_lane: int
    unknown: int
    failing: int
    clock: Callable[[], float] = time.monotonic
    _lanes: dict[str, Lane] = field(default_factory=dict)
    _under_way: int = 0

    @property
    def free(self) -> int:
        return self.at_once - self._under_way

    def full(self) -> list[str]:
        """Lanes that have no room: a claim passes over them."""
        crowded = self._failing_under_way() >= self.failing
        return [
            name for name, lane in self._lanes.items() if (crowded and lane.healthy is False) or self._room(lane) <= 0
        ]

    def room(self, name: str) -> int:
        lane = self._lanes.get(name)
        return self.unknown if lane is None else self._room(lane)

    def _room(self, lane: Lane) -> int:
        room = (self.per_lane if lane.healthy else self.unknown) - lane.under_way
        return room if lane.per_second is None else min(room, int(self._fill(lane)))

    def _fill(self, lane: Lane) -> float:
        assert lane.per_second is not None
        moment = self.clock()
        lane.tokens = min(lane.per_second, lane.tokens + (moment - lane.filled_at) * lane.per_second)
        lane.filled_at = moment
        return lane.tokens

    def _failing_under_way(self) -> int:
        return sum(lane.under_way for lane in self._lanes.values() if lane.healthy is False)

    def enter(self, name: str) -> None:
        lane = self._lanes.setdefault(name, Lane())
        lane.under_way += 1
        lane.tokens -= 1
        self._under_way += 1

    def learn(self, name: str, *, per_second: int | None, failing: bool) -> None:
        """What its row says: it may have failed in another process, or before this one started."""
        lane = self._lanes[name]
        if failing and lane.healthy is None:
            lane.healthy = False
        if per_second != lane.per_second:
            lane.per_second, lane.filled_at = per_second, self.clock()
            lane.tokens = (per_second or 0) - lane.under_way

    def leave(self, name: str, answered: bool | None = None) -> None:
        """`answered`: whether the lane does; None says nothing about it."""
        lane = self._lanes[name]
        lane.under_way -= 1
        lane.healthy = lane.healthy if answered is None else answered
        self._under_way -= 1
        if len(self._lanes) > MOST_REMEMBERED:
            self._lanes = {other: kept for other, kept in self._lanes.items() if kept.under_way}
