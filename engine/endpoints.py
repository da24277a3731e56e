"""Customers' webhook URLs: what they listen to, how requests to them are signed, and whether they are on."""

from __future__ import annotations

import asyncio
import base64
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from engine.clock import now
from engine.endpoint_rules import checked_events, checked_headers, checked_rate, checked_text
from engine.errors import InvalidInput, NotFound
from engine.events import WEBHOOK
from store import Database, begin, deliveries, endpoints, ledger, read
from store.columns import new_id
from store.records import Endpoint, User

if TYPE_CHECKING:
    from engine.egress import Egress

MOST_ENDPOINTS = 50
SECRET_PREFIX = "whsec_"  # noqa: S105  says what follows
SECRET_BYTES = 32
OVERLAP = timedelta(hours=24)
"""How long a secret that was replaced signs too."""
LOOKUP_SECONDS = 5.0


def public_network() -> Egress:
    # httpx comes with it: only who uses webhooks pays for that.
    from engine.egress import Egress

    return Egress()


def new_secret() -> str:
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


@dataclass(frozen=True, slots=True)
class Endpoints:
    """All raise `NotFound` for an endpoint that is not the user's, and `InvalidInput` with the field's name."""

    db: Database
    egress: Callable[[], Egress] = public_network

    async def create(
        self,
        user: User,
        url: str,
        *,
        name: str = "",
        description: str = "",
        events: Iterable[str] = (),
        headers: Mapping[str, str] | None = None,
        per_second: int | None = None,
    ) -> Endpoint:
        """With the secret that signs. No `events`: all of them."""
        made = Endpoint(
            id=new_id("ep"),
            user_id=user.id,
            url=await self._checked(url),
            secret=new_secret(),
            events=checked_events(events),
            description=checked_text(description, "description", 200),
            enabled=True,
            created_at=now(),
            name=checked_text(name, "name", 100),
            headers=checked_headers(headers),
            per_second=checked_rate(per_second),
        )
        async with begin(self.db) as tx:
            await ledger.lock(tx, user.id)  # or two at once would both be the last one allowed
            if len(await endpoints.of_user(tx, user.id)) >= MOST_ENDPOINTS:
                raise InvalidInput(f"You have {MOST_ENDPOINTS} endpoints, which is the limit. Delete one first.")
            await endpoints.insert_endpoint(tx, made)
        return made

    async def _checked(self, url: str) -> str:
        """Judged again at each connection: what a name leads to may change."""
        from engine.egress import NotReachable, checked_url

        parsed = checked_url(url)
        try:
            async with asyncio.timeout(LOOKUP_SECONDS):
                await self.egress().addresses(parsed.host, parsed.port or (443 if parsed.scheme == "https" else 80))
        except NotReachable as error:
            raise InvalidInput(str(error), field="url") from error
        except TimeoutError:
            pass  # names are slow today; nothing is sent there unjudged
        return str(parsed)

    async def mine(self, user: User) -> list[Endpoint]:
        """Oldest first."""
        async with read(self.db) as tx:
            return await endpoints.of_user(tx, user.id)

    async def get(self, user: User, endpoint_id: str) -> Endpoint:
        async with read(self.db) as tx:
            found = await endpoints.of_id(tx, user.id, endpoint_id)
        if found is None:
            raise NotFound("You have no such endpoint.")
        return found

    async def change(self, user: User, endpoint_id: str, **fields: Any) -> Endpoint:
        """`url`, `name`, `description`, `events`, `headers`, `per_second`, `enabled`: those that are given.

        Enabled again, an endpoint starts afresh. Disabled, what waits for it is given up, to be recovered later.
        """
        before = await self.get(user, endpoint_id)
        if before.one_off and set(fields) - {"headers"}:
            raise InvalidInput("This one stands for the addresses that jobs bring along: only its headers can change.")
        after = replace(before, **await self._checked_fields(fields))
        if after.enabled and not before.enabled:
            after = replace(after, disabled_because=None, failures=0, failing_since=None, paused_until=None)
        changed = {name: getattr(after, name) for name in Endpoint.__slots__ if _differs(before, after, name)}
        async with begin(self.db) as tx:
            if changed:
                await endpoints.change(tx, endpoint_id, **changed)
            if before.enabled and not after.enabled:
                await deliveries.give_up(tx, endpoint_id, "Its endpoint was disabled.")
        return after

    async def _checked_fields(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        checks: dict[str, Callable[[Any], Any]] = {
            "name": lambda value: checked_text(value, "name", 100),
            "description": lambda value: checked_text(value, "description", 200),
            "events": checked_events,
            "headers": checked_headers,
            "per_second": checked_rate,
            "enabled": bool,
        }
        checked = {name: checks[name](value) for name, value in fields.items() if name != "url"}
        return checked | ({"url": await self._checked(fields["url"])} if "url" in fields else {})

    async def delete(self, user: User, endpoint_id: str) -> None:
        """What waits for it is given up."""
        await self.get(user, endpoint_id)
        async with begin(self.db) as tx:
            await endpoints.remove(tx, endpoint_id)
            await deliveries.give_up(tx, endpoint_id, "Its endpoint was deleted.")

    async def rotate(self, user: User, endpoint_id: str, *, keep: timedelta = OVERLAP) -> Endpoint:
        """A new secret. The old one signs too for as long as `keep` says; nothing for one that leaked."""
        before = await self.get(user, endpoint_id)
        after = replace(
            before,
            secret=new_secret(),
            old_secret=before.secret if keep else None,
            old_secret_until=now() + keep if keep else None,
        )
        async with begin(self.db) as tx:
            values = {name: getattr(after, name) for name in ("secret", "old_secret", "old_secret_until")}
            await endpoints.change(tx, endpoint_id, **values)
        return after

    async def one_off(self, user: User) -> Endpoint:
        """The one whose secret signs what goes to URLs that jobs bring along; made when first asked for."""
        async with read(self.db) as tx:
            found = await endpoints.one_off(tx, user.id)
        if found is None:
            async with begin(self.db) as tx:
                await ledger.lock(tx, user.id)
                found = await endpoints.one_off(tx, user.id)
                if found is None:
                    found = _new_one_off(user)
                    await endpoints.insert_endpoint(tx, found)
        return found

    async def reply_to(self, user: User, url: str) -> dict[str, str]:
        """The address for a job whose outcome is to be posted to this URL, once."""
        checked = await self._checked(url)
        return {"courier": WEBHOOK, "endpoint_id": (await self.one_off(user)).id, "url": checked}

    async def notices(self, user: User) -> list[str]:
        """What the user should know of: endpoints that were disabled for them."""
        reasons = {"gone": "it answered 410 Gone", "failing": "nothing arrived there for five days"}
        return [
            f"The webhook {one.name or one.url} was disabled: {reasons[one.disabled_because]}. "
            "Enable it again when it is mended, then recover what it missed."
            for one in await self.mine(user)
            if not one.enabled and one.disabled_because in reasons
        ]


def _differs(before: Endpoint, after: Endpoint, name: str) -> bool:
    return bool(getattr(before, name) != getattr(after, name))


def _new_one_off(user: User) -> Endpoint:
    return Endpoint(
        id=new_id("ep"),
        user_id=user.id,
        url="",
        secret=new_secret(),
        events=[],
        description="",
        enabled=True,
        created_at=now(),
        one_off=True,
    )
