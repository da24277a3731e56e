"""Inbound hooks and the log of what was posted to them. Tokens come in as hashes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String, and_, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.columns import Moment, columns_of, values_of
from store.records import Hook, HookCall
from store.tables import hook_calls, hooks

c = hooks.c
HOOK = columns_of(Hook, hooks)
CALL = columns_of(HookCall, hook_calls)
TOKEN = bindparam("token", type_=String())
# Built once: every post asks it.
OF_TOKEN = select(*HOOK).where(
    c.enabled,
    or_(c.token_hash == TOKEN, and_(c.old_token_hash == TOKEN, c.old_token_until > bindparam("now", type_=Moment()))),
)


async def insert_hook(tx: AsyncConnection, hook: Hook, token_hash: str) -> None:
    await tx.execute(insert(hooks).values(values_of(hook, HOOK) | {"token_hash": token_hash}))


async def of_token(tx: AsyncConnection, token_hash: str, now: datetime) -> Hook | None:
    """One that is enabled; also by the token before the last rotation while that is good."""
    row = (await tx.execute(OF_TOKEN, {"token": token_hash, "now": now})).one_or_none()
    return Hook(**row._asdict()) if row else None


async def of_user(tx: AsyncConnection, user_id: str) -> list[Hook]:
    """Oldest first."""
    rows = select(*HOOK).where(c.user_id == user_id).order_by(c.id)
    return [Hook(**row._asdict()) for row in await tx.execute(rows)]


async def count(tx: AsyncConnection, user_id: str) -> int:
    return int((await tx.execute(select(func.count()).where(c.user_id == user_id))).scalar_one())


async def of_id(tx: AsyncConnection, user_id: str, hook_id: str) -> Hook | None:
    """None also for somebody else's."""
    row = (await tx.execute(select(*HOOK).where(c.id == hook_id, c.user_id == user_id))).one_or_none()
    return Hook(**row._asdict()) if row else None


async def change(tx: AsyncConnection, hook_id: str, **values: Any) -> None:
    await tx.execute(update(hooks).where(c.id == hook_id).values(values))


async def rotate(tx: AsyncConnection, hook: Hook, token_hash: str) -> None:
    """Another token, with its hint; the present one is good until `hook.old_token_until`, the one before no more."""
    old = select(c.token_hash).where(c.id == hook.id).with_for_update()
    present = (await tx.execute(old)).scalar_one() if hook.old_token_until else None
    values = {"token_hash": token_hash, "hint": hook.hint, "old_token_until": hook.old_token_until}
    await tx.execute(update(hooks).where(c.id == hook.id).values(values | {"old_token_hash": present}))


async def remove(tx: AsyncConnection, hook_id: str) -> None:
    """With its log."""
    await tx.execute(delete(hook_calls).where(hook_calls.c.hook_id == hook_id))
    await tx.execute(delete(hooks).where(c.id == hook_id))


async def note(tx: AsyncConnection, call: HookCall) -> None:
    """Into the log, and into the counts of its hook. Nothing when the hook was deleted meanwhile."""
    counted = c.refused if call.error else c.accepted
    values = {counted.name: counted + 1, "last_used_at": call.created_at}
    if (await tx.execute(update(hooks).where(c.id == call.hook_id).values(values))).rowcount:
        await tx.execute(insert(hook_calls).values(values_of(call, CALL)))


async def calls_of(tx: AsyncConnection, hook_id: str, limit: int) -> list[HookCall]:
    """Newest first."""
    rows = select(*CALL).where(hook_calls.c.hook_id == hook_id).order_by(hook_calls.c.id.desc()).limit(limit)
    return [HookCall(**row._asdict()) for row in await tx.execute(rows)]


async def calls_page(tx: AsyncConnection, user_id: str, after: str, limit: int) -> list[HookCall]:
    """Of all hooks of a user, oldest first, from the id after `after`."""
    theirs = select(*CALL).where(hook_calls.c.user_id == user_id, hook_calls.c.id > after)
    return [HookCall(**row._asdict()) for row in await tx.execute(theirs.order_by(hook_calls.c.id).limit(limit))]


async def delete_calls(tx: AsyncConnection, before: datetime) -> int:
    return (await tx.execute(delete(hook_calls).where(hook_calls.c.created_at < before))).rowcount
