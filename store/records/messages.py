"""What is told to others, and what others tell us."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


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
