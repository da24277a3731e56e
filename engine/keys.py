"""API keys: made, changed, rotated and revoked by their user, or by another key that is at least as strong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from engine import scopes as table
from engine.clock import month_of, now
from engine.errors import InvalidInput, KeyCapReached, MissingScope, NotFound, Unauthorized
from engine.tokens import API_KEY_PREFIX, digest, new_token
from store import Database, begin, ledger, read
from store import keys as rows
from store.columns import new_id, storable
from store.records import ApiKey, User

TOUCH_EVERY = timedelta(minutes=5)
"""How precisely a key's last use is known: writing it at each request would make every read a write."""
OVERLAP_HOURS = 24
LONGEST_OVERLAP_HOURS = 30 * 24
LONGEST_LIFE = timedelta(days=36_500)
MOST_CREDITS = 10**15
HINT_LETTERS = 8
INVALID = "This API key is not valid. Make a new one with `bernie keys create`."


@dataclass(frozen=True, slots=True)
class KeyLimits:
    """None: no limit of that kind."""

    scopes: Sequence[str] | None = None
    monthly_credits: int | None = None
    expires_at: datetime | None = None

    @staticmethod
    def of(key: ApiKey | None, **changes: Any) -> KeyLimits:
        """Those of a key, with changes."""
        limits = KeyLimits(key.scopes, key.monthly_credits, key.expires_at) if key else KeyLimits()
        return replace(limits, **changes)


@dataclass(frozen=True, slots=True)
class Keys:
    """Where a `User` came in with a key (`user.key`), nothing stronger than that key comes of it."""

    db: Database

    async def create(self, user: User, name: str, limits: KeyLimits | None = None) -> tuple[ApiKey, str]:
        """The key and its token, which is shown now and never again. `limits` None: those of the key that asks, if one
        does. Raises `InvalidInput` and `MissingScope`.
        """
        token, moment = new_token(API_KEY_PREFIX), now()
        key = ApiKey(id=new_id("key"), user_id=user.id, name=_named(name), hint=token[:HINT_LETTERS], created_at=moment)
        key = _limited(key, limits or KeyLimits.of(user.key), moment)
        _require_no_stronger(user.key, key)
        async with begin(self.db) as tx:
            await rows.insert_key(tx, key, digest(token))
        return key, token

    async def mine(self, user: User) -> list[ApiKey]:
        """Newest first, those that ended too."""
        async with read(self.db) as tx:
            return await rows.of_user(tx, user.id)

    async def spent(self, keys: Sequence[ApiKey]) -> dict[str, int]:
        """By id: credits that their jobs have taken, or hold, since the beginning of the month."""
        async with read(self.db) as tx:
            return await rows.spent(tx, [key.id for key in keys], *month_of(now()))

    async def change(self, user: User, key_id: str, **fields: Any) -> ApiKey:
        """`name` and the fields of `KeyLimits`; what is not given stays. Raises `NotFound`, `InvalidInput` and
        `MissingScope`.
        """
        async with begin(self.db) as tx:
            key = await self._locked(tx, user, key_id)
            changed = replace(key, name=_named(fields.pop("name", None) or key.name))
            changed = _limited(changed, KeyLimits.of(key, **fields), now())
            _require_no_stronger(user.key, changed)
            await rows.change(tx, changed)
        return changed

    async def rotate(self, user: User, key_id: str, *, overlap_hours: float = OVERLAP_HOURS) -> tuple[ApiKey, str]:
        """The key with a new token. The present one stays good for so long, 0: it ends at once; one that was replaced
        before ends now. Raises `NotFound`, `InvalidInput` and `MissingScope`.
        """
        if not 0 <= overlap_hours <= LONGEST_OVERLAP_HOURS:
            raise InvalidInput(
                f"The old token can stay good for 0 to {LONGEST_OVERLAP_HOURS} hours.", field="overlap_hours"
            )
        token = new_token(API_KEY_PREFIX)
        until = now() + timedelta(hours=overlap_hours) if overlap_hours else None
        async with begin(self.db) as tx:
            key = await self._locked(tx, user, key_id)
            key = replace(key, hint=token[:HINT_LETTERS], old_token_until=until)
            await rows.rotate(tx, key, digest(token))
        return key, token

    async def revoke(self, user: User, key_id: str) -> None:
        """Raises `NotFound` when it is not a key of theirs, or revoked before."""
        async with begin(self.db) as tx:
            if not await rows.revoke(tx, user.id, key_id, now()):
                raise NotFound("You have no such key.")

    async def with_token(self, token: str) -> User:
        """The key's user, with the key. Raises `Unauthorized`."""
        moment = now()
        async with read(self.db) as tx:
            user = await rows.of_token(tx, digest(token), moment)
        if user is None or user.key is None:
            raise Unauthorized(INVALID)
        _require_not_expired(user.key, moment)
        if user.key.last_used_at is None or moment - user.key.last_used_at > TOUCH_EVERY:
            async with begin(self.db) as tx:
                await rows.touch(tx, user.key.id, moment)
        return user

    async def _locked(self, tx: AsyncConnection, user: User, key_id: str) -> ApiKey:
        key = await rows.lock(tx, user.id, key_id)
        if key is None:
            raise NotFound("You have no such key.")
        _require_no_stronger(user.key, key)
        return key


