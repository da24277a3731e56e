"""The examination behind `bernie doctor`: the books, and clips against objects."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

from engine.clock import now
from engine.engine import Engine
from store import clips, read, voices

CLIPS, VOICES = "clips/", "voices/"  # uploads have their row first, and are purged by it
YOUNG = timedelta(hours=1)
"""An object may be this much older than its row: it is uploaded before the job is settled."""
PAGE = 500


@dataclass(frozen=True, slots=True)
class Problem:
    about: str
    message: str


async def examine(engine: Engine) -> list[Problem]:
    """Everything that is wrong; empty when all is well."""
    books = [Problem(finding.about, finding.message) for finding in await engine.credits.audit()]
    orphans = [
        Problem(key, "belongs to no clip or voice (`bernie doctor --fix` deletes it)") async for key in _orphans(engine)
    ]
    lost = [Problem(key, "is the file of a clip, and is not there") async for key in _lost(engine)]
    return [*books, *orphans, *lost]


async def remove_orphans(engine: Engine) -> int:
    keys = [key async for key in _orphans(engine)]
    await engine.objects.delete(keys)
    return len(keys)


async def _orphans(engine: Engine) -> AsyncIterator[str]:
    """Objects without a row that are too old to be on their way to one."""
    before = now() - YOUNG
    page: list[str] = []
    for prefix in (CLIPS, VOICES):
        async for stored in engine.objects.list(prefix):
            if stored.modified < before:
                page.append(stored.key)
            if len(page) == PAGE:
                for key in await _unknown(engine, page):
                    yield key
                page = []
    for key in await _unknown(engine, page):
        yield key


async def _unknown(engine: Engine, keys: list[str]) -> list[str]:
    async with read(engine.db) as tx:
        return sorted(set(keys) - await clips.known_keys(tx, keys) - await voices.known_keys(tx, keys))


async def _lost(engine: Engine) -> AsyncIterator[str]:
    """Clips whose object is gone; not those made since we began to look, nor those that are just being purged."""
    began = now()
    stored = {item.key async for item in engine.objects.list(CLIPS)}
    after = ""
    while True:
        async with read(engine.db) as tx:
            page = await clips.page(tx, after=after, limit=PAGE)
        if not page:
            return
        for clip in page:
            if clip.object_key not in stored and clip.created_at < began < clip.expires_at:
                yield clip.object_key
        after = page[-1].id
