"""The engine: a frozen set of services over one database, one object store and one set of signals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.accounts import Accounts
from engine.archive import Archive
from engine.clips import Clips
from engine.credits import Credits
from engine.deliveries import Deliveries
from engine.dictionaries import Dictionaries
from engine.endpoints import Endpoints, public_network
from engine.errors import ServiceError
from engine.figures import Figures
from engine.hooks import Hooks
from engine.inbound import Inbound
from engine.inbox import Inbox
from engine.invitations import Invitations, SignUp
from engine.jobs import Jobs
from engine.keys import Keys
from engine.leaving import Leaving
from engine.linking import Linking
from engine.looks import Looks
from engine.notices import Notices
from engine.offers import Offers
from engine.places import Places
from engine.pools import Pools
from engine.preferences import Preferences
from engine.privacy import Privacy
from engine.rates import Rates
from engine.remote_audio import RemoteAudio
from engine.sandbox import Sandbox
from engine.sessions import Sessions
from engine.settlement import Settlement
from engine.signals import Signals
from engine.streams import Streams
from engine.uploads import Uploads
from engine.users import NewUserLimits, Users
from engine.voices import Voices
from engine.waiting import Waiting
from store import Database, DatabaseUnavailable, jobs, read
from store.objects import Objects, ObjectsUnavailable

if TYPE_CHECKING:
    from engine.egress import Egress


@dataclass(frozen=True, slots=True)
class Engine:
    """The front door: `engine.jobs.submit`, `engine.credits.balance`, ..."""

    users: Users
    accounts: Accounts
    invitations: Invitations
    sessions: Sessions
    keys: Keys
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
    hooks: Hooks
    inbound: Inbound
    offers: Offers
    signals: Signals
    rates: Rates
    figures: Figures
    settlement: Settlement
    db: Database
    objects: Objects
    sandbox: Sandbox
    fetching: dict[str, float] = field(default_factory=dict)  # models on their way, 0 to 1
    not_fetched: dict[str, str] = field(default_factory=dict)  # why one was given up, as a sentence

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
    rates: Rates | None = None,
    sign_up: SignUp = "closed",
    public_url: str = "",
) -> Engine:
    """Builds the services; opens nothing. `egress`: which addresses webhooks and posts may lead to; `sign_up`: how
    people get in; `public_url`: where others reach this service.
    """
    settlement = Settlement(db, signals)
    sandbox = sandbox or Sandbox()
    notices = Notices(offers)
    users = Users(db, limits or NewUserLimits())
    pools = Pools(db, users)
    rates, invitations = rates or Rates(), Invitations(db, sign_up)
    voices, uploads = Voices(db, objects, offers, sandbox), Uploads(db, objects, sandbox)
    dictionaries, clips = Dictionaries(db), Clips(db, objects)
    asked = Jobs(db, signals, settlement, offers, voices, uploads, dictionaries, notices, Looks(db, signals))
    endpoints, places = Endpoints(db, egress), Places(db, pools)
    hooks = Hooks(db, endpoints, voices, public_url)
    return Engine(
        users=users,
        accounts=Accounts(db, users, invitations, rates),
        invitations=invitations,
        sessions=Sessions(db),
        keys=Keys(db),
        linking=Linking(db),
        preferences=Preferences(db, voices),
        privacy=Privacy(db, Archive(db, objects), Leaving(db, objects, settlement)),
        pools=pools,
        places=places,
        jobs=asked,
        credits=Credits(db),
        voices=voices,
        uploads=uploads,
        dictionaries=dictionaries,
        sandbox=sandbox,
        clips=clips,
        streams=Streams(asked, clips, signals, Waiting(signals)),
        notices=notices,
        inbox=Inbox(db),
        endpoints=endpoints,
        deliveries=Deliveries(db, signals, endpoints),
        hooks=hooks,
        inbound=Inbound(db, hooks, asked, uploads, places, rates, RemoteAudio(egress)),
        offers=offers,
        signals=signals,
        rates=rates,
        figures=Figures(db),
        settlement=settlement,
        db=db,
        objects=objects,
    )
