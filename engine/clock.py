"""Now, and the month that it is in."""

from datetime import UTC, datetime, timedelta


def now() -> datetime:
    """Aware, in UTC. Every promise with a time is made with it; tests move it by replacing rows, not the clock."""
    return datetime.now(UTC)


def month_of(moment: datetime) -> tuple[datetime, datetime]:
    """When its calendar month in UTC began, and when the next one does."""
    first = moment.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return first, (first + timedelta(days=32)).replace(day=1)
