"""Deliveries to chats: the outcome of a job to where it was asked for, and what a person should know of."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from engine.clips import Clips
from engine.clock import now
from engine.lanes import Lanes
from engine.notices import Notices
from engine.pauses import next_attempt
from store import Database, begin, clips, deliveries, jobs, read
from store.columns import storable
from store.records import Clip, Delivery, Job

log = logging.getLogger(__name__)

AT_ONCE, PER_USER = 32, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a courier hands out. `link`: a fresh presigned URL, where there is a clip; `notice`: what its user should
    know of it.
    """

    event: str
    job: Job
    clip: Clip | None
    link: str | None
    notice: str = ""


class DeliveryFailed(Exception):
    """Raised by a courier. `retry_after` in seconds as the receiver asked; `final`: never try again."""

    def __init__(self, message: str, *, retry_after: float | None = None, final: bool = False) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.final = final


class Courier(Protocol):
    """Hands outcomes to the addresses of one kind. It gets no database: everything it needs is in its arguments."""

    kind: str

    async def deliver(self, delivery: Delivery, outcome: Outcome) -> None:
        """Raises `DeliveryFailed`; anything else counts as a failure to try again too."""
        ...

    async def tell(self, delivery: Delivery) -> None:
        """`payload`, the facts of its event, to the `person` of its address. Raises as `deliver` does."""
        ...


class Replies:
    """Between the rows and one courier."""

    def __init__(
        self, db: Database, handed_out: Clips, notices: Notices, courier: Courier, *, most_seconds: float
    ) -> None:
        self.kind = courier.kind
        self.lanes = Lanes(at_once=AT_ONCE, per_lane=PER_USER, unknown=PER_USER, failing=AT_ONCE)
        self._db, self._clips, self._notices = db, handed_out, notices
        self._courier, self._most_seconds = courier, most_seconds

    async def prepare(self, claimed: Sequence[Delivery]) -> None:
        """Each looks at its own job, when its turn comes."""

    async def deliver(self, delivery: Delivery) -> None:
        """A failure is noted in the row; raises only when it cannot be."""
        try:
            async with asyncio.timeout(self._most_seconds):
                await self._hand_over(delivery)
        except Exception as error:
            log.warning("delivery failed", extra={"delivery": delivery.id, "error": repr(error)})
            asked = error.retry_after if isinstance(error, DeliveryFailed) else None
            final = isinstance(error, DeliveryFailed) and error.final
            again = None if final else next_attempt(delivery.tries, now(), asked)
            async with begin(self._db) as tx:
                await deliveries.failed(tx, delivery, storable(str(error) or repr(error)), again)
            return
        async with begin(self._db) as tx:
            await deliveries.delivered(tx, delivery, now())

    async def _hand_over(self, delivery: Delivery) -> None:
        if delivery.job_id is None:
            await self._courier.tell(delivery)
        else:
            await self._courier.deliver(delivery, await self._outcome(delivery, delivery.job_id))

    async def _outcome(self, delivery: Delivery, job_id: str) -> Outcome:
        async with read(self._db) as tx:
            job = await jobs.get(tx, job_id)
            clip = (await clips.of_jobs(tx, [job_id])).get(job_id)
            notice = await self._notices.about(tx, job, clip) if job and clip else ""
        if job is None:
            raise DeliveryFailed("its job was deleted", final=True)
        link = await self._clips.link(clip) if clip else None
        return Outcome(event=delivery.event, job=job, clip=clip, link=link, notice=notice)
