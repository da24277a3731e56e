"""Uploads by link, settings and labels of voices, sound between processes"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from store.columns import Blob, Moment

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

EXACT: dict[str, Any] = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def upgrade() -> None:
    # Not in batch mode, as in 0004.
    op.add_column("uploads", sa.Column("incoming_key", sa.String(length=190), nullable=True))
    op.add_column("uploads", sa.Column("judged", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.add_column("voices", sa.Column("labels", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("voices", sa.Column("settings", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("jobs", sa.Column("streamed", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "pieces",
        sa.Column("job_id", sa.String(length=40), nullable=False),
        sa.Column("attempt", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sample_rate", sa.Integer(), nullable=False),
        sa.Column("samples", Blob, nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("job_id", "attempt", "number", name=op.f("pk_pieces")),
        **EXACT,
    )
    op.create_index(op.f("ix_pieces_created_at"), "pieces", ["created_at"])


def downgrade() -> None:
    op.drop_table("pieces")
    for table, names in (
        ("jobs", ("streamed",)),
        ("voices", ("settings", "labels")),
        ("uploads", ("judged", "incoming_key")),
    ):
        for name in names:
            op.drop_column(table, name)
