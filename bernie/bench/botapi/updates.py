"""How updates reach a bot: long polling with an offset, or a webhook that is called again until it answers 2xx."""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress

import aiohttp

from bernie.bench.botapi import checks
from bernie.bench.botapi.checks import bad
from bernie.bench.botapi.world import JSON, Refusal, World

RETRY_SECONDS = 0.2
"""Telegram waits longer; how long is not stated."""


class Updates:
    def __init__(self, world: World) -> None:
        self.world = world
        self._poll = 0  # number of the latest getUpdates: an earlier one that still waits is ended
        self.webhook_statuses: list[int] = []

    async def get_updates(self, params: JSON) -> list[JSON]:
        if self.world.webhook is not None:
            raise Refusal(409, "Conflict: can't use getUpdates method while webhook is active")
        self._poll += 1
        mine = self._poll
        offset, limit = int(params.get("offset", 0)), int(params.get("limit", 100))
        if not 1 <= limit <= 100:
            raise bad("limit must be between 1 and 100")
        self.world.updates[:] = [update for update in self.world.updates if update["update_id"] >= offset]
        await self.world.tell()  # an earlier one that waits ends, and tests see what was confirmed
        with suppress(TimeoutError):
            async with asyncio.timeout(int(params.get("timeout", 0)) or 0.001), self.world.changed:
                await self.world.changed.wait_for(lambda: self.world.updates or self._poll != mine)
        if self._poll != mine:
            raise Refusal(409, "Conflict: terminated by other getUpdates request")
        return self.world.updates[:limit]

    async def set_webhook(self, params: JSON) -> bool:
        secret = params.get("secret_token", "")
        if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", secret):
            raise bad("secret token contains unallowed characters")
        if not str(params.get("url", "")).startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
            raise bad("bad webhook: an HTTPS URL must be provided for webhook")
        self.world.webhook = {"url": params["url"], "secret": secret}
        self._drop(params)
        await self.world.tell()
        return True

    async def delete_webhook(self, params: JSON) -> bool:
        self.world.webhook = None
        self._drop(params)
        await self.world.tell()
        return True

    async def get_webhook_info(self, params: JSON) -> JSON:
        url = self.world.webhook["url"] if self.world.webhook else ""
        return {"url": url, "has_custom_certificate": False, "pending_update_count": len(self.world.updates)}

    def _drop(self, params: JSON) -> None:
        checks.parsed(params.get("allowed_updates"), "allowed updates")
        if params.get("drop_pending_updates") in ("true", True):
            self.world.updates.clear()

    async def deliver(self) -> None:
        """Runs as long as the server: one update after the other, each until it is taken."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as client:
            while True:
                async with self.world.changed:
                    await self.world.changed.wait_for(lambda: self.world.webhook and self.world.updates)
                assert self.world.webhook is not None
                update, webhook = self.world.updates[0], self.world.webhook
                headers = {"X-Telegram-Bot-Api-Secret-Token": webhook["secret"]} if webhook["secret"] else {}
                try:
                    async with client.post(webhook["url"], json=update, headers=headers) as answer:
                        status = answer.status
                except (aiohttp.ClientError, TimeoutError):
                    status = 0
                self.webhook_statuses.append(status)
                if 200 <= status < 300:
                    if self.world.updates and self.world.updates[0] is update:
                        del self.world.updates[0]
                    await self.world.tell()
                else:
                    await asyncio.sleep(RETRY_SECONDS)
