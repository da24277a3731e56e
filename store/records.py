"""What comes out of the store: frozen records, each made from a row in one place, changed by `replace`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

JobState = Literal["queued", "running", "succeeded", "failed", "cancelled"]
FINAL: frozenset[str] = frozenset({"succeeded", "failed", "cancelled"})


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    id: str
    name: str
    is_owner: bool
    slots: int
    queue_limit: int
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """How a user is known on one surface: `surface` discord, telegram or password; `subject` their id there."""

    id: str
    user_id: str
    surface: str
    subject: str
    secret_hash: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """Without its token, which is stored only as a hash."""

    id: str
    user_id: str
    name: str
    hint: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


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
class Job:
    """queued -> running -> succeeded | failed | cancelled. `turn` in credits of virtual time."""

    id: str
    user_id: str
    capability: str
    params: dict[str, Any]
    batch_key: str
    price: int
    state: JobState = "queued"
    turn: int
    slot: int | None
    attempt: int = 0
    cancel_requested: bool = False
    progress: float = 0.0
    idempotency_key: str | None
    reply_to: dict[str, Any] | None
    error_code: str | None = None
    error_message: str | None = None
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None

    @property
    def is_final(self) -> bool:
        return self.state in FINAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    id: str
    user_id: str
    job_id: str
    capability: str
    model: str
    model_revision: str
    object_key: str
    format: str
    content_type: str
    bytes: int
    seconds: float
    sample_rate: int
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A clip that a user brought, as our own FLAC, until it expires."""

    id: str
    user_id: str
    object_key: str
    seconds: float
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    id: str
    user_id: str
    name: str
    description: str
    language: str
    object_key: str
    seconds: float
    consent_by: str
    consent_at: datetime
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A customer's webhook URL."""

    id: str
    user_id: str
    url: str
    secret: str
    events: list[str]
    description: str
    enabled: bool
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A promise to hand one event to one address. `attempt` counts claims and fences their outcome."""

    id: str
    user_id: str
    job_id: str | None
    event: str
    courier: str
    address: dict[str, Any]
    key: str
    attempt: int
    due_at: datetime | None
    delivered_at: datetime | None
    last_error: str | None
    created_at: datetime
