"""Credits that moved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    id: int
    user_id: str
    kind: str
    credits: int
    job_id: str | None
    note: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """Credits bought once. `refunded`: how many of them were taken back, None when never asked."""

    key_hash: str
    user_id: str
    credits: int
    refunded: int | None
    created_at: datetime
