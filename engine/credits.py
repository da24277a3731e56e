"""Credits as the surfaces see them."""

from __future__ import annotations

from dataclasses import dataclass

from engine.clock import now
from engine.errors import InvalidInput, NotEnoughCredits
from store import Database, begin, ledger, read
from store.ledger import Finding
from store.records import LedgerEntry, User


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
        """False: this key was granted before. Raises `InvalidInput` for an amount below 1."""
        _positive(credits)
        async with begin(self.db) as tx:
            return await ledger.grant(
                tx, user_id=user.id, credits=credits, kind=kind, key=key, note=note[:200], now=now()
            )

    async def transfer(self, sender: User, receiver: User, credits: int, *, key: str | None = None) -> None:
        """Raises `NotEnoughCredits`, and `InvalidInput` for an amount below 1 or to oneself."""
        _positive(credits)
        if sender.id == receiver.id:
            raise InvalidInput("You cannot give credits to yourself.")
        async with begin(self.db) as tx:
            if not await ledger.transfer(
                tx, sender=sender.id, receiver=receiver.id, credits=credits, key=key, now=now()
            ):
                have = await ledger.balance(tx, sender.id)
                raise NotEnoughCredits(f"You have {have:,} credits and cannot give {credits:,}.")

    async def audit(self) -> list[Finding]:
        """Every way in which the books do not agree; empty when all is exact."""
        async with read(self.db) as tx:
            return await ledger.audit(tx)


def _positive(credits: int) -> None:
    if credits < 1:
        raise InvalidInput("The amount must be at least 1 credit.", field="credits")
