"""An engine with its worker for tests: a real database, a real folder, and a runner that answers at once."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from engine import Courier, Engine, Poster, User, assemble
from engine.audio import Audio
from engine.batcher import Batcher
from engine.egress import Egress
from engine.endpoints import public_network
from engine.generation import Result, Task
from engine.housekeeping import Housekeeping
from engine.inputs import Inputs
from engine.offers import BuiltInVoice, Model, Offer, Offers
from engine.outbox import Outbox
from engine.passing import Passing
from engine.runners import LocalRunners
from engine.sandbox import Sandbox
from engine.signals import Signals
from engine.worker import Worker, WorkerOptions
from store import Database
from store.folder import Folder
from tests.databases import fresh_database

VOICE = BuiltInVoice(id="heart", name="Heart", description="a tone", language="en", model="tone")
OFFERS = {
    "tts": Offer(capability="tts", models=(Model(name="tone", revision="1", voices=(VOICE,)),)),
    "vc": Offer(capability="vc", unavailable="No voice conversion here. Install it."),
    "sfx": Offer(capability="sfx", models=(Model(name="tone", revision="1"),)),
}


class ToneRunner:
    """A tenth of a second of a tone whose pitch is the seed's, or another `sound`. What a test puts into `behave`
    happens first.
    """

    capability, model, revision = "tts", "tone", "1"

    def __init__(self, max_batch: int = 1) -> None:
        self.max_batch = max_batch
        self.behave: Callable[[Task], None] = lambda task: None
        self.sound: Callable[[Task], Audio] = lambda task: tone(200 + task.seed % 400, 0.1)
        self.batches: list[list[str]] = []

    def run(self, tasks: Sequence[Task]) -> list[Result]:
        self.batches.append([getattr(task.params, "text", "") for task in tasks])
        return [self._one(task) for task in tasks]

    def _one(self, task: Task) -> Result:
        try:
            task.on_step(0.5)
            self.behave(task)
            task.on_step(0.9)
        except Exception as error:
            return error
        return self.sound(task)


def tone(pitch: float, seconds: float) -> Audio:
    time = np.arange(round(24_000 * seconds)) / 24_000
    return Audio(np.sin(2 * np.pi * pitch * time).astype(np.float32) / 2, 24_000)


@dataclass
class House:
    engine: Engine
    runner: ToneRunner
    worker: Worker
    housekeeping: Housekeeping
    outbox: Outbox
    objects: Folder
    received: list[tuple[str, str]] = field(default_factory=list)

    async def user(self, name: str, *, credits: int | None = None) -> User:
        return await self.engine.users.create("password", f"{name}@example.org", credits=credits)

    async def object_keys(self) -> list[str]:
        return sorted([stored.key async for stored in self.objects.list("clips/")])

    async def assert_books_exact(self) -> None:
        assert await self.engine.credits.audit() == []

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """The worker and the outbox run in the background."""
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            group.create_task(self.worker.run(stop))
            group.create_task(self.outbox.run(stop))
            try:
                yield
            finally:
                stop.set()
                self.engine.signals.wake_all()


class Gate:
    """Holds the device's thread at `behave` until the test lets it go."""

    def __init__(self) -> None:
        self._reached = threading.Event()
        self._open = threading.Event()

    def __call__(self, task: Task) -> None:
        self._reached.set()
        assert self._open.wait(20), "nobody opened the gate"

    async def reached(self) -> None:
        assert await asyncio.to_thread(self._reached.wait, 20), "no job came to the gate"

    def open(self) -> None:
        self._open.set()


def build(
    db: Database,
    folder: Path,
    *,
    couriers: Sequence[Courier] = (),
    poster: Poster | None = None,
    egress: Callable[[], Egress] = public_network,
    max_batch: int = 1,
    lease_seconds: float = 30,
    stop_seconds: float = 5,
    offers: Offers = OFFERS,
    sandbox: Sandbox | None = None,
) -> House:
    objects = Folder(folder / "objects", "http://bernie.test", b"secret of the tests, 32 bytes ...")
    engine = assemble(db, objects, offers, Signals(), sandbox=sandbox, egress=egress)
    runner = ToneRunner(max_batch)
    runners = LocalRunners([name for name, offer in offers.items() if offer.models], {"tone": lambda load: runner})
    runners.load("tone")
    passing = Passing(db, engine.signals)
    batcher = Batcher(runners, Inputs(db, objects), objects, engine.signals, passing, clip_days=30)
    options = WorkerOptions(lanes=1, lease_seconds=lease_seconds, stop_seconds=stop_seconds)
    return House(
        engine=engine,
        runner=runner,
        worker=Worker(db, engine.signals, engine.settlement, batcher, options),
        housekeeping=Housekeeping(
            db=db, objects=objects, settlement=engine.settlement, credits=engine.credits, users=engine.users
        ),
        outbox=Outbox(db, engine.signals, engine.clips, engine.notices, couriers, poster),
        objects=objects,
    )


@asynccontextmanager
async def fresh_house(kind: str, folder: Path, **options: object) -> AsyncIterator[House]:
    await asyncio.to_thread(folder.mkdir, exist_ok=True)
    async with fresh_database(kind, folder) as db:
        yield build(db, folder, **options)  # type: ignore[arg-type]
