"""Credits that were paid for. Each payment counts once, whoever has the credits by now."""

from __future__ import annotations

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.columns import columns_of, values_of
from store.records import Purchase
from store.tables import purchases

PURCHASE = columns_of(Purchase, purchases)


async def insert_purchase(tx: AsyncConnection, purchase: Purchase) -> None:
    """Raises `IntegrityError` when this payment was counted before."""
    await tx.execute(insert(purchases).values(values_of(purchase, PURCHASE)))


async def get(tx: AsyncConnection, key_hash: str) -> Purchase | None:
    row = (await tx.execute(select(*PURCHASE).where(purchases.c.key_hash == key_hash))).one_or_none()
    return Purchase(**row._asdict()) if row else None


async def refunded(tx: AsyncConnection, purchase: Purchase, credits: int) -> None:
    await tx.execute(update(purchases).where(purchases.c.key_hash == purchase.key_hash).values(refunded=credits))
