"""Pronunciation dictionaries. Rules are read only where they are needed: a list of dictionaries goes without them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.columns import columns_of, values_of
from store.records import Dictionary
from store.tables import dictionaries

c = dictionaries.c
DICTIONARY = columns_of(Dictionary, dictionaries)
Rules = list[dict[str, Any]]

# Built once, as in `store.ledger`: asked for with every text that is spoken.
APPLIED = select(c.id, c.rules).where(c.user_id == bindparam("who")).order_by(c.id)
ALWAYS = APPLIED.where(c.always)
NAMED = APPLIED.where(c.id.in_(bindparam("ids", expanding=True)))


async def insert_dictionary(tx: AsyncConnection, dictionary: Dictionary, rules: Rules) -> None:
    """Raises `IntegrityError` when the user has a dictionary of that name."""
    await tx.execute(insert(dictionaries).values(values_of(dictionary, DICTIONARY) | {"rules": rules}))


async def of_user(tx: AsyncConnection, user_id: str) -> list[Dictionary]:
    """By name."""
    rows = select(*DICTIONARY).where(c.user_id == user_id).order_by(c.name)
    return [Dictionary(**row._asdict()) for row in await tx.execute(rows)]


async def count(tx: AsyncConnection, user_id: str) -> int:
    return int((await tx.execute(select(func.count()).where(c.user_id == user_id))).scalar_one())


async def get(
    tx: AsyncConnection, user_id: str, dictionary_id: str, *, lock: bool = False
) -> tuple[Dictionary, Rules] | None:
    """With its rules; None: not theirs. `lock`: nobody else changes it before the end of the transaction."""
    row = select(*DICTIONARY, c.rules).where(_theirs(user_id, dictionary_id))
    found = (await tx.execute(row.with_for_update() if lock else row)).one_or_none()
    return _with_rules(found) if found else None


async def update_dictionary(tx: AsyncConnection, dictionary: Dictionary, rules: Rules) -> None:
    """Raises `IntegrityError` when the user has another one of that name."""
    theirs = _theirs(dictionary.user_id, dictionary.id)
    await tx.execute(update(dictionaries).where(theirs).values(values_of(dictionary, DICTIONARY) | {"rules": rules}))


async def delete_dictionary(tx: AsyncConnection, user_id: str, dictionary_id: str) -> bool:
    """False: not theirs."""
    return (await tx.execute(delete(dictionaries).where(_theirs(user_id, dictionary_id)))).rowcount == 1


async def known(tx: AsyncConnection, user_id: str, ids: Sequence[str]) -> set[str]:
    """Those of the ids that are dictionaries of this user."""
    rows = select(c.id).where(c.user_id == user_id, c.id.in_(list(ids)))
    return set((await tx.execute(rows)).scalars())


async def rules_of(tx: AsyncConnection, user_id: str, ids: Sequence[str] | None) -> dict[str, Rules]:
    """By id, of those dictionaries that are there; None: of all that are always applied, the oldest first."""
    found = await tx.execute(*((ALWAYS, {"who": user_id}) if ids is None else (NAMED, {"who": user_id, "ids": ids})))
    return {row.id: row.rules for row in found}


async def all_with_rules(tx: AsyncConnection, user_id: str, after: str, limit: int) -> list[tuple[Dictionary, Rules]]:
    """In order of their ids, from the one after `after`."""
    rows = select(*DICTIONARY, c.rules).where(c.user_id == user_id, c.id > after).order_by(c.id).limit(limit)
    return [_with_rules(row) for row in await tx.execute(rows)]


def _with_rules(row: Row[*tuple[Any, ...]]) -> tuple[Dictionary, Rules]:
    values = row._asdict()
    rules: Rules = values.pop("rules")
    return Dictionary(**values), rules


def _theirs(user_id: str, dictionary_id: str) -> ColumnElement[bool]:
    return (c.id == dictionary_id) & (c.user_id == user_id)
