"""What comes out of the store: frozen records, each made from a row in one place, changed by `replace`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

UserKind = Literal["person", "pool", "gone"]
SessionKind = Literal["cookie", "link"]
SignedInWith = Literal["key", "link", "password"]
JobState = Literal["queued", "running", "succeeded", "failed", "cancelled"]
BESIDE = {"beside": True}
"""Marks a field that is not in the record's own row."""
FINAL: frozenset[str] = frozenset({"succeeded", "failed", "cancelled"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """Without its token, which is stored only as a hash. None: no limit of that kind.

    `scopes` names of `engine.scopes`; `monthly_credits` what its jobs may spend in a calendar month, UTC;
    `old_token_until`: when the token before the last rotation ends.
    """

    id: str
    user_id: str
    name: str
    hint: str
    created_at: datetime
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None
    scopes: list[str] | None = None
    monthly_credits: int | None = None
    expires_at: datetime | None = None
    old_token_until: datetime | None = None

    @property
    def is_limited(self) -> bool:
        """It may do less than its user."""
        return (self.scopes, self.monthly_credits, self.expires_at) != (None, None, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """An account. `pool`: the shared credits of a place; `gone`: deleted, or linked to another.

    `key`: the one of their keys that a request came with. It is no fact of the account, so it is not compared.
    """

    id: str
    name: str
    is_owner: bool
    slots: int
    queue_limit: int
    created_at: datetime
    kind: UserKind = "person"
    key: ApiKey | None = field(default=None, compare=False, metadata=BESIDE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """How a user is known on one surface: `surface` discord, telegram or password; `subject` their id there."""

    id: str
    user_id: str
    surface: str
    subject: str
    secret_hash: str | None = field(repr=False)
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A browser that is signed in (`cookie`), or an address that signs one in (`link`).

    `token_hash` is all that is kept of its secret. `opened_by`: what it was signed in with.
    """

    token_hash: str = field(repr=False)
    user_id: str
    kind: SessionKind
    opened_by: SignedInWith
    browser: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """Lets `uses` people sign up. `credits`: in place of the welcome credits, None for those."""

    id: str
    user_id: str
    credits: int | None
    uses: int
    used: int
    created_at: datetime
    expires_at: datetime
    withdrawn_at: datetime | None


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
class Preferences:
    """What a user likes. None: nothing chosen, so what the model or the surface does by itself.

    `language` BCP 47; `voice` the id of the one that speaks when none is named; `private`: answers that only they see;
    `bubbles`: clips as voice messages.
    """

    user_id: str
    language: str | None = None
    voice: str | None = None
    speed: float | None = None
    format: str | None = None
    private: bool = False
    bubbles: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """Credits bought once. `refunded`: how many of them were taken back, None when never asked."""

    key_hash: str
    user_id: str
    credits: int
    refunded: int | None
    created_at: datetime


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A customer's webhook URL. `events` empty: all. `one_off`: without a URL, for those that jobs bring along.

    `old_secret` signs too until `old_secret_until`; `per_second`: requests at most, None as many as it takes;
    `disabled_because`: gone or failing, when we did it; `failures`: rounds that failed since the last success.
    """

    id: str
    user_id: str
    url: str
    secret: str = field(repr=False)
    events: list[str]
    description: str
    enabled: bool
    created_at: datetime
    name: str = ""
    one_off: bool = False
    old_secret: str | None = field(default=None, repr=False)
    old_secret_until: datetime | None = None
    headers: dict[str, str] | None = field(default=None, repr=False)
    per_second: int | None = None
    disabled_because: str | None = None
    failures: int = 0
    failing_since: datetime | None = None
    paused_until: datetime | None = None
    last_failure_at: datetime | None = None
    last_failure_status: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """An address of ours that others post to, without its token, which is stored only as a hash.

    `options` are the same each time, `template` says what of a post fills the others; `reply`: where the outcome goes;
    `scheme`: how posts are signed, None when they are not; `old_token_until`: when the token before the last rotation
    ends.
    """

    id: str
    user_id: str
    name: str
    hint: str
    capability: str
    options: dict[str, Any]
    template: dict[str, str]
    reply: dict[str, Any]
    scheme: str | None = None
    signature_header: str | None = None
    secret: str | None = field(default=None, repr=False)
    per_minute: int
    enabled: bool = True
    old_token_until: datetime | None = None
    created_at: datetime
    last_used_at: datetime | None = None
    accepted: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HookCall:
    """One post to a hook: what was answered, and why it was refused (`error`) or which job it made."""

    id: str
    user_id: str
    hook_id: str
    created_at: datetime
    status: int
    error: str | None
    job_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A promise to hand one event to one address. `attempt` counts claims and fences their outcome.

    `lane`: what fails together, an endpoint or a chat's user; `payload`: of an event that is not about a job; `tries`:
    attempts since it was last put on its way, which the pauses follow.
    """

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
    lane: str = ""
    payload: dict[str, Any] | None = None
    tries: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What came of one attempt. `status` None: no answer; `error` None: delivered; `snippet`: how the answer begins."""

    delivery_id: str
    attempt: int
    at: datetime
    status: int | None
    milliseconds: int
    error: str | None
    snippet: str
