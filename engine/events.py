"""Events: what happened becomes a promise to every address that wants to know, in the transaction that makes it true.

A promise is a row of `deliveries`; `engine.outbox` keeps it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.clock import now
from engine.payloads import CreditsExhausted, CreditsGranted, CreditsLow, VoiceData, VoiceFacts
from store import deliveries, endpoints, ledger, preferences, users
from store.columns import new_id
from store.records import Delivery, Endpoint, Job, Voice

LOW_CREDITS = 1_000
"""Who falls below is told, once each time."""
WEBHOOK = "webhook"
CHATS = ("discord", "telegram")
"""Surfaces where somebody can be written to without having asked just now."""


async def about_jobs(tx: AsyncConnection, jobs: Sequence[Job], event: str) -> int:
    """To every endpoint of their users that listens; how many promises were made."""
    heard = await endpoints.listening(tx, {job.user_id for job in jobs}, event) if jobs else []
    made = [_to_endpoint(endpoint, event, job.id, job=job) for job in jobs for endpoint in _of(heard, job.user_id)]
    await deliveries.insert_deliveries(tx, made)
    return len(made)


async def job_ended(tx: AsyncConnection, job: Job, event: str) -> None:
    """To where the request came from as well, listening or not."""
    heard = await endpoints.listening(tx, [job.user_id], event)
    made = [_to_endpoint(endpoint, event, job.id, job=job) for endpoint in heard]
    if job.reply_to:
        made.append(_reply(job, job.reply_to, event))
    await deliveries.insert_deliveries(tx, made)


async def job_submitted(tx: AsyncConnection, job: Job) -> int:
    """The job is queued, and its payer may have less than is comfortable now."""
    # One look for both: nearly everybody has no endpoint, and every request comes by here.
    heard = await endpoints.enabled(tx, {job.user_id, job.payer})
    if not heard:
        return 0
    made = await about_jobs(tx, [job], "job.queued")
    if any(one.user_id == job.payer and endpoints.wants(one, "credits.low") for one in heard):
        balance = await ledger.balance(tx, job.payer)
        if balance < LOW_CREDITS <= balance + job.price:
            made += await emit(tx, job.payer, "credits.low", CreditsLow(balance=balance, threshold=LOW_CREDITS))
    return made


async def about_voice(tx: AsyncConnection, voice: Voice, event: str) -> int:
    names = VoiceFacts.model_fields
    facts = VoiceFacts(**{name: getattr(voice, name) for name in names})
    return await emit(tx, voice.user_id, event, VoiceData(voice=facts))


async def credits_granted(
    tx: AsyncConnection, user_id: str, credits: int, *, kind: str, note: str = "", key: str | None = None
) -> int:
    """The balance is of after it."""
    data = CreditsGranted(credits=credits, balance=await ledger.balance(tx, user_id), kind=kind, note=note)
    return await emit(tx, user_id, "credits.granted", data, key=key)


async def credits_exhausted(tx: AsyncConnection, user_id: str, needed: int) -> int:
    """Once per state of the ledger: who tries again and again is not told again and again."""
    if not await endpoints.listening(tx, [user_id], "credits.exhausted"):
        return 0
    balance = await ledger.lock(tx, user_id)
    latest = [entry.id for entry in await ledger.page(tx, user_id, limit=1)]
    key = f"{user_id}:{latest}"
    data = CreditsExhausted(balance=balance, needed=needed)
    return await emit(tx, user_id, "credits.exhausted", data, key=key)


async def emit(
    tx: AsyncConnection, user_id: str, event: str, data: BaseModel, *, key: str | None = None, without: str = ""
) -> int:
    """To every endpoint of the user that listens, but for the one `without`; how many promises were made.

    The same `key` makes them once. For events that are not about a job.
    """
    heard = [endpoint for endpoint in await endpoints.listening(tx, [user_id], event) if endpoint.id != without]
    made = [promise(endpoint, event, data, key=key) for endpoint in heard]
    if key is not None:
        made = [delivery for delivery in made if not await deliveries.is_promised(tx, delivery.key)]
    await deliveries.insert_deliveries(tx, made)
    return len(made)


async def tell_in_chats(tx: AsyncConnection, user_id: str, event: str, data: BaseModel) -> int:
    """A message to the person wherever they chat with us; how many promises were made."""
    language = (await preferences.of_user(tx, user_id)).language
    found = [one for one in await users.identities_of(tx, user_id) if one.surface in CHATS]
    subject, payload = new_id("evt"), data.model_dump(mode="json")
    addresses = [{"courier": one.surface, "person": one.subject, "language": language} for one in found]
    made = [_to_chat(user_id, address, event, subject, payload=payload) for address in addresses]
    await deliveries.insert_deliveries(tx, made)
    return len(made)


def promise(
    endpoint: Endpoint, event: str, data: BaseModel, *, key: str | None = None, at_once: bool = False
) -> Delivery:
    """Of an event that is not about a job, to one endpoint; `at_once`: past what waits there, in a pause too."""
    made = _to_endpoint(endpoint, event, key or new_id("evt"), payload=data.model_dump(mode="json"))
    return replace(made, due_at=made.created_at, lane=f"{endpoint.id}:aside") if at_once else made


def _of(heard: Iterable[Endpoint], user_id: str) -> list[Endpoint]:
    return [endpoint for endpoint in heard if endpoint.user_id == user_id]


def _to_endpoint(
    endpoint: Endpoint, event: str, subject: str, *, job: Job | None = None, payload: dict[str, Any] | None = None
) -> Delivery:
    moment = now()
    return Delivery(
        id=new_id("msg"),
        user_id=endpoint.user_id,
        job_id=job.id if job else None,
        event=event,
        courier=WEBHOOK,
        address={"endpoint_id": endpoint.id},
        key=f"{subject}:{event}:{endpoint.id}",
        attempt=0,
        # Nothing is tried at an endpoint that is known not to answer before its pause is over.
        due_at=max(moment, endpoint.paused_until or moment),
        delivered_at=None,
        last_error=None,
        created_at=moment,
        lane=endpoint.id,
        payload=payload,
    )


def _reply(job: Job, address: Mapping[str, Any], event: str) -> Delivery:
    made = _to_chat(job.user_id, address, event, job.id, job=job)
    return replace(made, lane=one_off_lane(address)) if address["courier"] == WEBHOOK else made


def _to_chat(
    user_id: str,
    address: Mapping[str, Any],
    event: str,
    subject: str,
    *,
    job: Job | None = None,
    payload: dict[str, Any] | None = None,
) -> Delivery:
    moment = now()
    return Delivery(
        id=new_id("msg"),
        user_id=user_id,
        job_id=job.id if job else None,
        event=event,
        courier=address["courier"],
        address=dict(address),
        key=f"{subject}:{event}:reply" if job else f"{subject}:{event}:{address['courier']}:{address['person']}",
        attempt=0,
        due_at=moment,
        delivered_at=None,
        last_error=None,
        created_at=moment,
        lane=user_id,
        payload=payload,
    )


def one_off_lane(address: Mapping[str, Any]) -> str:
    """URLs that jobs bring along fail each on its own."""
    return f"{address['endpoint_id']}:{hashlib.sha256(address['url'].encode()).hexdigest()[:32]}"
