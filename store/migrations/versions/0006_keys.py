"""What a key may do, spend and for how long, and which key made a job"""

import sqlalchemy as sa
from alembic import op

from store.columns import Moment

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not in batch mode: that would copy the whole table on SQLite, where adding a column costs nothing.
    op.add_column("api_keys", sa.Column("scopes", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("api_keys", sa.Column("monthly_credits", sa.BigInteger(), nullable=True))
    op.add_column("api_keys", sa.Column("expires_at", Moment(), nullable=True))
    op.add_column("api_keys", sa.Column("old_token_hash", sa.String(length=64), nullable=True))
    op.add_column("api_keys", sa.Column("old_token_until", Moment(), nullable=True))
    op.create_index(op.f("ix_api_keys_old_token_hash"), "api_keys", ["old_token_hash"])
    op.add_column("jobs", sa.Column("key_id", sa.String(length=40), nullable=True))
    op.create_index(op.f("ix_jobs_key_id_created_at"), "jobs", ["key_id", "created_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_jobs_key_id_created_at"), table_name="jobs")
    op.drop_column("jobs", "key_id")
    op.drop_index(op.f("ix_api_keys_old_token_hash"), table_name="api_keys")
    for name in ("old_token_until", "old_token_hash", "expires_at", "monthly_credits", "scopes"):
        op.drop_column("api_keys", name)
