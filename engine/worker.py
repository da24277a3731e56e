"""The worker: claims jobs as their turn comes, runs them with no transaction open, and settles each outcome."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from engine import events
from engine.batcher import Batcher, Running
from engine.clock import now
from engine.errors import JobCancelled, ServiceError, UserError
from engine.settlement import Settlement, apology
from engine.signals import Signals, wait
from store import Database, begin, queue
from store.records import Clip, Job

log = logging.getLogger(__name__)

POLL_SECONDS = 1.0
"""The safety net below the signals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerOptions:
    """`lanes`: batches in the house at once. With two, one is encoded and stored while the next is generated."""

    lanes: int = 2
    lease_seconds: float = 30.0
    stop_seconds: float = 20.0


class Worker:
    """One per process. `run` until the stop event, or `run_until_idle`."""

    def __init__(
        self,
        db: Database,
        signals: Signals,
        settlement: Settlement,
        batcher: Batcher,
        options: WorkerOptions,
    ) -> None:
        self._db = db
        self._signals = signals
        self._settlement = settlement
        self._batcher = batcher
        self._options = options
        self._running: dict[str, Running] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set (and `signals.wake_all` called); then what runs may finish, within a limit."""
        drained = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep_leases(drained))
            group.create_task(asyncio.to_thread(self._batcher.prepare))
            try:
                await self._claim_and_run(stop, group)
            finally:
                drained.set()
                self._signals.wake_all()

    async def run_until_idle(self) -> None:
        """Everything that is ready, and what becomes ready by it, one batch after the other."""
        while batch := await self._claim():
            await self._run_batch(batch)

    async def _claim_and_run(self, stop: asyncio.Event, group: asyncio.TaskGroup) -> None:
        under_way: set[asyncio.Task[None]] = set()
        with self._signals.listening("work") as work:

            def done(task: asyncio.Task[None]) -> None:
                under_way.discard(task)
                work.set()

            while not stop.is_set():
                work.clear()
                if len(under_way) < self._options.lanes and (batch := await self._claim_or_log()):
                    task = group.create_task(self._run_batch(batch))
                    under_way.add(task)
                    task.add_done_callback(done)
                else:
                    await wait(work, POLL_SECONDS)
            await self._finish(under_way)

    async def _finish(self, under_way: set[asyncio.Task[None]]) -> None:
        """Past the limit what still runs is left: the next start, or its lease, brings it back."""
        if not under_way:
            return
        _, late = await asyncio.wait(under_way, timeout=self._options.stop_seconds)
        for running in self._running.values():
            running.stop = True
        for task in late:
            task.cancel()

    async def _claim_or_log(self) -> list[Job]:
        try:
            return await self._claim()
        except Exception:
            log.exception("claim failed")
            return []

    async def _claim(self) -> list[Job]:
        runners = self._batcher.runners
        limits = {name: runners.max_batch(name) for name in runners.capabilities}
        if not limits:
            return []
        moment = now()
        lease_until = moment + timedelta(seconds=self._options.lease_seconds)
        async with begin(self._db) as tx:
            batch = await queue.claim(tx, limits, now=moment, lease_until=lease_until)
            await events.about_jobs(tx, [job for job in batch if job.attempt == 1], "job.started")
        return batch

    async def _run_batch(self, jobs: Sequence[Job]) -> None:
        batch = [Running(job) for job in jobs]
        for running in batch:
            self._running[running.job.id] = running
            self._signals.progress[running.job.id] = 0.0
            self._signals.notify(f"job:{running.job.id}")
        try:
            for running, outcome in zip(batch, await self._batcher.generate(batch), strict=True):
                await self._settle_or_log(running.job, outcome)
        finally:
            for running in batch:
                # An attempt that lost its lease may still run beside the next, which is in its place then.
                if self._running.get(running.job.id) is running:
                    del self._running[running.job.id], self._signals.progress[running.job.id]

    async def _settle_or_log(self, job: Job, outcome: Clip | BaseException) -> None:
        """One that cannot be settled does not keep the others of its batch from it."""
        try:
            await self._settle(job, outcome)
        except Exception:
            # The database, most likely. Its lease runs out and the job is run again.
            log.exception("job not settled", extra={"job": job.id})

    async def _settle(self, job: Job, outcome: Clip | BaseException) -> None:
        if isinstance(outcome, Clip):
            if not await self._settlement.succeed(job, outcome):
                # Overtaken: the job belongs to another attempt, and this upload to nobody.
                await self._batcher.objects.delete([outcome.object_key])
        elif isinstance(outcome, JobCancelled):
            await self._settlement.cancel(job)
        elif isinstance(outcome, UserError):
            await self._settlement.fail(job, code=outcome.code, message=outcome.message)
        elif isinstance(outcome, ServiceError) and outcome.retryable:
            log.warning("attempt failed", extra={"job": job.id, "attempt": job.attempt, "error": str(outcome)})
            await self._settlement.retry(job)
        else:
            log.error("job failed", extra={"job": job.id}, exc_info=outcome)
            await self._settlement.fail(job, code="failed", message=apology(job))

    async def _keep_leases(self, drained: asyncio.Event) -> None:
        """Extends the leases each third of their time, and at once when somebody cancels a running job."""
        with self._signals.listening("cancel") as cancel:
            while not drained.is_set():
                cancel.clear()
                try:
                    await self.extend_leases()
                except Exception:
                    log.exception("heartbeat failed")
                await wait(cancel, self._options.lease_seconds / 3)

    async def extend_leases(self) -> None:
        """A job that was cancelled, or that another worker took over, is told to stop at its next step."""
        if not self._running:
            return
        until = now() + timedelta(seconds=self._options.lease_seconds)
        async with begin(self._db) as tx:
            for running in list(self._running.values()):
                job = await queue.extend_lease(tx, running.job, progress=running.progress, until=until)
                running.stop = job is None or job.cancel_requested
