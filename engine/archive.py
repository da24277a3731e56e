"""All that is kept of a user, as a zip made while it is sent: one file in memory at a time, however much there is."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.clock import now
from store import (
    Database,
    attempts,
    clips,
    deliveries,
    dictionaries,
    endpoints,
    hooks,
    jobs,
    keys,
    ledger,
    preferences,
    read,
    sessions,
    uploads,
    users,
    voices,
)
from store.objects import ObjectMissing, Objects
from store.records import Delivery, User

PAGE = 200
DICTIONARIES = 10
"""In one page: each may have a thousand rules."""
Pages = AsyncIterator[list[dict[str, Any]]]


class _Sink:
    """What a `ZipFile` writes to, taken out again piece by piece. Not seekable, so sizes stand after each file."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def take(self) -> bytes:
        data = b"".join(self._pieces)
        self._pieces.clear()
        return data


@dataclass(frozen=True, slots=True)
class Archive:
    db: Database
    objects: Objects

    async def of(self, user: User) -> AsyncIterator[bytes]:
        """The zip: `account.json`, the clips, voices and uploads as files, and `missing.json` with names of files that
        are no longer kept. Raises `ObjectsUnavailable`.
        """
        sink, missing = _Sink(), list[str]()
        with ZipFile(sink, "w") as archive:  # type: ignore[call-overload]  # it asks for no more than `write` and `flush`
            with archive.open(_entry("account.json", ZIP_DEFLATED), "w") as account:
                async for text in self._account(user):
                    account.write(text.encode(errors="replace"))
                    yield sink.take()
            async for name, key in self._files(user):
                try:
                    data = await self.objects.get(key)
                except ObjectMissing:
                    missing.append(name)
                    continue
                archive.writestr(_entry(name, ZIP_STORED), data)
                yield sink.take()
            if missing:
                archive.writestr(_entry("missing.json", ZIP_DEFLATED), json.dumps(missing, indent=1))
        yield sink.take()

    async def _account(self, user: User) -> AsyncIterator[str]:
        """JSON, its long lists page by page."""
        yield "{" + ",\n".join(f'"{name}": {_json(value)}' for name, value in (await self._facts(user)).items())
        for name, pages in (
            ("dictionaries", self._dictionaries(user)),
            ("ledger", self._pages(lambda tx, last: ledger.page(tx, user.id, before=last and last.id, limit=PAGE))),
            ("jobs", self._pages(lambda tx, last: jobs.page(tx, user_id=user.id, before=last and last.id, limit=PAGE))),
            ("deliveries", self._deliveries(user)),
            ("hook_calls", self._pages(lambda tx, last: hooks.calls_page(tx, user.id, last.id if last else "", PAGE))),
        ):
            yield f',\n"{name}": [\n'
            between = ""
            async for page in pages:
                yield between + ",\n".join(_json(record) for record in page)
                between = ",\n"
            yield "]"
        yield "}\n"

    async def _pages(self, read_after: Callable[[AsyncConnection, Any], Awaitable[list[Any]]]) -> Pages:
        """Records as plain values. `read_after` gets the last record of the page before, None at the beginning."""
        last: Any = None
        while True:
            async with read(self.db) as tx:
                page = await read_after(tx, last)
            if not page:
                return
            yield [asdict(record) for record in page]
            last = page[-1]

    async def _dictionaries(self, user: User) -> Pages:
        last = ""
        while True:
            async with read(self.db) as tx:
                page = await dictionaries.all_with_rules(tx, user.id, last, DICTIONARIES)
            if not page:
                return
            yield [asdict(dictionary) | {"rules": rules} for dictionary, rules in page]
            last = page[-1][0].id

    async def _deliveries(self, user: User) -> Pages:
        """What was sent to the user's webhooks and chats, with each attempt. Without addresses: some carry tokens."""
        last: str | None = None
        while True:
            async with read(self.db) as tx:
                page = await deliveries.page_of_user(tx, user.id, before=last, limit=PAGE)
                made = await attempts.of_deliveries(tx, [delivery.id for delivery in page])
            if not page:
                return
            tried = groupby(sorted(made, key=lambda attempt: attempt.delivery_id), lambda attempt: attempt.delivery_id)
            by_delivery = {delivery_id: [asdict(attempt) for attempt in each] for delivery_id, each in tried}
            yield [_without_address(delivery) | {"attempts": by_delivery.get(delivery.id, [])} for delivery in page]
            last = page[-1].id

    async def _facts(self, user: User) -> dict[str, Any]:
        """All but the long lists."""
        async with read(self.db) as tx:
            return {
                "user": asdict(replace(user, key=None)),
                "identities": [
                    {"surface": one.surface, "subject": one.subject, "since": one.created_at}
                    for one in await users.identities_of(tx, user.id)
                ],
                "sessions": [
                    {"opened_by": one.opened_by, "browser": one.browser, "since": one.created_at}
                    for one in await sessions.of_user(tx, user.id, now())
                ],
                "preferences": asdict(await preferences.of_user(tx, user.id)),
                "keys": [asdict(key) for key in await keys.of_user(tx, user.id)],
                "voices": [asdict(voice) for voice in await voices.of_user(tx, user.id)],
                "endpoints": [
                    {"url": one.url, "events": one.events, "description": one.description, "since": one.created_at}
                    for one in await endpoints.of_user(tx, user.id)
                ],
                "hooks": [asdict(replace(hook, secret=None)) for hook in await hooks.of_user(tx, user.id)],
                "balance": await ledger.balance(tx, user.id),
            }

    async def _files(self, user: User) -> AsyncIterator[tuple[str, str]]:
        """Names in the zip and keys of objects."""
        async with read(self.db) as tx:
            owned = [(f"voices/{voice.id}.flac", voice.object_key) for voice in await voices.of_user(tx, user.id)]
            brought = await uploads.all_of_user(tx, user.id, now())
        owned += [(f"uploads/{upload.id}.flac", upload.object_key) for upload in brought]
        for name, key in owned:
            yield name, key
        before: str | None = None
        while True:
            async with read(self.db) as tx:
                page = await clips.page_of_user(tx, user.id, before=before, limit=PAGE)
            if not page:
                return
            for clip in page:
                yield f"clips/{clip.id}.{clip.format}", clip.object_key
            before = page[-1].id


def _without_address(delivery: Delivery) -> dict[str, Any]:
    facts = asdict(delivery)
    del facts["address"]
    return facts


def _entry(name: str, compression: int) -> ZipInfo:
    moment = now()
    entry = ZipInfo(name, moment.timetuple()[:6])
    entry.compress_type = compression
    return entry


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=_written)


def _written(value: datetime) -> str:
    return value.isoformat()
