"""What platforms have told us"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from store.columns import Moment

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

EXACT: dict[str, Any] = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def upgrade() -> None:
    op.create_table(
        "inbox",
        sa.Column("surface", sa.String(length=40), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("content", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("surface", "number", name=op.f("pk_inbox")),
        **EXACT,
    )
    op.create_index(op.f("ix_inbox_created_at"), "inbox", ["created_at"])


def downgrade() -> None:
    op.drop_table("inbox")
