"""Webhooks: rotation, headers, limits and health of endpoints; lanes, payloads and attempts of deliveries"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from store.columns import Moment

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

EXACT: dict[str, Any] = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def upgrade() -> None:
    # Not in batch mode: that would copy the whole table on SQLite, where adding a column costs nothing.
    for column in (
        sa.Column("name", sa.String(length=100), nullable=False, server_default=""),
        sa.Column("one_off", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("old_secret", sa.String(length=120), nullable=True),
        sa.Column("old_secret_until", Moment(), nullable=True),
        sa.Column("headers", sa.JSON(), nullable=True),
        sa.Column("per_second", sa.Integer(), nullable=True),
        sa.Column("disabled_because", sa.String(length=20), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("failing_since", Moment(), nullable=True),
        sa.Column("paused_until", Moment(), nullable=True),
        sa.Column("last_failure_at", Moment(), nullable=True),
        sa.Column("last_failure_status", sa.Integer(), nullable=True),
    ):
        op.add_column("endpoints", column)
    _deliveries()
    _attempts()


def _deliveries() -> None:
    op.add_column("deliveries", sa.Column("lane", sa.String(length=190), nullable=False, server_default=""))
    op.add_column("deliveries", sa.Column("payload", sa.JSON(), nullable=True))
    op.add_column("deliveries", sa.Column("tries", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("deliveries", sa.Column("claimed", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index(op.f("ix_deliveries_courier_due_at_lane"), "deliveries", ["courier", "due_at", "lane"])
    op.create_index(op.f("ix_deliveries_lane_due_at"), "deliveries", ["lane", "due_at"])
    op.create_index(op.f("ix_deliveries_lane_id"), "deliveries", ["lane", "id"])
    op.drop_index(op.f("ix_deliveries_courier_due_at"), "deliveries")
    # Those that are under way keep counting where they were. A chat's replies wait for each other by user.
    op.execute("UPDATE deliveries SET tries = attempt, lane = user_id")


def _attempts() -> None:
    op.create_table(
        "attempts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("delivery_id", sa.String(length=40), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=500), nullable=True),
        sa.Column("snippet", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
        **EXACT,
    )
    op.create_index(op.f("ix_attempts_delivery_id_id"), "attempts", ["delivery_id", "id"])
    op.create_index(op.f("ix_attempts_at"), "attempts", ["at"])


def downgrade() -> None:
    raise RuntimeError("Endpoints would lose their secrets: restore a backup instead.")
