"""Credits as the surfaces see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from engine import events
from engine.clock import now
from engine.errors import Conflict, InvalidInput, NotEnoughCredits, NotFound
from engine.tokens import digest
from store import Database, begin, ledger, purchases, read, usage, users
from store.ledger import Finding
from store.records import LedgerEntry, Purchase, User
from store.usage import Usage

LONGEST_KEY = 180
"""Of a payment: it stands in the ledger after `purchase:`."""


@dataclass(frozen=True, slots=True)
class Credits:
    db: Database

    async def balance(self, user: User) -> int:
        """What the user can spend: holds of unfinished jobs are already taken off."""
        async with read(self.db) as tx:
            return await ledger.balance(tx, user.id)

    async def entries(self, user: User, *, before: int | None = None, limit: int = 50) -> list[LedgerEntry]:
        """Newest first; `before` is the id where the last page ended."""
        async with read(self.db) as tx:
            return await ledger.page(tx, user.id, before=before, limit=limit)

    async def grant(
        self, user: User, credits: int, *, kind: str = "grant", key: str | None = None, note: str = ""
    ) -> bool:
        """False: this key was granted before. Raises `InvalidInput` for an amount below 1, and `NotFound`."""
        _positive(credits)
        async with begin(self.db) as tx:
            await _require_open(tx, user)
            granted = await ledger.grant(
                tx, user_id=user.id, credits=credits, kind=kind, key=key, note=note[:200], now=now()
            )
            if granted:
                await events.credits_granted(tx, user.id, credits, kind=kind, note=note[:200])
            return granted

    async def transfer(self, sender: User, receiver: User, credits: int, *, key: str | None = None) -> None:
        """Raises `NotEnoughCredits`, and `InvalidInput` for an amount below 1 or to oneself."""
        _positive(credits)
        if sender.id == receiver.id:
            raise InvalidInput("You cannot give credits to yourself.")
        async with begin(self.db) as tx:
            await ledger.lock_all(tx, (sender.id, receiver.id))
            await _require_open(tx, receiver)
            if not await ledger.transfer(
                tx, sender=sender.id, receiver=receiver.id, credits=credits, key=key, now=now()
            ):
                have = await ledger.balance(tx, sender.id)
                raise NotEnoughCredits(f"You have {have:,} credits and cannot give {credits:,}.")
            told = f"{sender.id}:{key}" if key else None
            await events.credits_granted(tx, receiver.id, credits, kind="transfer", key=told)

    async def purchase(self, user: User, credits: int, *, key: str, note: str = "") -> bool:
        """Credits that were paid for; `key` is the payment's own id, which counts once, whoever has the credits now.

        False: it was counted before. Raises `NotFound` for a user that left meanwhile: look the payer up again.
        """
        _positive(credits)
        if not 1 <= len(key) <= LONGEST_KEY:
            raise InvalidInput(f"The id of a payment has 1 to {LONGEST_KEY} characters.", field="key")
        moment = now()
        bought = Purchase(key_hash=digest(key), user_id=user.id, credits=credits, refunded=None, created_at=moment)
        try:
            async with begin(self.db) as tx:
                await _require_open(tx, user)
                await purchases.insert_purchase(tx, bought)
                await ledger.grant(
                    tx,
                    user_id=user.id,
                    credits=credits,
                    kind="purchase",
                    key=f"purchase:{key}",
                    note=note[:200],
                    now=moment,
                )
                await events.credits_granted(tx, user.id, credits, kind="purchase", note=note[:200])
        except IntegrityError:
            return False
        return True

    async def refund(self, key: str, *, only_what_is_left: bool = False) -> int:
        """Takes the credits of a purchase back and returns how many; the same number when asked again.

        Raises `NotFound` for a payment that was never counted, and `Conflict` when some of them are spent, unless
        `only_what_is_left` will do.
        """
        async with begin(self.db) as tx:
            bought = await self._lock_purchase(tx, key)
            if bought.refunded is not None:
                return bought.refunded
            left = min(bought.credits, await ledger.balance(tx, bought.user_id))
            if left < bought.credits and not only_what_is_left:
                raise Conflict(
                    f"Of the {bought.credits:,} credits of this payment {left:,} are left; the others were spent. "
                    "Nothing was taken back."
                )
            if left:
                await ledger.take_back(tx, user_id=bought.user_id, credits=left, note="refund", now=now())
            await purchases.refunded(tx, bought, left)
        return left

    async def _lock_purchase(self, tx: AsyncConnection, key: str) -> Purchase:
        """Whoever has it by now, their balance locked: an account may be linked while we wait for the lock."""
        bought = await purchases.get(tx, digest(key))
        while bought:
            await ledger.lock(tx, bought.user_id)
            again = await purchases.get(tx, bought.key_hash)
            if again and again.user_id == bought.user_id:
                return again
            bought = again
        raise NotFound("No payment of that id was counted here.", field="key")

    async def usage(self, account: User, *, since: datetime) -> list[Usage]:
        """What a user's or a pool's credits were spent on since then, by day and capability, newest day first.

        What a pool paid for a user's jobs is the pool's.
        """
        async with read(self.db) as tx:
            find = usage.of_pool if account.kind == "pool" else usage.of_person
            return await find(tx, account.id, since)

    async def audit(self) -> list[Finding]:
        """Every way in which the books do not agree; empty when all is exact."""
        async with read(self.db) as tx:
            return await ledger.audit(tx)


def _positive(credits: int) -> None:
    if credits < 1:
        raise InvalidInput("The amount must be at least 1 credit.", field="credits")


async def _require_open(tx: AsyncConnection, user: User) -> None:
    """Raises `NotFound` for an account that was deleted or linked to another: credits there would be lost."""
    await ledger.lock(tx, user.id)
    if await users.kind_of(tx, user.id) == "gone":
        raise NotFound("This account was deleted or linked to another.")
