"""What was sent to an endpoint and what came of it; send it again, or send a test."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine import events
from engine.clock import now
from engine.endpoints import Endpoints
from engine.errors import Conflict, InvalidInput, NotFound
from engine.payloads import Ping
from engine.signals import Signals
from store import Database, attempts, begin, deliveries, read
from store.records import Attempt, Delivery, User


@dataclass(frozen=True, slots=True)
class Deliveries:
    """All raise `NotFound` for an endpoint or a delivery that is not the user's."""

    db: Database
    signals: Signals
    endpoints: Endpoints

    async def page(
        self, user: User, endpoint_id: str, *, before: str | None = None, limit: int = 50, given_up: bool = False
    ) -> list[Delivery]:
        """Newest first; `before` is the id where the last page ended. With `given_up` only those."""
        await self.endpoints.get(user, endpoint_id)
        async with read(self.db) as tx:
            return await deliveries.of_endpoint(tx, endpoint_id, before=before, limit=limit, given_up=given_up)

    async def get(self, user: User, delivery_id: str) -> tuple[Delivery, list[Attempt]]:
        """With what came of each attempt, oldest first."""
        async with read(self.db) as tx:
            found = await deliveries.of_id(tx, user.id, delivery_id)
            if found is None or found.courier != events.WEBHOOK:
                raise NotFound("You have no such delivery.")
            return found, await attempts.of_delivery(tx, delivery_id)

    async def redeliver(self, user: User, delivery_id: str) -> Delivery:
        """At once, whatever came of it before, and with all its attempts. Raises `Conflict` while it is disabled."""
        found, _ = await self.get(user, delivery_id)
        await self._require_enabled(user, found.address["endpoint_id"])
        async with begin(self.db) as tx:
            await deliveries.send_again(tx, found.address["endpoint_id"], now=now(), one=delivery_id)
        self.signals.notify("outbox")
        return (await self.get(user, delivery_id))[0]

    async def recover(self, user: User, endpoint_id: str, since: datetime) -> int:
        """All that was given up since then is sent again; how many."""
        if since.tzinfo is None:
            raise InvalidInput("Give the time with its zone, such as 2026-01-31T12:00:00Z.", field="since")
        await self._require_enabled(user, endpoint_id)
        async with begin(self.db) as tx:
            recovered = await deliveries.send_again(tx, endpoint_id, now=now(), since=since)
        self.signals.notify("outbox")
        return recovered

    async def ping(self, user: User, endpoint_id: str) -> Delivery:
        """A `test.ping`, whatever the endpoint listens to, and also while it is disabled."""
        endpoint = await self.endpoints.get(user, endpoint_id)
        if endpoint.one_off:
            raise InvalidInput("This one has no address of its own to send a test to.")
        made = events.promise(endpoint, "test.ping", Ping(endpoint_id=endpoint_id), at_once=True)
        async with begin(self.db) as tx:
            await deliveries.insert_delivery(tx, made)
        self.signals.notify("outbox")
        return made

    async def _require_enabled(self, user: User, endpoint_id: str) -> None:
        if not (await self.endpoints.get(user, endpoint_id)).enabled:
            raise Conflict("This endpoint is disabled. Enable it first.")
