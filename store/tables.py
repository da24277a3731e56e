"""The one schema. Declarations only; `migrations/` brings a database to it, a test holds the two together.

Nothing here that MySQL cannot do: no partial index, no RETURNING, every indexed text with a length. Where another
database would use a partial unique index, a nullable column takes its place: NULLs never collide.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    true,
)

from store.columns import Blob, Moment, Serial

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# On MySQL texts that differ by case or accent would be equal otherwise: the keys `k` and `K` are two everywhere else.
EXACT: dict[str, Any] = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}

Id = String(40)
Hash = String(64)


def owned_by_user(*, nullable: bool = False) -> Column[str]:
    return Column("user_id", Id, ForeignKey("users.id"), nullable=nullable)


users = Table(
    "users",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", String(100), nullable=False),
    Column("is_owner", Boolean, nullable=False),
    Column("slots", Integer, nullable=False),  # jobs running at once
    Column("queue_limit", Integer, nullable=False),  # jobs waiting at once
    Column("created_at", Moment, nullable=False),
    # person; pool: the shared credits of a place; gone: deleted or linked to another, kept for the ledger's sake
    Column("kind", String(10), nullable=False, server_default="person"),
    **EXACT,
)

identities = Table(
    "identities",
    metadata,
    Column("id", Id, primary_key=True),
    owned_by_user(),
    Column("surface", String(20), nullable=False),  # discord, telegram, password; pool:discord for a guild
    Column("subject", String(190), nullable=False),  # their id there; the email for password
    Column("secret_hash", String(255)),  # argon2id; only for password
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("surface", "subject"),
    Index(None, "user_id"),
    **EXACT,
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", Hash, primary_key=True),
    owned_by_user(),
    Column("kind", String(10), nullable=False),  # cookie, or link: an address that makes cookies
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("opened_by", String(10), nullable=False, server_default="key"),  # key, link or password
    Column("browser", String(200), nullable=False, server_default=""),  # what it calls itself
    Column("last_used_at", Moment),
    Index(None, "expires_at"),
    Index(None, "user_id"),
    **EXACT,
)

invitations = Table(
    "invitations",
    metadata,
    Column("id", Id, primary_key=True),
    owned_by_user(),  # who invites
    Column("token_hash", Hash, nullable=False, unique=True),
    Column("credits", BigInteger),  # in place of the welcome credits; NULL: those
    Column("uses", Integer, nullable=False),
    Column("used", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("withdrawn_at", Moment),
    Index(None, "user_id"),
    Index(None, "expires_at"),
    **EXACT,
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Id, primary_key=True),
    owned_by_user(),
    Column("name", String(100), nullable=False),
    Column("token_hash", Hash, nullable=False, unique=True),
    Column("hint", String(20), nullable=False),  # first characters, to tell keys apart
    Column("created_at", Moment, nullable=False),
    Column("last_used_at", Moment),
    Column("revoked_at", Moment),
    # NULL: no limit
    Column("scopes", JSON(none_as_null=True)),
    Column("monthly_credits", BigInteger),  # what its jobs may spend in a calendar month, UTC
    Column("expires_at", Moment),
    # After a rotation the token before is good for a while.
    Column("old_token_hash", Hash),
    Column("old_token_until", Moment),
    Index(None, "user_id"),
    Index(None, "old_token_hash"),
    **EXACT,
)

balances = Table(
    "balances",
    metadata,
    Column("user_id", Id, ForeignKey("users.id"), primary_key=True),
    Column("credits", BigInteger, nullable=False),  # the sum of the user's ledger, never below 0
    **EXACT,
)

ledger = Table(
    "ledger",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    owned_by_user(),
    Column("kind", String(10), nullable=False),  # grant, purchase, refund, hold, capture, release, transfer
    Column("credits", BigInteger, nullable=False),  # signed: what it did to the balance
    Column("job_id", Id),
    # held or settled. Capture and release are both 'settled': a job is settled once, by the schema.
    Column("outcome", String(10)),
    Column("key", String(190)),  # of a grant, purchase or transfer: the same key counts once
    Column("note", String(200), nullable=False),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("job_id", "outcome"),
    UniqueConstraint("user_id", "key"),
    Index(None, "user_id", "id"),
    **EXACT,
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", Id, primary_key=True),
    owned_by_user(),
    Column("capability", String(20), nullable=False),
    Column("params", JSON, nullable=False),
    Column("batch_key", String(100), nullable=False),  # equal keys can share a forward pass
    Column("price", BigInteger, nullable=False),
    Column("state", String(10), nullable=False),  # queued, running, succeeded, failed, cancelled
    Column("turn", BigInteger, nullable=False),  # virtual time at which it is served
    # `turn` while the job may be claimed (queued, with a slot), else NULL: the claim reads this index and no more.
    Column("ready_turn", BigInteger),
    # Held from the moment it is the job's turn in its user's line until it ends. NULL otherwise.
    Column("slot", Integer),
    Column("attempt", Integer, nullable=False),  # how often it was claimed; the fence of settlement
    Column("lease_until", Moment),
    Column("cancel_requested", Boolean, nullable=False),
    Column("progress", Float, nullable=False),  # 0 to 1, as of the last heartbeat
    Column("idempotency_key", String(190)),
    Column("reply_to", JSON),  # {"courier": kind, ...address}
    Column("error_code", String(40)),
    Column("error_message", Text),
    Column("created_at", Moment, nullable=False),
    Column("started_at", Moment),
    Column("finished_at", Moment),
    Column("paid_by", Id),  # the pool that paid; NULL: its user
    Column("key_id", Id),  # the API key that asked for it; NULL: something else did
    # Heard while it is made: a worker in another process leaves the sound in `pieces` as it comes.
    Column("streamed", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("user_id", "slot"),
    UniqueConstraint("user_id", "idempotency_key"),
    Index(None, "ready_turn"),
    Index(None, "state", "turn"),
    Index(None, "user_id", "state", "turn"),
    Index(None, "user_id", "id"),
    Index(None, "finished_at"),
    Index(None, "paid_by", "id"),
    Index(None, "key_id", "created_at"),
    **EXACT,
)

clips = Table(
    "clips",
    metadata,
    Column("id", Id, primary_key=True),
    owned_by_user(),
    Column("job_id", Id, ForeignKey("jobs.id"), nullable=False, unique=True),
    Column("capability", String(20), nullable=False),
    Column("model", String(60), nullable=False),
    Column("model_revision", String(60), nullable=False),
    Column("object_key", String(190), nullable=False),
    Column("format", String(20), nullable=False),
    Column("content_type", String(60), nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("sample_rate", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Index(None, "user_id", "id"),
    Index(None, "expires_at"),
    **EXACT,
)

uploads = Table(
    "uploads",
    metadata,
    Column("id", Id, primary_key=True),
    owned_by_user(),
    Column("object_key", String(190), nullable=False),
    Column("seconds", Float, nullable=False),  # 0 until it is judged
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("incoming_key", String(190)),  # where a link lets a client put it; NULL: it came through us
    Column("judged", Boolean, nullable=False, server_default=true()),  # decoded and measured by us
    Index(None, "expires_at"),
    **EXACT,
)

pieces = Table(
    "pieces",
    metadata,
    # Sound on its way from the process that makes it to the one where it is heard. Nobody's once the job has ended.
    Column("job_id", Id, primary_key=True),
    Column("attempt", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("sample_rate", Integer, nullable=False),
    Column("samples", Blob, nullable=False),  # float32, little endian
    Column("words", JSON, nullable=False),  # where its text is heard
    Column("created_at", Moment, nullable=False),
    Index(None, "created_at"),
    **EXACT,
)

voices = Table(
    "voices",
    metadata,
    Column("id", Id, primary_key=True),
    owned_by_user(),
    Column("name", String(60), nullable=False),
    Column("description", String(500), nullable=False),
    Column("language", String(20), nullable=False),
    Column("object_key", String(190), nullable=False),  # the reference clip
    Column("seconds", Float, nullable=False),
    Column("consent_by", String(190), nullable=False),  # who ticked that the speaker agreed
    Column("consent_at", Moment, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("labels", JSON(none_as_null=True)),  # {name: text}; NULL: none
    Column("settings", JSON(none_as_null=True)),  # how it speaks when a request does not say; NULL: as all do
    UniqueConstraint("user_id", "name"),
    **EXACT,
)

dictionaries = Table(
    "dictionaries",
    metadata,
    Column("id", Id, primary_key=True),
    owned_by_user(),
    Column("name", String(60), nullable=False),
    Column("description", String(500), nullable=False),
    Column("always", Boolean, nullable=False),  # applied to all that the user says
    Column("version", Integer, nullable=False),  # counts up with each change of the rules
    Column("rules", JSON, nullable=False),
    Column("rule_count", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    UniqueConstraint("user_id", "name"),
    **EXACT,
)

endpoints = Table(
    "endpoints",
    metadata,
    Column("id", Id, primary_key=True),
    owned_by_user(),
    Column("url", String(2000), nullable=False),
    Column("secret", String(120), nullable=False),  # whsec_...: needed in the clear to sign
    Column("events", JSON, nullable=False),  # list of event types; empty: all
    Column("description", String(200), nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("name", String(100), nullable=False, server_default=""),
    # One per user at most: it has no URL of its own and signs what goes to a job's `webhook_url`.
    Column("one_off", Boolean, nullable=False, server_default=false()),
    Column("old_secret", String(120)),  # signs too, until then
    Column("old_secret_until", Moment),
    Column("headers", JSON),  # sent along; NULL: none
    Column("per_second", Integer),  # at most so many requests; NULL: as many as it takes
    Column("disabled_because", String(20)),  # gone or failing; NULL when its owner did it
    Column("failures", Integer, nullable=False, server_default="0"),  # rounds that failed since the last success
    Column("failing_since", Moment),
    Column("paused_until", Moment),  # nothing new is due before
    Column("last_failure_at", Moment),
    Column("last_failure_status", Integer),
    Index(None, "user_id"),
    **EXACT,
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Id, primary_key=True),
    owned_by_user(),
    Column("job_id", Id),
    Column("event", String(40), nullable=False),  # job.succeeded, ...
    Column("courier", String(20), nullable=False),  # discord, telegram, webhook
    Column("address", JSON, nullable=False),
    Column("key", String(190), nullable=False, unique=True),  # one promise, one row
    Column("attempt", Integer, nullable=False),
    # When it may be tried next; NULL once delivered or given up. A claim moves it past its lease.
    Column("due_at", Moment),
    Column("delivered_at", Moment),
    Column("last_error", String(500)),
    Column("created_at", Moment, nullable=False),
    Column("lane", String(190), nullable=False, server_default=""),  # what fails together: an endpoint, a chat's user
    Column("payload", JSON),  # of an event that is not about a job
    Column("tries", Integer, nullable=False, server_default="0"),  # attempts since it was last put on its way
    Column("claimed", Boolean, nullable=False, server_default=false()),  # somebody is at it, until `due_at`
    # With the lane in it, a claim passes over full lanes without looking at their rows.
    Index(None, "courier", "due_at", "lane"),
    Index(None, "lane", "due_at"),
    Index(None, "lane", "id"),
    Index(None, "job_id"),
    Index(None, "created_at"),
    **EXACT,
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("delivery_id", Id, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("status", Integer),  # NULL: there was no answer
    Column("milliseconds", Integer, nullable=False),
    Column("error", String(500)),  # NULL: delivered
    Column("snippet", Text, nullable=False),  # how the answer begins
    Index(None, "delivery_id", "id"),
    Index(None, "at"),
    **EXACT,
)

hooks = Table(
    "hooks",
    metadata,
    # Addresses of ours that others post to.
    Column("id", Id, primary_key=True),
    owned_by_user(),
    Column("name", String(100), nullable=False),
    Column("token_hash", Hash, nullable=False, unique=True),
    Column("hint", String(20), nullable=False),  # first characters, to tell tokens apart
    Column("capability", String(20), nullable=False),
    Column("options", JSON, nullable=False),  # those that are the same each time
    Column("template", JSON, nullable=False),  # those that come from what is posted
    Column("reply", JSON, nullable=False),  # where the outcome goes
    Column("scheme", String(20)),  # how posts are signed; NULL: they are not
    Column("signature_header", String(100)),
    Column("secret", String(200)),  # needed in the clear to verify
    Column("per_minute", Integer, nullable=False),
    Column("enabled", Boolean, nullable=False),
    # After a rotation the token before is good for a while.
    Column("old_token_hash", Hash),
    Column("old_token_until", Moment),
    Column("created_at", Moment, nullable=False),
    Column("last_used_at", Moment),
    Column("accepted", Integer, nullable=False),
    Column("refused", Integer, nullable=False),
    Index(None, "user_id"),
    Index(None, "old_token_hash"),
    **EXACT,
)

hook_calls = Table(
    "hook_calls",
    metadata,
    Column("id", Id, primary_key=True),
    owned_by_user(),
    Column("hook_id", Id, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("status", Integer, nullable=False),  # what was answered
    Column("error", String(500)),  # NULL: accepted
    Column("job_id", Id),
    Index(None, "hook_id", "id"),
    Index(None, "user_id", "id"),
    Index(None, "created_at"),
    **EXACT,
)

preferences = Table(
    "preferences",
    metadata,
    Column("user_id", Id, ForeignKey("users.id"), primary_key=True),
    # NULL: none chosen
    Column("language", String(35)),  # BCP 47
    Column("voice", String(60)),  # id of the voice that speaks when none is named
    Column("speed", Float),
    Column("format", String(10)),
    Column("private", Boolean, nullable=False),  # answers that only they see
    Column("bubbles", Boolean, nullable=False),  # clips as voice messages
    **EXACT,
)

purchases = Table(
    "purchases",
    metadata,
    Column("key_hash", Hash, primary_key=True),  # of the payment's own id: it counts once, whoever has the credits now
    owned_by_user(),
    Column("credits", BigInteger, nullable=False),
    Column("refunded", BigInteger),  # how many were taken back
    Column("created_at", Moment, nullable=False),
    Index(None, "user_id"),
    **EXACT,
)

places = Table(
    "places",
    metadata,
    Column("surface", String(20), primary_key=True),
    Column("place_id", String(100), primary_key=True),
    Column("rules", JSON, nullable=False),
    **EXACT,
)

link_codes = Table(
    "link_codes",
    metadata,
    Column("code_hash", Hash, primary_key=True),
    owned_by_user(),
    Column("expires_at", Moment, nullable=False),
    Index(None, "user_id"),
    Index(None, "expires_at"),
    **EXACT,
)

link_attempts = Table(
    "link_attempts",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    owned_by_user(),
    Column("created_at", Moment, nullable=False),
    Index(None, "user_id", "created_at"),
    Index(None, "created_at"),
    **EXACT,
)

departures = Table(
    "departures",
    metadata,
    # Users that are gone, and whose things are to be swept once more.
    Column("user_id", Id, ForeignKey("users.id"), primary_key=True),
    Column("left_at", Moment, nullable=False),
    **EXACT,
)

farewells = Table(
    "farewells",
    metadata,
    Column("identity_hash", Hash, primary_key=True),  # who left is not welcomed again with credits before `until`
    Column("until", Moment, nullable=False),
    Index(None, "until"),
    **EXACT,
)

inbox = Table(
    "inbox",
    metadata,
    # What a platform has told us, by its own number: confirmed to it once it stands here.
    Column("surface", String(40), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("content", JSON(none_as_null=True)),  # NULL: it has been seen to
    Column("created_at", Moment, nullable=False),
    Index(None, "created_at"),
    **EXACT,
)
