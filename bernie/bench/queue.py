"""`bernie bench queue`: how long a job waits when nothing is in its way, and how many go through.

The jobs are no-ops: no network, no encoding, no upload. Everything else is the service's own: submit, claim and
settlement are transactions with durable commits on a fresh database in `folder`, unless another one is named.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import cast

from bernie.bench.figures import Figure, percentile
from engine import BuiltInVoice, Engine, Model, Offer, User, assemble
from engine.batcher import Batcher, Running
from engine.clock import now
from engine.signals import Signals
from engine.worker import Worker, WorkerOptions
from store import connect, jobs, read, schema
from store.columns import new_id
from store.folder import Folder
from store.records import Clip, Job

IDLE_JOBS = 200
PACED_JOBS, PACE_PER_SECOND = 600, 60
BURST_JOBS, PEOPLE, BATCH = 1500, 100, 8


class NoOp:
    """A batcher that notes when each job starts and answers at once."""

    capabilities = ("tts",)

    def __init__(self, objects: Folder) -> None:
        self.objects = objects
        self.runners = self
        self.started: dict[str, float] = {}

    def prepare(self) -> None:
        """There is nothing to load."""

    def max_batch(self, capability: str) -> int:
        return BATCH

    async def generate(self, batch: Sequence[Running]) -> list[Clip]:
        moment = time.perf_counter()
        for running in batch:
            self.started[running.job.id] = moment
        return [_clip(running.job) for running in batch]


def _clip(job: Job) -> Clip:
    moment = now()
    return Clip(
        id=new_id("clip"),
        user_id=job.user_id,
        job_id=job.id,
        capability=job.capability,
        model="no-op",
        model_revision="",
        object_key=f"clips/{job.id}/{job.attempt}.ogg",
        format="ogg",
        content_type="audio/ogg",
        bytes=0,
        seconds=0.0,
        sample_rate=48_000,
        created_at=moment,
        expires_at=moment + timedelta(days=1),
    )


async def measure(folder: Path, database_url: str | None = None) -> list[Figure]:
    """`folder` should lie on the disk that the service uses."""
    db = connect(database_url or f"sqlite:///{folder / 'bench.db'}")
    await schema.upgrade(db)
    objects = Folder(folder / "objects", "", b"a secret for the bench only")
    voice = BuiltInVoice(id="none", name="None", description="", language="", model="no-op")
    engine = assemble(
        db, objects, {"tts": Offer(capability="tts", models=(Model(name="no-op", voices=(voice,)),))}, Signals()
    )
    noop = NoOp(objects)
    worker = Worker(db, engine.signals, engine.settlement, cast(Batcher, noop), WorkerOptions())
    people = [await engine.users.create("bench", new_id("person"), credits=10**9) for _ in range(PEOPLE)]
    stop = asyncio.Event()
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(worker.run(stop))
            await _paced(engine, noop, people[:2], 20, 100)  # warm
            idle = await _paced(engine, noop, people, IDLE_JOBS, 20)
            paced = await _paced(engine, noop, people, PACED_JOBS, PACE_PER_SECOND)
            rate = await _burst(engine, people)
            stop.set()
            engine.signals.wake_all()
    finally:
        await db.close()
    return _figures(idle, paced, rate, _commits_per_second(folder))


def _figures(idle: list[float], paced: list[float], rate: float, commits: float) -> list[Figure]:
    return [
        Figure("submit to start, idle, p50", percentile(idle, 0.5) * 1e3, "ms", "at most 10"),
        Figure("submit to start, idle, p99", percentile(idle, 0.99) * 1e3, "ms", "at most 50"),
        Figure(f"submit to start, {PACE_PER_SECOND} jobs/s, p50", percentile(paced, 0.5) * 1e3, "ms", "at most 10"),
        Figure(f"submit to start, {PACE_PER_SECOND} jobs/s, p99", percentile(paced, 0.99) * 1e3, "ms", "at most 50"),
        Figure("no-op jobs, submitted, run and settled", rate, "jobs/s", "at least 300"),
        Figure("yardstick: bare durable SQLite commits on this disk", commits, "commits/s"),
        Figure("jobs per bare commit", rate / commits, "ratio"),
    ]


async def _paced(engine: Engine, noop: NoOp, people: list[User], count: int, per_second: float) -> list[float]:
    """Seconds from calling submit to the start of the run, for jobs that come at a fixed pace."""
    calls: dict[str, float] = {}

    async def one(person: User) -> None:
        called = time.perf_counter()
        job = await engine.jobs.submit(person, "tts", {"text": "x"})
        calls[job.id] = called

    begun = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(count):
            await asyncio.sleep(max(0.0, begun + number / per_second - time.perf_counter()))
            group.create_task(one(people[number % len(people)]))
    await _all_done(engine)
    return [noop.started[job_id] - called for job_id, called in calls.items()]


async def _burst(engine: Engine, people: list[User]) -> float:
    """Jobs per second from the first submit to the last settlement, ten submitting at once."""
    numbers = iter(range(BURST_JOBS))

    async def submitter() -> None:
        for number in numbers:
            await engine.jobs.submit(people[number % len(people)], "tts", {"text": "x"})

    begun = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(10):
            group.create_task(submitter())
    await _all_done(engine)
    return BURST_JOBS / (time.perf_counter() - begun)


async def _all_done(engine: Engine) -> None:
    while True:
        async with read(engine.db) as tx:
            if not any((await jobs.counts(tx)).values()):
                return
        await asyncio.sleep(0.02)


def _commits_per_second(folder: Path) -> float:
    connection = sqlite3.connect(folder / "yardstick.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE IF NOT EXISTS t (a INTEGER PRIMARY KEY, b TEXT)")
    begun, count = time.perf_counter(), 500
    for _ in range(count):
        connection.execute("INSERT INTO t (b) VALUES ('x')")
    connection.close()
    return count / (time.perf_counter() - begun)
