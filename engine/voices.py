"""Voices: those of the models and those that users added."""

from __future__ import annotations

from dataclasses import dataclass

from engine.errors import NotFound
from engine.offers import BuiltInVoice, Offers
from store import Database, read, voices
from store.records import User, Voice


@dataclass(frozen=True, slots=True)
class Voices:
    db: Database
    offers: Offers

    def built_in(self) -> list[BuiltInVoice]:
        return [voice for offer in self.offers.values() for voice in offer.voices]

    async def mine(self, user: User) -> list[Voice]:
        async with read(self.db) as tx:
            return await voices.of_user(tx, user.id)

    async def resolve(self, user: User, capability: str, wanted: str | None) -> str:
        """The id of the voice that a request means by id or name, upper and lower case alike.

        None means the default. Raises `NotFound` with the names there are.
        """
        usable = self.offers[capability].voices
        if wanted is None:
            return usable[0].id
        for voice in usable:
            if wanted.strip().casefold() in (voice.id.casefold(), voice.name.casefold()):
                return voice.id
        known = ", ".join(voice.id for voice in usable)
        raise NotFound(f"There is no voice called {wanted[:60]!r} for this. Choose one of: {known}.", field="voice")
