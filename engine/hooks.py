"""Inbound hooks: addresses of a user's to which any service may post, and what becomes of a post."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from engine.clock import now
from engine.endpoint_rules import checked_text
from engine.endpoints import Endpoints
from engine.errors import InvalidInput, NotFound
from engine.events import CHATS
from engine.hook_rules import PER_MINUTE, checked_order, checked_per_minute, checked_signing
from engine.tokens import digest, new_token
from engine.voices import Voices
from store import Database, begin, hooks, ledger, preferences, read, users
from store.columns import new_id
from store.records import Hook, HookCall, User

MOST_HOOKS = 50
TOKEN_PREFIX = "hook_"  # noqa: S105  says what follows
HINT_LETTERS = 10
OVERLAP_HOURS, LONGEST_OVERLAP_HOURS = 24, 30 * 24
LISTED_CALLS = 50
WEBHOOK, URL = "webhook", "url"


@dataclass(frozen=True, slots=True)
class Chat:
    """Where a hook was made in a chat: `address` as its courier reads it; `place_id` and `channel` as `engine.places`
    knows them, None in a chat with one person.
    """

    surface: str
    address: Mapping[str, Any]
    place_id: str | None = None
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Hooks:
    """All raise `NotFound` for a hook that is not the user's, and `InvalidInput` with the field's name."""

    db: Database
    endpoints: Endpoints
    voices: Voices
    public_url: str = ""

    def address(self, token: str) -> str:
        """Where others post to."""
        return f"{self.public_url}/hooks/{token}"

    async def create(
        self,
        user: User,
        *,
        capability: str,
        template: Mapping[str, str],
        options: Mapping[str, Any] | None = None,
        name: str = "",
        to: str = WEBHOOK,
        url: str | None = None,
        chat: Chat | None = None,
        scheme: str | None = None,
        header: str | None = None,
        secret: str | None = None,
        per_minute: int = PER_MINUTE,
    ) -> tuple[Hook, str]:
        """The hook and its token, which is shown now and never again. Its outcomes go `to` the user's webhooks, a
        `url`, or themselves on a chat; or into the `chat` where it was made. `scheme`: how posts are signed.
        """
        options, token = dict(options or {}), new_token(TOKEN_PREFIX)
        await self._check_order(user, capability, options, template)
        reply = _into(chat) if chat else await self._reply(user, to, url)
        hook = Hook(
            id=new_id("hk"),
            user_id=user.id,
            name=checked_text(name, "name", 100),
            hint=token[:HINT_LETTERS],
            capability=capability,
            options=options,
            template=dict(template),
            reply=reply,
            per_minute=checked_per_minute(per_minute),
            created_at=now(),
        )
        hook = replace(hook, **checked_signing(scheme, header, secret))
        async with begin(self.db) as tx:
            await ledger.lock(tx, user.id)  # or two at once would both be the last one allowed
            if await hooks.count(tx, user.id) >= MOST_HOOKS:
                raise InvalidInput(f"You have {MOST_HOOKS} hooks, which is the limit. Delete one first.")
            await hooks.insert_hook(tx, hook, digest(token))
        return hook, token

    async def _check_order(
        self, user: User, capability: str, options: Mapping[str, Any], template: Mapping[str, str]
    ) -> None:
        field = checked_order(capability, options, template).voice_field()
        if field and options.get(field) is not None:
            await self.voices.resolve(user, capability, options[field])

    async def _reply(self, user: User, to: str, url: str | None) -> dict[str, Any]:
        if to == URL:
            if not url:
                raise InvalidInput("Say in `url` where the outcome is to be posted.", field="url")
            return {"to": URL, "url": (await self.endpoints.reply_to(user, url))["url"]}
        if url:
            raise InvalidInput("Leave `url` out, or send the outcome `to` it.", field="url")
        if to in CHATS:
            await self._person(user, to)
        elif to != WEBHOOK:
            raise InvalidInput(f"An outcome goes to {', '.join((WEBHOOK, URL, *CHATS))}.", field="to")
        return {"to": to}

    async def _person(self, user: User, surface: str) -> dict[str, Any]:
        """The address of the user themselves there."""
        async with read(self.db) as tx:
            known = [one for one in await users.identities_of(tx, user.id) if one.surface == surface]
            language = (await preferences.of_user(tx, user.id)).language
        if not known:
            raise InvalidInput(f"You are not known on {surface.title()}. Use the bot there, and /link.", field="to")
        return {"courier": surface, "person": known[0].subject, "language": language}

    async def reply_to(self, user: User, hook: Hook) -> dict[str, Any] | None:
        """Where the outcome of a post goes; None: to the user's webhooks only."""
        reply = hook.reply
        if reply["to"] == URL:
            return {**await self.endpoints.reply_to(user, reply["url"])}
        if reply["to"] == WEBHOOK:
            return None
        return dict(reply["address"]) if "address" in reply else await self._person(user, reply["to"])

    async def mine(self, user: User) -> list[Hook]:
        """Oldest first."""
        async with read(self.db) as tx:
            return await hooks.of_user(tx, user.id)

    async def get(self, user: User, hook_id: str) -> Hook:
        async with read(self.db) as tx:
            found = await hooks.of_id(tx, user.id, hook_id)
        if found is None:
            raise NotFound("You have no such hook.")
        return found

    async def change(self, user: User, hook_id: str, **fields: Any) -> Hook:
        """Those of `create` that are given, and `enabled`. The capability stays. `scheme` makes a new secret."""
        before = await self.get(user, hook_id)
        values: dict[str, Any] = {}
        if "name" in fields:
            values["name"] = checked_text(fields["name"], "name", 100)
        if "per_minute" in fields:
            values["per_minute"] = checked_per_minute(fields["per_minute"])
        if "enabled" in fields:
            values["enabled"] = bool(fields["enabled"])
        order: dict[str, Any] = {name: dict(fields[name]) for name in ("options", "template") if name in fields}
        if order:
            after = replace(before, **order)
            await self._check_order(user, after.capability, after.options, after.template)
        if "scheme" in fields:
            values |= checked_signing(fields["scheme"], fields.get("header"), fields.get("secret"))
        if "to" in fields:
            values["reply"] = await self._reply(user, fields["to"], fields.get("url"))
        if values | order:
            async with begin(self.db) as tx:
                await hooks.change(tx, hook_id, **values, **order)
        return replace(before, **values, **order)

    async def rotate(self, user: User, hook_id: str, *, overlap_hours: float = OVERLAP_HOURS) -> tuple[Hook, str]:
        """The hook with a new token. The present one stays good for so long; 0: it ends at once."""
        if not 0 <= overlap_hours <= LONGEST_OVERLAP_HOURS:
            raise InvalidInput(f"The old address can stay good for 0 to {LONGEST_OVERLAP_HOURS} hours.")
        token = new_token(TOKEN_PREFIX)
        until = now() + timedelta(hours=overlap_hours) if overlap_hours else None
        hook = replace(await self.get(user, hook_id), hint=token[:HINT_LETTERS], old_token_until=until)
        async with begin(self.db) as tx:
            await hooks.rotate(tx, hook, digest(token))
        return hook, token

    async def delete(self, user: User, hook_id: str) -> None:
        await self.get(user, hook_id)
        async with begin(self.db) as tx:
            await hooks.remove(tx, hook_id)

    async def calls(self, user: User, hook_id: str) -> list[HookCall]:
        """What was posted to it lately, newest first."""
        await self.get(user, hook_id)
        async with read(self.db) as tx:
            return await hooks.calls_of(tx, hook_id, LISTED_CALLS)


def _into(chat: Chat) -> dict[str, Any]:
    place = {"place_id": chat.place_id, "channel": chat.channel} if chat.place_id else {}
    return {"to": chat.surface, "address": dict(chat.address), **place}
