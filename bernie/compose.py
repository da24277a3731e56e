"""The composition root: opens what a command needs, builds the parts and passes values down."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from tempfile import mkstemp
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout
from sqlalchemy.exc import ArgumentError, DBAPIError

from bernie.settings import Settings
from engine import Courier, Engine, Poster, Rates, assemble, runners, selection
from engine.background_fetch import Fetcher, Wanted
from engine.batcher import Batcher
from engine.counts import SharedCounts
from engine.housekeeping import Housekeeping
from engine.inputs import Inputs
from engine.lineup import NEEDS
from engine.nn import hub
from engine.nn.catalogue import MODELS
from engine.nn.published import placed
from engine.outbox import Outbox
from engine.passing import Passing
from engine.signals import Signals
from engine.users import NewUserLimits
from engine.worker import Worker, WorkerOptions
from store import Database, DatabaseUnavailable, connect, schema
from store.folder import Folder
from store.objects import Objects
from store.s3 import S3
from store.wakeups import relay

if TYPE_CHECKING:
    import httpx

    from engine.egress import Egress

CLIPS = "objects"


class CannotOpen(Exception):
    """A sentence about the setting behind it."""


class DataFolderInUse(CannotOpen):
    """Another process owns the data folder."""


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Engine]:
    """The engine on the configured database and objects, its schema up to date."""
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    rates = open_rates(settings)
    db, objects = open_database(settings), open_objects(settings)
    try:
        await bring_up_to_date(db)
        signals = Signals()
        limits = NewUserLimits(
            welcome_credits=settings.users.credits,
            slots=settings.users.slots,
            queue_limit=settings.users.queue_limit,
        )
        here = await asyncio.to_thread(models_here, settings)
        engine = assemble(
            db,
            objects,
            selection.offers(settings.models, here),
            signals,
            limits=limits,
            egress=partial(egress, settings),
            rates=rates,
            sign_up=settings.accounts.sign_up,
            public_url=settings.public_url,
        )
        async with relay(db, signals):
            yield engine
            await asyncio.to_thread(engine.sandbox.close)
    finally:
        await rates.aclose()
        await objects.aclose()
        await db.close()


def open_database(settings: Settings) -> Database:
    """Raises `CannotOpen` for a URL that is none, or of a database that we do not know."""
    try:
        return connect(settings.database_url)
    except (ValueError, ArgumentError) as error:
        raise CannotOpen(f"BERNIE_DATABASE__URL cannot be used: {error}") from error


async def bring_up_to_date(db: Database) -> None:
    """Raises `CannotOpen` when the database does not answer, and `SchemaTooNew`."""
    try:
        await schema.upgrade(db)
    except (OSError, DBAPIError, DatabaseUnavailable) as error:
        reason = getattr(error, "orig", None) or error
        raise CannotOpen(
            f"The database does not answer: {reason}. Is it running, and BERNIE_DATABASE__URL right?"
        ) from error


def open_objects(settings: Settings) -> Objects:
    """Raises `CannotOpen` for an endpoint that is no address."""
    s3 = settings.s3
    if s3.bucket:
        try:
            return S3(
                bucket=s3.bucket,
                endpoint=s3.endpoint,
                public_endpoint=s3.public_endpoint,
                region=s3.region,
                prefix=s3.prefix,
            )
        except ValueError as error:
            raise CannotOpen(f"The bucket cannot be used: {error}") from error
    return Folder(settings.data / CLIPS, settings.public_url, secret_of(settings.data))


def open_rates(settings: Settings) -> Rates:
    """Counts in this process, or in the Redis of the settings. Raises `CannotOpen` for an address that is none, and
    without the library for it.
    """
    redis = settings.rates.redis
    if redis is None:
        return Rates()
    if find_spec("redis") is None:
        raise CannotOpen("BERNIE_RATES__REDIS needs the library for it: pip install 'bernie[redis]'.")
    try:
        return Rates(SharedCounts(redis.get_secret_value()))
    except ValueError as error:
        raise CannotOpen(f"BERNIE_RATES__REDIS cannot be used: {error}.") from error


def secret_of(data: Path) -> bytes:
    """The key that signs links: made at the first start, kept in the data folder, readable by its owner only."""
    path = data / "secret.key"
    if not path.exists():
        descriptor, whole = mkstemp(prefix=".secret", dir=data)  # 0600
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(32))
        with suppress(FileExistsError):  # two first starts at once: the first link wins, whole
            os.link(whole, path)
        os.unlink(whole)
    return path.read_bytes()


@dataclass(frozen=True, slots=True, kw_only=True)
class Backroom:
    """What works on jobs, beside the engine: built where jobs are run."""

    worker: Worker
    outbox: Outbox
    housekeeping: Housekeeping
    runners: runners.LocalRunners
    fetcher: Fetcher | None

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set and what runs has ended. One loop that dies takes the others with it."""
        try:
            async with asyncio.TaskGroup() as group:
                for loop in (self.worker.run, self.outbox.run, self.housekeeping.run):
                    group.create_task(loop(stop))
                if self.fetcher is not None:
                    group.create_task(self.fetcher.run(stop))
        finally:
            self.runners.close()


