"""Who there is, and how they come in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from store.records.beside import BESIDE

UserKind = Literal["person", "pool", "gone"]
SessionKind = Literal["cookie", "link"]
SignedInWith = Literal["key", "link", "password"]


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
