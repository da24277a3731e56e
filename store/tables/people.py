"""Who there is: users, how they sign in, and what they like."""

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
    UniqueConstraint,
)

from store.columns import Moment, Serial
from store.tables.declaring import EXACT, Hash, Id, metadata, owned_by_user

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