def backroom(
    settings: Settings,
    engine: Engine,
    couriers: tuple[Courier, ...] = (),
    *,
    fetches: bool = False,
    poster: Poster | None = None,
) -> Backroom:
    """`fetches`: models that the settings ask for are brought in the background; for a process that stays, as is
    `poster`, who delivers webhooks.
    """
    local = runners.LocalRunners(list(engine.offers), loaders(settings))
    inputs, passing = Inputs(engine.db, engine.objects), Passing(engine.db, engine.signals)
    batcher = Batcher(local, inputs, engine.objects, engine.signals, passing, settings.clip_days)
    options = WorkerOptions(lanes=settings.worker.lanes, lease_seconds=settings.worker.lease_seconds)
    return Backroom(
        worker=Worker(engine.db, engine.signals, engine.settlement, batcher, options),
        outbox=Outbox(engine.db, engine.signals, engine.clips, engine.notices, couriers, poster),
        housekeeping=Housekeeping(
            db=engine.db,
            objects=engine.objects,
            settlement=engine.settlement,
            credits=engine.credits,
            users=engine.users,
            monthly_credits=settings.users.monthly_credits,
        ),
        runners=local,
        fetcher=fetcher(settings, engine) if fetches else None,
    )


def webhook_courier(settings: Settings) -> Poster:
    from webhooks.courier import CONNECTIONS, WebhookCourier

    def open_client() -> httpx.AsyncClient:
        # The longest of all steps together is the courier's business.
        return egress(settings).client(seconds=60, connections=CONNECTIONS)

    return WebhookCourier(open_client, agent=f"Bernie/{metadata.version('bernie')} (+{settings.public_url})")


def egress(settings: Settings) -> Egress:
    """Which addresses webhooks may lead to. httpx comes with it: imported when the first one is used."""
    from engine.egress import Egress

    return Egress.allowing(settings.egress.allow)


def outbox(engine: Engine, couriers: Sequence[Courier]) -> Outbox:
    """For a process that answers in chats and works on no jobs."""
    return Outbox(engine.db, engine.signals, engine.clips, engine.notices, couriers)


def models_here(settings: Settings) -> set[str]:
    """Published models that lie whole on this disk. Reads a large file once, to check it."""
    folder = settings.data / "models"
    return {name for name, model in MODELS.items() if hub.present(model, folder, settings.source_of(name)) is not None}


def loaders(settings: Settings) -> dict[str, runners.Loader]:
    """By model. Nothing is loaded before it is used."""
    folder, cache = settings.data / "models", settings.data / "cache"
    homes = {name: placed(model, folder, settings.source_of(name))[1] for name, model in MODELS.items()}
    return runners.embedded() | {
        name: runners.published(name, homes, settings.device, cache) for name in MODELS if name in NEEDS
    }


def fetcher(settings: Settings, engine: Engine) -> Fetcher:
    """Brings what the settings ask for and this disk lacks; a model that has arrived answers from then on."""
    here = models_here(settings)

    def arrived(name: str, path: Path) -> None:
        here.add(name)
        engine.offers.update(selection.offers(settings.models, here))

    return Fetcher(
        settings.data / "models",
        [
            Wanted(published=MODELS[name], source=settings.source_of(name))
            for name in selection.wanted(settings.models, here, gpu=has_gpu(settings))
        ],
        arrived,
        progress=engine.fetching,
        failed=engine.not_fetched,
    )


def has_gpu(settings: Settings) -> bool:
    """Known without torch, whose import is most of a start."""
    if settings.device == "auto":
        return shutil.which("nvidia-smi") is not None
    return settings.device != "cpu"


def own_data_folder(settings: Settings) -> FileLock:
    """Held as long as the process lives; the system frees it however the process ends.

    Raises `DataFolderInUse`. Only for the embedded mode: a database server has leases for this.
    """
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = FileLock(settings.data / "owner.lock", thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise DataFolderInUse(
            f"Another Bernie runs on {settings.data}. Stop it first, or set BERNIE_DATA to another folder."
        ) from error
    return lock
