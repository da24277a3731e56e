"""What a person may ask of whoever keeps their data: all of it, and that it goes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from engine.archive import Archive
from engine.errors import NotAllowed
from engine.leaving import Leaving, close
from store import Database, begin
from store.records import User


@dataclass(frozen=True, slots=True)
class Privacy:
    db: Database
    archive: Archive
    leaving: Leaving

    def export(self, user: User) -> AsyncIterator[bytes]:
        """A zip, in pieces, while it is made: `account.json` and every file of theirs."""
        return self.archive.of(user)

    async def delete(self, user: User) -> None:
        """Everything of theirs goes: identities, sessions, keys, endpoints, voices, uploads, clips and jobs, with their
        objects; unfinished jobs are cancelled first. Asked again, it goes on where it was.

        The ledger keeps its amounts under an id that leads to nobody, without keys and notes, so that the books still
        add up. For 30 days a hash of each identity is kept, so that nobody is welcomed with credits over and over.
        Raises `NotAllowed` for the owner of the installation and for a pool.
        """
        if user.is_owner:
            raise NotAllowed("The owner's account belongs to the installation and cannot be deleted.")
        if user.kind == "pool":
            raise NotAllowed("The shared credits of a place are not an account of yours.")
        async with begin(self.db) as tx:
            await close(tx, user)
        await self.leaving.sweep(user.id)
