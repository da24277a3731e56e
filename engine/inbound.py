"""What becomes of a post to a hook: a job of the hook's user, or a refusal in the hook's log.

An address of audio is fetched before the answer: so whoever posted hears at once that it cannot be had, and nothing
waits outside of the queue. A post that is delivered again, by the id that its sender gave it, is the same job.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.capabilities import capability_named
from engine.clock import now
from engine.errors import InvalidInput, NotFound, UserError
from engine.hook_bodies import document_of
from engine.hook_signatures import require_signed
from engine.hook_templates import parse
from engine.hooks import Hooks
from engine.jobs import Jobs
from engine.places import Places
from engine.rates import Rate, Rates
from engine.remote_audio import RemoteAudio
from engine.tokens import digest
from engine.uploads import Uploads
from store import Database, begin, hooks, jobs, read, users
from store.columns import new_id
from store.records import Hook, HookCall, Job, User

ACCEPTED = 202
SENDERS_IDS = ("idempotency-key", "webhook-id", "svix-id", "x-github-delivery", "x-shopify-webhook-id")
"""Headers in which senders say which post this is, the same when they send it again."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a post would become. `price` None: it depends on audio that is fetched only for a job."""

    options: dict[str, Any]
    price: int | None


@dataclass(frozen=True, slots=True)
class Inbound:
    db: Database
    hooks: Hooks
    jobs: Jobs
    uploads: Uploads
    places: Places
    rates: Rates
    audio: RemoteAudio

    async def admit(self, token: str) -> Hook:
        """Before the body is read. Raises `NotFound`, the same whatever the reason, and `TooManyRequests`."""
        async with read(self.db) as tx:
            hook = await hooks.of_token(tx, digest(token), now())
        if hook is None:
            raise NotFound("There is no hook at this address, or it is switched off.")
        await self.rates.hit(Rate("hook", hook.per_minute, 60), hook.id)
        return hook

    async def take(self, hook: Hook, body: bytes, headers: Mapping[str, str]) -> Job:
        """`headers` by names in lower case. Raises a `UserError`, which stands in the log of the hook then."""
        try:
            job = await self._job(hook, body, headers)
        except UserError as error:
            await self._note(hook, error.status, error.message)
            raise
        await self._note(hook, ACCEPTED, None, job.id)
        return job

    async def _job(self, hook: Hook, body: bytes, headers: Mapping[str, str]) -> Job:
        require_signed(hook, body, headers)
        key = key_of(hook, headers)
        async with read(self.db) as tx:
            user = await users.get(tx, hook.user_id)
            made = await jobs.by_idempotency_key(tx, hook.user_id, key) if key else None
        if user is None or user.kind != "person":
            raise NotFound("There is no hook at this address, or it is switched off.")
        if made is not None:
            return made
        options = filled(hook, document_of(body, headers.get("content-type", "")))
        reply_to = await self.hooks.reply_to(user, hook)
        await self._fetch(user, hook, options, key)
        await self._check_place(user, hook, options)
        return await self.jobs.submit(user, hook.capability, options, reply_to=reply_to, idempotency_key=key)

    async def _fetch(self, user: User, hook: Hook, options: dict[str, Any], key: str | None) -> None:
        """Addresses of audio become uploads."""
        for field in capability_named(hook.capability).upload_fields():
            if field in options:
                if not isinstance(options[field], str):
                    raise InvalidInput(f"`{field}` must be the address of a recording.", field=field)
                data = await self.audio.fetch(user, options[field], field)
                upload = await self.uploads.add(user, data, name=f"{key}:{field}" if key else None)
                options[field] = upload.id

    async def _check_place(self, user: User, hook: Hook, options: Mapping[str, Any]) -> None:
        """Whoever manages the place where the outcome goes may have switched the bot off there since."""
        if "place_id" in hook.reply:
            place = await self.places.get(hook.reply["to"], hook.reply["place_id"])
            price = await self.jobs.price(user, hook.capability, options)
            characters = len(str(options.get("text") or ""))
            await self.places.check(place, hook.reply["channel"], user, hook.capability, price, characters=characters)

    async def preview(self, user: User, hook_id: str, body: bytes, content_type: str) -> Preview:
        """Nothing is made, fetched or counted. Raises as `take` would, but for signatures, credits and the queue."""
        hook = await self.hooks.get(user, hook_id)
        options = filled(hook, document_of(body, content_type))
        if any(field in options for field in capability_named(hook.capability).upload_fields()):
            return Preview(options, None)
        return Preview(options, await self.jobs.price(user, hook.capability, options))

    async def _note(self, hook: Hook, status: int, error: str | None, job_id: str | None = None) -> None:
        call = HookCall(
            id=new_id("call"),
            user_id=hook.user_id,
            hook_id=hook.id,
            created_at=now(),
            status=status,
            error=error and error[:500],
            job_id=job_id,
        )
        async with begin(self.db) as tx:
            await hooks.note(tx, call)


def filled(hook: Hook, document: Any) -> dict[str, Any]:
    """The options of the job. Raises `InvalidInput` for what the post lacks."""
    return hook.options | {name: parse(text, name).fill(document, name) for name, text in hook.template.items()}


def key_of(hook: Hook, headers: Mapping[str, str]) -> str | None:
    """The sender's id of this post, as the key of its job; None where there is none."""
    given = next((headers[name] for name in SENDERS_IDS if headers.get(name, "").strip()), None)
    return f"{hook.id}:{digest(given)}" if given else None
