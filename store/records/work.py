"""What is made, and what it is made from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

JobState = Literal["queued", "running", "succeeded", "failed", "cancelled"]
FINAL: frozenset[str] = frozenset({"succeeded", "failed", "cancelled"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """queued -> running -> succeeded | failed | cancelled. `turn` in credits of virtual time; `paid_by` the pool that
    paid, None when its user did; `key_id` the API key that asked for it, if one did.
    """

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
    paid_by: str | None = None
    key_id: str | None = None
    streamed: bool = False

    @property
    def is_final(self) -> bool:
        return self.state in FINAL

    @property
    def payer(self) -> str:
        """Whose credits it holds."""
        return self.paid_by or self.user_id


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
    """A clip that a user brought, as our own FLAC, until it expires. One that comes by a link is not ours, and has no
    length, before it is `judged`.
    """

    id: str
    user_id: str
    object_key: str
    seconds: float
    created_at: datetime
    expires_at: datetime
    incoming_key: str | None = None
    judged: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPiece:
    """Sound of a job that another process hears. `samples` float32, little endian; `words` as plain values."""

    job_id: str
    attempt: int
    number: int
    sample_rate: int
    samples: bytes
    words: list[dict[str, Any]]
    created_at: datetime


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
    labels: dict[str, str] | None = None
    settings: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dictionary:
    """A user's list of pronunciations, without its rules. `version` counts their changes, from 1; `always`: applied to
    all that the user says."""

    id: str
    user_id: str
    name: str
    description: str
    always: bool
    version: int
    rule_count: int
    created_at: datetime
    changed_at: datetime
