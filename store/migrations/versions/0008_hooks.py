"""Inbound hooks"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from store.columns import Moment

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

EXACT: dict[str, Any] = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def upgrade() -> None:
    op.create_table(
        "hooks",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("hint", sa.String(length=20), nullable=False),
        sa.Column("capability", sa.String(length=20), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("template", sa.JSON(), nullable=False),
        sa.Column("reply", sa.JSON(), nullable=False),
        sa.Column("scheme", sa.String(length=20), nullable=True),
        sa.Column("signature_header", sa.String(length=100), nullable=True),
        sa.Column("secret", sa.String(length=200), nullable=True),
        sa.Column("per_minute", sa.Integer(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("old_token_hash", sa.String(length=64), nullable=True),
        sa.Column("old_token_until", Moment(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("last_used_at", Moment(), nullable=True),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_hooks_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hooks")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_hooks_token_hash")),
        **EXACT,
    )
    op.create_index(op.f("ix_hooks_user_id"), "hooks", ["user_id"])
    op.create_index(op.f("ix_hooks_old_token_hash"), "hooks", ["old_token_hash"])
    op.create_table(
        "hook_calls",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("hook_id", sa.String(length=40), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=500), nullable=True),
        sa.Column("job_id", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_hook_calls_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hook_calls")),
        **EXACT,
    )
    op.create_index(op.f("ix_hook_calls_hook_id_id"), "hook_calls", ["hook_id", "id"])
    op.create_index(op.f("ix_hook_calls_user_id_id"), "hook_calls", ["user_id", "id"])
    op.create_index(op.f("ix_hook_calls_created_at"), "hook_calls", ["created_at"])


def downgrade() -> None:
    op.drop_table("hook_calls")
    op.drop_table("hooks")
