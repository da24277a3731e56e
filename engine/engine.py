"""The engine: a frozen set of services over one database, one object store and one set of signals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.archive import Archive
from engine.clips import Clips
from engine.credits import Credits
from engine.deliveries import Deliveries
from engine.dictionaries import Dictionaries
from engine.endpoints import Endpoints, public_network
from engine.errors import ServiceError
from engine.inbox import Inbox
from engine.jobs import Jobs
from engine.leaving import Leaving
from engine.linking import Linking
from engine.notices import Notices
from engine.offers import Offers
from engine.places import Places
from engine.pools import Pools
from engine.preferences import Preferences
from engine.privacy import Privacy
from engine.sandbox import Sandbox
from engine.settlement import Settlement
from engine.signals import Signals
from engine.streams import Streams
from engine.uploads import Uploads
from engine.users import NewUserLimits, Users
from engine.voices import Voices
from store import Database, DatabaseUnavailable, jobs, read
from store.objects import Objects, ObjectsUnavailable

if TYPE_CHECKING:
    from engine.egress import Egress


@dataclass(frozen=True, slots=True)
class Engine:
    """The front door: `engine.jobs.submit`, `engine.credits.balance`, ..."""

    users: Users
    linking: Linking
    preferences: Preferences
    privacy: Privacy
    jobs: Jobs
    credits: Credits
    pools: Pools
    places: Places
    voices: Voices
    uploads: Uploads
    dictionaries: Dictionaries
    clips: Clips
    notices: Notices
    streams: Streams
    inbox: Inbox
    endpoints: Endpoints
    deliveries: Deliveries
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
    egress: Callable[[], Egress] = public_network,
) -> Engine:
    """Builds the services; opens nothing. `egress`: which addresses webhooks may lead to."""
    settlement = Settlement(db, signals)
    sandbox = sandbox or Sandbox()
    notices = Notices(offers)
    users = Users(db, limits or NewUserLimits())
    pools = Pools(db, users)
    voices, uploads = Voices(db, objects, offers, sandbox), Uploads(db, objects, sandbox)
    dictionaries, clips = Dictionaries(db), Clips(db, objects)
    asked = Jobs(db, signals, settlement, offers, voices, uploads, dictionaries, notices)
    endpoints = Endpoints(db, egress)
    return Engine(
        users=users,
        linking=Linking(db),
        preferences=Preferences(db, voices),
        privacy=Privacy(db, Archive(db, objects), Leaving(db, objects, settlement)),
        pools=pools,
        places=Places(db, pools),
        jobs=asked,
        credits=Credits(db),
        voices=voices,
        uploads=uploads,
        dictionaries=dictionaries,
        sandbox=sandbox,
        fetching={},
        not_fetched={},
        clips=clips,
        streams=Streams(asked, clips, signals),
        notices=notices,
        inbox=Inbox(db),
        endpoints=endpoints,
        deliveries=Deliveries(db, signals, endpoints),
        offers=offers,
        signals=signals,
        settlement=settlement,
        db=db,
        objects=objects,
    )
