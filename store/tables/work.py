"""What is made, and what it is made from."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    true,
)

from store.columns import Blob, Moment
from store.tables.declaring import EXACT, Id, metadata, owned_by_user

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
