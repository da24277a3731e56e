"""How people like their answers, known before an interaction is acknowledged: so from memory where that is possible."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict

from engine import Engine, Preferences

log = logging.getLogger(__name__)

SURFACE = "discord"
LIMIT_SECONDS = 1.0
"""Of the three that Discord gives us, so many to find out."""
FRESH_SECONDS = 60.0
"""How long what another process changed may go unnoticed."""
REMEMBERED = 10_000


class Likes:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: OrderedDict[int, tuple[float, Preferences]] = OrderedDict()

    async def of(self, discord_id: int) -> Preferences | None:
        """None when the database does not say in time: whoever asked hears of it from what they asked for."""
        read_at, known = self._known.get(discord_id, (0.0, None))
        if known is not None and time.monotonic() - read_at < FRESH_SECONDS:
            return known
        try:
            async with asyncio.timeout(LIMIT_SECONDS):
                return await self._read(discord_id)
        except Exception as error:
            log.warning("preferences not read", extra={"user": discord_id, "error": repr(error)})
            return known  # out of date is better than nothing

    def forget(self, discord_id: int) -> None:
        """They have just changed."""
        self._known.pop(discord_id, None)

    async def _read(self, discord_id: int) -> Preferences:
        user = await self._engine.users.find(SURFACE, str(discord_id))
        likes = await self._engine.preferences.get(user) if user else Preferences(user_id="")
        self._known[discord_id] = (time.monotonic(), likes)
        self._known.move_to_end(discord_id)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return likes
