"""Voices: those of the models and those that users added."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError

from engine.clock import now
from engine.errors import Conflict, InvalidInput, NotAllowed, NotFound
from engine.offers import BuiltInVoice, Offers
from engine.sandbox import Sandbox
from store import Database, begin, read, voices
from store.columns import new_id, storable
from store.objects import Objects
from store.records import User, Voice

SHORTEST_SECONDS, LONGEST_SECONDS = 3.0, 60.0
MOST_VOICES = 100


@dataclass(frozen=True, slots=True)
class Voices:
    db: Database
    objects: Objects
    offers: Offers
    sandbox: Sandbox

    def built_in(self) -> list[BuiltInVoice]:
        """Each once, though two capabilities may have it."""
        return list({voice.id: voice for offer in self.offers.values() for voice in offer.voices}.values())

    async def mine(self, user: User) -> list[Voice]:
        async with read(self.db) as tx:
            return await voices.of_user(tx, user.id)

    async def add(
        self, user: User, data: bytes, *, name: str, consent: bool, description: str = "", language: str = "en"
    ) -> Voice:
        """A voice from a clip of 3 to 60 s of one person speaking.

        Raises `NotAllowed` without the speaker's consent, `InvalidInput`, `ClipUnreadable`, `ClipTooLong`, and
        `Conflict` for a name in use.
        """
        if not consent:
            raise NotAllowed("A voice can only be added when its speaker agreed. Confirm that first.")
        name = await self._free_name(user, name)
        prepared = await self.sandbox.prepare(data, max_seconds=LONGEST_SECONDS)
        if prepared.sounding_seconds < SHORTEST_SECONDS:
            heard = f"{prepared.sounding_seconds:.1f} s"
            raise InvalidInput(f"There is too little to hear in this clip ({heard}): it needs {SHORTEST_SECONDS:g} s.")
        voice_id, moment = new_id("voice"), now()
        voice = Voice(
            id=voice_id,
            user_id=user.id,
            name=name,
            description=storable(description.strip())[:500],
            language=language[:20],
            object_key=f"voices/{voice_id}.flac",
            seconds=prepared.seconds,
            consent_by=user.name,
            consent_at=moment,
            created_at=moment,
        )
        await self.objects.put(voice.object_key, prepared.data, "audio/flac")
        try:
            async with begin(self.db) as tx:
                await voices.insert_voice(tx, voice)
        except IntegrityError as error:
            await self.objects.delete([voice.object_key])
            raise Conflict(f"You have a voice called {name!r} already.", field="name") from error
        return voice

    async def _free_name(self, user: User, name: str) -> str:
        name = storable(name.strip())
        if not 1 <= len(name) <= 60:
            raise InvalidInput("A voice needs a name of 1 to 60 characters.", field="name")
        taken = [voice.id for voice in self.built_in()] + [voice.name for voice in self.built_in()]
        mine = await self.mine(user)
        if name.casefold() in {other.casefold() for other in [*taken, *(voice.name for voice in mine)]}:
            raise Conflict(f"There is a voice called {name!r} already. Choose another name.", field="name")
        if len(mine) >= MOST_VOICES:
            raise InvalidInput(f"You have {MOST_VOICES} voices, which is the limit. Delete one first.")
        return name

    async def delete(self, user: User, voice_id: str) -> None:
        """Raises `NotFound`, also for somebody else's."""
        async with begin(self.db) as tx:
            voice = await voices.take(tx, user.id, voice_id)
        if voice is None:
            raise NotFound("You have no such voice.")
        await self.objects.delete([voice.object_key])

    async def resolve(self, user: User, capability: str, wanted: str | None) -> str:
        """The id of the voice that a request means by id or name, upper and lower case alike.

        None means the default. Raises `NotFound` with the names there are.
        """
        offer = self.offers[capability]
        if wanted is None:
            return offer.voices[0].id
        name = wanted.strip().casefold()
        mine = await self.mine(user) if offer.clones else []
        usable: list[BuiltInVoice | Voice] = [*offer.voices, *mine]
        for voice in usable:
            if name in (voice.id.casefold(), voice.name.casefold()):
                return voice.id
        known = ", ".join([voice.id for voice in offer.voices] + [voice.name for voice in mine][:20])
        raise NotFound(f"There is no voice called {wanted[:60]!r} for this. Choose one of: {known}.", field="voice")
