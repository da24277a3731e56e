"""`bernie bench webhooks`: how many deliveries a second, how soon after a job, and what dead endpoints cost the others.

Everything is the service's own, signatures and guard included, but the jobs: they are no-ops. The receiver runs on this
machine in a process of its own, so it takes part of the processor too.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import cast

import httpx
from sqlalchemy import delete, func, select, update

from bernie.bench.figures import Figure, percentile
from bernie.bench.queue import NoOp, _commits_per_second
from bernie.bench.receivers import Receivers, receivers
from engine import BuiltInVoice, Engine, Model, Offer, Post, User, assemble
from engine.batcher import Batcher
from engine.clock import now
from engine.egress import Egress
from engine.endpoints import new_secret
from engine.events import promise
from engine.outbox import Outbox
from engine.payloads import Ping
from engine.signals import Signals
from engine.worker import Worker, WorkerOptions
from store import Database, begin, connect, deliveries, endpoints, read, schema
from store.columns import new_id
from store.folder import Folder
from store.records import Endpoint
from store.tables import attempts, jobs
from store.tables import deliveries as deliveries_table
from store.tables import endpoints as endpoints_table
from webhooks.courier import CONNECTIONS, WebhookCourier

ENDPOINTS, DEAD = 1000, 100
EACH = 2
"""Deliveries that wait at each endpoint when a round begins."""
ROUNDS = 3
JOBS, PER_SECOND = 800, 40
BARE_POSTS = 1000


@dataclass(frozen=True, slots=True)
class Bench:
    engine: Engine
    noop: NoOp
    people: list[User]
    alive: list[Endpoint]
    dead: list[Endpoint]

    @asynccontextmanager
    async def delivering(self) -> AsyncIterator[None]:
        """With no memory of who answers: each round meets the endpoints for the first time."""
        stop, engine = asyncio.Event(), self.engine
        outbox = Outbox(engine.db, engine.signals, engine.clips, engine.notices, [], _courier())
        async with asyncio.TaskGroup() as group:
            task = group.create_task(outbox.run(stop))
            try:
                yield
            finally:
                stop.set()
                engine.signals.wake_all()
                await task


async def measure(folder: Path, database_url: str | None = None) -> list[Figure]:
    """`folder` should lie on the disk that the service uses; `database_url`: an empty one."""
    logging.getLogger("engine.posting").setLevel(logging.ERROR)  # that the dead do not answer is known
    with receivers() as there:
        db = connect(database_url or f"sqlite:///{folder / 'bench.db'}")
        try:
            await schema.upgrade(db)
            bench = await _prepared(db, folder, there)
            bare = await _bare_posts(bench.alive[0])
            await _round(bench, [])  # warm
            rounds = [(await _round(bench, []), await _round(bench, bench.dead)) for _ in range(ROUNDS)]
            soon = await _paced(bench, bench.alive)
            soon_beside_dead = await _paced(bench, [*bench.alive, *bench.dead])
        finally:
            await db.close()
    alone, beside = (median(values) for values in zip(*rounds, strict=True))
    return [
        Figure("deliveries", len(bench.alive) * EACH / alone, "a second"),
        Figure(f"the same beside {len(bench.dead)} dead endpoints", len(bench.alive) * EACH / beside, "a second"),
        Figure("what the dead cost the others", (beside / alone - 1) * 100, "%", "at most 5"),
        Figure("job end to first attempt, p50", percentile(soon, 0.5) * 1e3, "ms"),
        Figure("job end to first attempt, p99", percentile(soon, 0.99) * 1e3, "ms", "at most 1,000"),
        Figure("beside the dead, p50", percentile(soon_beside_dead, 0.5) * 1e3, "ms"),
        Figure("beside the dead, p99", percentile(soon_beside_dead, 0.99) * 1e3, "ms", "at most 1,000"),
        Figure("yardstick: signed posts without a database", bare, "a second"),
        Figure("yardstick: bare durable SQLite commits on this disk", _commits_per_second(folder), "a second"),
    ]


async def _prepared(db: Database, folder: Path, there: Receivers) -> Bench:
    """One user per endpoint; a tenth of the endpoints, spread among them, lead to where nobody answers."""
    objects = Folder(folder / "objects", "", b"a secret for the bench only")
    voice = BuiltInVoice(id="none", name="None", description="", language="", model="no-op")
    offers = {"tts": Offer(capability="tts", models=(Model(name="no-op", voices=(voice,)),))}
    engine = assemble(db, objects, offers, Signals())
    people = [await engine.users.create("bench", new_id("person"), credits=10**9) for _ in range(ENDPOINTS)]
    made = [_endpoint(user, there, dead=number % (ENDPOINTS // DEAD) == 0) for number, user in enumerate(people)]
    async with begin(db) as tx:
        for endpoint in made:
            await endpoints.insert_endpoint(tx, endpoint)
    dead = [endpoint for endpoint in made if endpoint.name == "dead"]
    return Bench(engine, NoOp(objects), people, [one for one in made if one.name != "dead"], dead)


def _endpoint(user: User, there: Receivers, *, dead: bool) -> Endpoint:
    return Endpoint(
        id=new_id("ep"),
        user_id=user.id,
        url=f"http://127.0.0.1:{there.dead if dead else there.alive}/{user.id}",
        secret=new_secret(),
        events=["job.succeeded"],
        description="",
        enabled=True,
        created_at=now(),
        name="dead" if dead else "",
    )


def _courier() -> WebhookCourier:
    def open_client() -> httpx.AsyncClient:
        return Egress.allowing("127.0.0.0/8").client(seconds=60, connections=CONNECTIONS)

    return WebhookCourier(open_client)


async def _bare_posts(endpoint: Endpoint) -> float:
    """Posts per second, sixteen at a time."""
    courier, numbers = _courier(), iter(range(BARE_POSTS))

    async def poster() -> None:
        for _ in numbers:
            post = Post(
                id="msg_0",
                event="test.ping",
                attempt=1,
                url=endpoint.url,
                body=b"{}" * 400,
                secrets=(endpoint.secret,),
                headers={},
            )
            await courier.post(post)

    begun = time.perf_counter()
    await asyncio.gather(*(poster() for _ in range(16)))
    taken = time.perf_counter() - begun
    await courier.aclose()
    return BARE_POSTS / taken


async def _round(bench: Bench, dead: Sequence[Endpoint]) -> float:
    """Seconds until what waits at the endpoints that answer is delivered, with as much waiting at the dead ones."""
    db = bench.engine.db
    wanted = [*bench.alive, *dead] * EACH
    random.shuffle(wanted)
    async with begin(db) as tx:
        await tx.execute(delete(deliveries_table))
        await tx.execute(delete(attempts))
        await tx.execute(update(endpoints_table).values(failures=0, paused_until=None, failing_since=None))
        ping = Ping(endpoint_id="")
        await deliveries.insert_deliveries(tx, [promise(endpoint, "test.ping", ping) for endpoint in wanted])
    begun = time.perf_counter()
    async with bench.delivering():
        await _until_delivered(db, len(bench.alive) * EACH)
        return time.perf_counter() - begun


async def _until_delivered(db: Database, count: int) -> None:
    while True:
        async with read(db) as tx:
            done = select(func.count()).where(deliveries_table.c.delivered_at.is_not(None))
            if (await tx.execute(done)).scalar_one() >= count:
                return
        await asyncio.sleep(0.02)


async def _paced(bench: Bench, listening: Sequence[Endpoint]) -> list[float]:
    """Seconds from the end of a job to the first attempt at an endpoint that answers, jobs coming at a fixed pace."""
    engine, db = bench.engine, bench.engine.db
    async with begin(db) as tx:
        await tx.execute(delete(deliveries_table))
        await tx.execute(delete(attempts))
    worker = Worker(db, engine.signals, engine.settlement, cast(Batcher, bench.noop), WorkerOptions())
    stop, people = asyncio.Event(), {user.id: user for user in bench.people}
    wanted = random.choices(listening, k=JOBS)  # noqa: S311  who asks is no secret
    async with bench.delivering(), asyncio.TaskGroup() as group:
        group.create_task(worker.run(stop))
        begun = time.perf_counter()
        for number, endpoint in enumerate(wanted):
            await asyncio.sleep(max(0.0, begun + number / PER_SECOND - time.perf_counter()))
            group.create_task(engine.jobs.submit(people[endpoint.user_id], "tts", {"text": "x"}))
        alive = {endpoint.id for endpoint in bench.alive}
        await _until_delivered(db, sum(endpoint.id in alive for endpoint in wanted))
        stop.set()
        engine.signals.wake_all()
    return await _delays(db)


async def _delays(db: Database) -> list[float]:
    """Of what was delivered."""
    table = deliveries_table.join(jobs, jobs.c.id == deliveries_table.c.job_id)
    first = table.join(attempts, (attempts.c.delivery_id == deliveries_table.c.id) & (attempts.c.attempt == 1))
    rows = select(attempts.c.at, jobs.c.finished_at).select_from(first).where(attempts.c.error.is_(None))
    async with read(db) as tx:
        found = (await tx.execute(rows)).all()
    return [max(timedelta(0), row.at - row.finished_at).total_seconds() for row in found]
