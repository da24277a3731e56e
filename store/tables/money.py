"""Credits: what each user has, every movement of them, and what was bought."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, String, Table, UniqueConstraint

from store.columns import Moment, Serial
from store.tables.declaring import EXACT, Hash, Id, metadata, owned_by_user

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
