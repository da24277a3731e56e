"""Now."""

from datetime import UTC, datetime


def now() -> datetime:
    """Aware, in UTC. Every promise with a time is made with it; tests move it by replacing rows, not the clock."""
    return datetime.now(UTC)
