"""What is told to others, and what others tell us."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, Index, Integer, String, Table, Text, false

from store.columns import Moment, Serial
from store.tables.declaring import EXACT, Hash, Id, metadata, owned_by_user

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

places = Table(
    "places",
    metadata,
    Column("surface", String(20), primary_key=True),
    Column("place_id", String(100), primary_key=True),
    Column("rules", JSON, nullable=False),
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
