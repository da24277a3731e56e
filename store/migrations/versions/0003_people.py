"""Linked accounts, preferences, purchases, pools and places, and people who leave"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from store.columns import Moment

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

EXACT: dict[str, Any] = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def upgrade() -> None:
    # Not in batch mode: that would copy the whole table on SQLite, where adding a column costs nothing.
    op.add_column("users", sa.Column("kind", sa.String(length=10), nullable=False, server_default="person"))
    op.add_column("jobs", sa.Column("paid_by", sa.String(length=40), nullable=True))
    op.create_index(op.f("ix_jobs_paid_by_id"), "jobs", ["paid_by", "id"])
    _what_people_have()
    _linking()
    _leaving()


def _what_people_have() -> None:
    op.create_table(
        "preferences",
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=True),
        sa.Column("voice", sa.String(length=60), nullable=True),
        sa.Column("speed", sa.Float(), nullable=True),
        sa.Column("format", sa.String(length=10), nullable=True),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("bubbles", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_preferences_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_preferences")),
        **EXACT,
    )
    op.create_table(
        "purchases",
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("credits", sa.BigInteger(), nullable=False),
        sa.Column("refunded", sa.BigInteger(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_purchases_user_id")),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("pk_purchases")),
        **EXACT,
    )
    op.create_index(op.f("ix_purchases_user_id"), "purchases", ["user_id"])
    op.create_table(
        "places",
        sa.Column("surface", sa.String(length=20), nullable=False),
        sa.Column("place_id", sa.String(length=100), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("surface", "place_id", name=op.f("pk_places")),
        **EXACT,
    )


def _linking() -> None:
    op.create_table(
        "link_codes",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_link_codes_user_id")),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_link_codes")),
        **EXACT,
    )
    op.create_index(op.f("ix_link_codes_user_id"), "link_codes", ["user_id"])
    op.create_index(op.f("ix_link_codes_expires_at"), "link_codes", ["expires_at"])
    op.create_table(
        "link_attempts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_link_attempts_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_attempts")),
        **EXACT,
    )
    op.create_index(op.f("ix_link_attempts_user_id_created_at"), "link_attempts", ["user_id", "created_at"])
    op.create_index(op.f("ix_link_attempts_created_at"), "link_attempts", ["created_at"])


def _leaving() -> None:
    op.create_table(
        "departures",
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("left_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_departures_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_departures")),
        **EXACT,
    )
    op.create_table(
        "farewells",
        sa.Column("identity_hash", sa.String(length=64), nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("identity_hash", name=op.f("pk_farewells")),
        **EXACT,
    )
    op.create_index(op.f("ix_farewells_until"), "farewells", ["until"])


def downgrade() -> None:
    raise RuntimeError("What was linked or bought cannot be undone: restore a backup instead.")
