"""Deliveries to webhooks: claimed rows to the courier, and what its answer makes true."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from engine import events, health, payloads
from engine.clips import Clips
from engine.clock import now
from engine.lanes import Lanes
from engine.notices import Notices
from engine.pauses import next_attempt
from engine.posts import Answer, Post, Poster, Undeliverable, data_of, post_of
from engine.successes import Successes
from store import Database, attempts, begin, clips, deliveries, endpoints, jobs, read
from store.columns import storable
from store.records import Attempt, Delivery, Endpoint

log = logging.getLogger(__name__)

AT_ONCE, PER_ENDPOINT = 256, 8
SENTENCES = {
    "gone": "This endpoint answered 410 Gone, so it was disabled.",
    "failing": "Nothing has arrived at this endpoint for five days, so it was disabled.",
}


@dataclass(frozen=True, slots=True)
class Prepared:
    endpoint: Endpoint | None
    post: Post | Undeliverable


class Posts:
    """Between the rows and the courier of webhooks."""

    kind = events.WEBHOOK

    def __init__(
        self, db: Database, handed_out: Clips, notices: Notices, poster: Poster, *, most_seconds: float
    ) -> None:
        self.lanes = Lanes(at_once=AT_ONCE, per_lane=PER_ENDPOINT, unknown=1, failing=AT_ONCE // 2)
        self._db, self._clips, self._notices = db, handed_out, notices
        self._poster, self._most_seconds = poster, most_seconds
        self._prepared: dict[str, Prepared] = {}
        self._successes = Successes(db)

    async def prepare(self, claimed: Sequence[Delivery]) -> None:
        """One look at the rows for all of them."""
        async with read(self._db) as tx:
            known = await endpoints.of_ids(tx, {delivery.address["endpoint_id"] for delivery in claimed})
            job_ids = list({delivery.job_id for delivery in claimed if delivery.job_id})
            about = await jobs.of_ids(tx, job_ids) if job_ids else {}
            made = await clips.of_jobs(tx, job_ids) if job_ids else {}
            told = {job_id: await self._notices.about(tx, about[job_id], clip) for job_id, clip in made.items()}
        links = {job_id: await self._clips.link(clip) for job_id, clip in made.items()}
        for delivery in claimed:
            endpoint, job_id = known.get(delivery.address["endpoint_id"]), delivery.job_id or ""
            data = data_of(delivery, about.get(job_id), made.get(job_id), links.get(job_id), told.get(job_id, ""))
            self._prepared[delivery.id] = Prepared(endpoint, post_of(delivery, endpoint, data))
            if endpoint is not None:
                failing = endpoint.failures > 0 and not endpoint.one_off
                self.lanes.learn(delivery.lane, per_second=endpoint.per_second, failing=failing)

    async def deliver(self, delivery: Delivery) -> bool | None:
        prepared = self._prepared.pop(delivery.id)
        if isinstance(prepared.post, Undeliverable):
            async with begin(self._db) as tx:
                await deliveries.failed(tx, delivery, prepared.post.reason, None)
            return None
        answer = await self._post(prepared.post)
        if answer.error is not None:
            log.warning("delivery failed", extra={"delivery": delivery.id, "error": answer.error})
        await self._note(delivery, prepared.endpoint, answer)
        return answer.error is None

    async def _post(self, post: Post) -> Answer:
        try:
            async with asyncio.timeout(self._most_seconds):
                return await self._poster.post(post)
        except Exception:
            log.exception("delivery not made", extra={"delivery": post.id})
            return Answer(status=None, milliseconds=0, error="Something went wrong on our side.")

    async def _note(self, delivery: Delivery, endpoint: Endpoint | None, answer: Answer) -> None:
        """The answer becomes true: delivered, or again later, or never; and how the endpoint is doing."""
        made = Attempt(
            delivery_id=delivery.id,
            attempt=delivery.attempt,
            at=now() - timedelta(milliseconds=answer.milliseconds),
            status=answer.status,
            milliseconds=answer.milliseconds,
            error=storable(answer.error)[:500] if answer.error else None,
            snippet=storable(answer.snippet),
        )
        if made.error is None and (endpoint is None or endpoint.failing_since is None):
            await self._successes.note(delivery, made)
            return
        async with begin(self._db) as tx:
            if made.error is None:
                await _note_recovery(tx, delivery)
            else:
                await _note_failure(tx, delivery, answer, made.error)
            await attempts.insert_attempts(tx, [made])


async def _note_recovery(tx: AsyncConnection, delivery: Delivery) -> None:
    """What waited for the end of the endpoint's pause is due now."""
    moment = now()
    endpoint = await endpoints.locked(tx, delivery.address["endpoint_id"])  # first: see `store.endpoints`
    await deliveries.delivered(tx, delivery, moment)
    if endpoint is not None:
        await endpoints.save_health(tx, health.after_success(endpoint))
        if endpoint.paused_until is not None:
            await deliveries.bring_forward(tx, endpoint.id, put_off_until=endpoint.paused_until, now=moment)


async def _note_failure(tx: AsyncConnection, delivery: Delivery, answer: Answer, error: str) -> None:
    moment = now()
    again = next_attempt(delivery.tries, moment, answer.retry_after)
    endpoint = await endpoints.locked(tx, delivery.address["endpoint_id"])
    if endpoint is None:
        await deliveries.failed(tx, delivery, error, None)
    elif endpoint.one_off:
        # It stands for many URLs, and one of them says nothing about the others.
        await deliveries.failed(tx, delivery, error, None if answer.status == health.GONE else again)
        await deliveries.put_off(tx, delivery.lane, until=again or moment)
    else:
        after = health.after_failure(endpoint, status=answer.status, retry_after=answer.retry_after, now=moment)
        await endpoints.save_health(tx, after)
        if endpoint.enabled and not after.enabled:
            await deliveries.failed(tx, delivery, error, None)
            await _tell_disabled(tx, after, error)
        else:
            until = after.paused_until or moment
            await deliveries.failed(tx, delivery, error, max(again, until) if again and after.enabled else None)
            await deliveries.put_off(tx, endpoint.id, until=until)


async def _tell_disabled(tx: AsyncConnection, endpoint: Endpoint, error: str) -> None:
    """What waits for it is given up, to be recovered once it is enabled again. Its owner hears wherever they can."""
    reason: Literal["gone", "failing"] = "gone" if endpoint.disabled_because == "gone" else "failing"
    await deliveries.give_up(tx, endpoint.id, SENTENCES[reason])
    data = payloads.WebhookDisabled(
        endpoint=payloads.EndpointFacts(id=endpoint.id, name=endpoint.name, url=endpoint.url),
        reason=reason,
        failing_since=endpoint.failing_since,
        last_status=endpoint.last_failure_status,
        message=f"{SENTENCES[reason]} {error}",
    )
    await events.emit(tx, endpoint.user_id, "webhook.disabled", data, without=endpoint.id)
    await events.tell_in_chats(tx, endpoint.user_id, "webhook.disabled", data)
