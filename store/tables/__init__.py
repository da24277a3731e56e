"""The one schema. Declarations only; `migrations/` brings a database to it, a test holds the two together.

Nothing here that MySQL cannot do: no partial index, no RETURNING, every indexed text with a length. Where another
database would use a partial unique index, a nullable column takes its place: NULLs never collide.
"""

from store.tables.declaring import metadata
from store.tables.messages import attempts, deliveries, endpoints, hook_calls, hooks, inbox, places
from store.tables.money import balances, ledger, purchases
from store.tables.people import (
    api_keys,
    departures,
    farewells,
    identities,
    invitations,
    link_attempts,
    link_codes,
    preferences,
    sessions,
    users,
)
from store.tables.work import clips, dictionaries, jobs, pieces, uploads, voices

__all__ = [
    "api_keys",
    "attempts",
    "balances",
    "clips",
    "deliveries",
    "departures",
    "dictionaries",
    "endpoints",
    "farewells",
    "hook_calls",
    "hooks",
    "identities",
    "inbox",
    "invitations",
    "jobs",
    "ledger",
    "link_attempts",
    "link_codes",
    "metadata",
    "pieces",
    "places",
    "preferences",
    "purchases",
    "sessions",
    "uploads",
    "users",
    "voices",
]