async def require_allowance(tx: AsyncConnection, user: User, price: int, moment: datetime) -> None:
    """That the key which a job is asked for with is still good, and its cap leaves room for the price.

    Of a key with a cap the balance of its user is locked: so its jobs are looked at one after the other, each when the
    one before has its row. Raises `Unauthorized` and `KeyCapReached`.
    """
    if user.key is None:
        return
    key = await rows.get(tx, user.key.id)
    if key is None or key.revoked_at is not None:
        raise Unauthorized(INVALID)
    _require_not_expired(key, moment)
    if key.monthly_credits is None:
        return
    await ledger.lock(tx, user.id)
    since, until = month_of(moment)
    left = key.monthly_credits - (await rows.spent(tx, [key.id], since, until))[key.id]
    if price > left:
        raise KeyCapReached(
            f"This API key may spend {key.monthly_credits:,} credits a month and has {max(left, 0):,} left; this costs "
            f"{price:,}. It may spend again from {until.day} {until:%B %Y} (UTC)."
        )


def _require_not_expired(key: ApiKey, moment: datetime) -> None:
    if key.expires_at is not None and key.expires_at <= moment:
        ended = f"{key.expires_at.day} {key.expires_at:%B %Y at %H:%M} UTC"
        raise Unauthorized(f"This API key expired on {ended}. Make a new one with `bernie keys create`.")


def _require_no_stronger(asking: ApiKey | None, key: ApiKey) -> None:
    """That a key may make, change or renew this one. Raises `MissingScope`."""
    if asking is None:
        return
    if asking.monthly_credits is not None:
        raise MissingScope("An API key with a monthly cap makes no keys: together they could spend more than it may.")
    if asking.scopes is not None and not (key.scopes is not None and set(key.scopes) <= set(asking.scopes)):
        own = ", ".join(f"`{name}`" for name in asking.scopes)
        raise MissingScope(f"This API key may only make and change keys with no more scopes than its own: {own}.")
    if asking.expires_at is not None and (key.expires_at is None or key.expires_at > asking.expires_at):
        raise MissingScope("This API key may only make and change keys that end no later than it does.")


def _limited(key: ApiKey, limits: KeyLimits, moment: datetime) -> ApiKey:
    """Raises `InvalidInput`."""
    credits, expires_at = limits.monthly_credits, limits.expires_at
    if credits is not None and not 1 <= credits <= MOST_CREDITS:
        raise InvalidInput(
            f"A monthly cap is 1 to {MOST_CREDITS:,} credits; leave it out for none.", field="monthly_credits"
        )
    if expires_at is not None and expires_at != key.expires_at:
        if not moment < expires_at < moment + LONGEST_LIFE:
            raise InvalidInput(
                "A key expires between now and in 100 years. To end one now, revoke it.", field="expires_at"
            )
        expires_at = expires_at.astimezone(UTC)
    named = None if limits.scopes is None else table.known(limits.scopes)
    return replace(key, scopes=named, monthly_credits=credits, expires_at=expires_at)


def _named(name: str) -> str:
    return storable(name).strip()[:100] or "key"
