"""The engine: a frozen set of services over one database, one object store and one set of signals."""

from __future__ import annotations

from dataclasses import dataclass

from engine.clips import Clips
from engine.credits import Credits
from engine.endpoints import Endpoints
from engine.errors import ServiceError
from engine.jobs import Jobs
from engine.notices import Notices
from engine.offers import Offers
from engine.sandbox import Sandbox
from engine.settlement import Settlement
from engine.signals import Signals
from engine.streams import Streams
from engine.uploads import Uploads
from engine.users import NewUserLimits, Users
from engine.voices import Voices
from store import Database, DatabaseUnavailable, jobs, read
from store.objects import Objects, ObjectsUnavailable


@dataclass(frozen=True, slots=True)
class Engine:
    """The front door: `engine.jobs.submit`, `engine.credits.balance`, ..."""

    users: Users
    jobs: Jobs
    credits: Credits
    voices: Voices
    uploads: Uploads
    clips: Clips
    notices: Notices
    streams: Streams
    endpoints: Endpoints
    offers: Offers
    signals: Signals
    settlement: Settlement
    db: Database
    objects: Objects
    sandbox: Sandbox
    fetching: dict[str, float]  # models on their way, 0 to 1
    not_fetched: dict[str, str]  # why one was given up, as a sentence

    async def check(self) -> dict[str, int]:
        """Unfinished jobs per state, once everything we depend on has answered. Raises `ServiceError`."""
        try:
            async with read(self.db) as tx:
                counts = await jobs.counts(tx)
            await self.objects.check()
        except (ObjectsUnavailable, DatabaseUnavailable) as error:
            raise ServiceError(str(error), retryable=True) from error
        return counts


def assemble(
    db: Database,
    objects: Objects,
    offers: Offers,
    signals: Signals,
    *,
    limits: NewUserLimits | None = None,
    sandbox: Sandbox | None = None,
) -> Engine:
    """Builds the services; opens nothing."""
    settlement = Settlement(db, signals)
    sandbox = sandbox or Sandbox()
    notices = Notices(offers)
    voices, uploads = Voices(db, objects, offers, sandbox), Uploads(db, objects, sandbox)
    clips, asked = Clips(db, objects), Jobs(db, signals, settlement, offers, voices, uploads, notices)
    return Engine(
        users=Users(db, limits or NewUserLimits()),
        jobs=asked,
        credits=Credits(db),
        voices=voices,
        uploads=uploads,
        sandbox=sandbox,
        fetching={},
        not_fetched={},
        clips=clips,
        streams=Streams(asked, clips, signals),
        notices=notices,
        endpoints=Endpoints(db),
        offers=offers,
        signals=signals,
        settlement=settlement,
        db=db,
        objects=objects,
    )
