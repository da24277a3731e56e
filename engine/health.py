"""How an endpoint is doing: what a failure or a success says about the whole of it, not about one delivery.

An endpoint that does not answer is tried once per pause, whatever waits for it; one that answers again gets all of it
at once.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from engine.pauses import spread
from store.records import Endpoint

ROUND_PAUSES_SECONDS = (5, 30, 120, 900)
"""After the first, second, ... round that failed; the last one again and again."""
LONGEST_ROUND_PAUSE_SECONDS = 3600
"""Nor does a receiver's `retry_after` stop everything for longer."""
FAILING_FOR = timedelta(days=5)
"""Of nothing but failures: then it is disabled."""
SERIES_GAP = timedelta(hours=48)
"""Failures further apart are not one series: between them nothing was tried."""
GONE = 410


def after_success(endpoint: Endpoint) -> Endpoint:
    return replace(endpoint, failures=0, failing_since=None, paused_until=None)


def after_failure(endpoint: Endpoint, *, status: int | None, retry_after: float | None, now: datetime) -> Endpoint:
    """With the time until which nothing is to be tried, or disabled."""
    broken_off = endpoint.last_failure_at is None or now - endpoint.last_failure_at > SERIES_GAP
    since = now if broken_off or endpoint.failing_since is None else endpoint.failing_since
    noted = replace(endpoint, failing_since=since, last_failure_at=now, last_failure_status=status)
    if status == GONE or now - since >= FAILING_FOR:
        return replace(noted, enabled=False, disabled_because="gone" if status == GONE else "failing")
    if endpoint.paused_until is not None and endpoint.paused_until > now:
        return noted  # it began before the pause, and its round is counted
    failures = endpoint.failures + 1
    pause = spread(ROUND_PAUSES_SECONDS[min(failures, len(ROUND_PAUSES_SECONDS)) - 1])
    pause = max(pause, min(retry_after or 0.0, LONGEST_ROUND_PAUSE_SECONDS))
    return replace(noted, failures=failures, paused_until=now + timedelta(seconds=pause))
