"""Voices: those of the models and those that users added."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.exc import IntegrityError

from engine import events
from engine.clock import now
from engine.errors import Conflict, InvalidInput, NotAllowed, NotFound
from engine.offers import BuiltInVoice, Offer, Offers
from engine.sandbox import Sandbox
from engine.voice_search import AnyVoice, search
from store import Database, begin, preferences, read, voices
from store.columns import new_id, storable
from store.objects import ObjectMissing, Objects
from store.records import User, Voice

SHORTEST_SECONDS, LONGEST_SECONDS = 3.0, 60.0
MOST_VOICES = 100
MOST_LABELS = 50
LINK_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class VoiceInfo:
    """`usable_for`: capabilities by name. `mine`: the user added it. `is_default`: it speaks when none is named."""

    voice: AnyVoice
    mine: bool
    usable_for: tuple[str, ...]
    is_default: bool


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
        self,
        user: User,
        data: bytes,
        *,
        name: str,
        consent: bool,
        description: str = "",
        language: str = "en",
        labels: Mapping[str, str] | None = None,
    ) -> Voice:
        """A voice from a clip of 3 to 60 s of one person speaking.

        Raises `NotAllowed` without the speaker's consent, `InvalidInput`, `ClipUnreadable`, `ClipTooLong`, and
        `Conflict` for a name in use.
        """
        if not consent:
            raise NotAllowed("A voice can only be added when its speaker agreed. Confirm that first.")
        name, labelled = await self._free_name(user, name), _labels(labels or {})
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
            labels=labelled,
        )
        await self.objects.put(voice.object_key, prepared.data, "audio/flac")
        try:
            async with begin(self.db) as tx:
                await voices.insert_voice(tx, voice)
                await events.about_voice(tx, voice, "voice.created")
        except IntegrityError as error:
            await self.objects.delete([voice.object_key])
            raise Conflict(f"You have a voice called {name!r} already.", field="name") from error
        return voice

    async def _free_name(self, user: User, name: str, *, but: Voice | None = None) -> str:
        name = storable(name.strip())
        if not 1 <= len(name) <= 60:
            raise InvalidInput("A voice needs a name of 1 to 60 characters.", field="name")
        taken = [voice.id for voice in self.built_in()] + [voice.name for voice in self.built_in()]
        mine = [voice for voice in await self.mine(user) if but is None or voice.id != but.id]
        if name.casefold() in {other.casefold() for other in [*taken, *(voice.name for voice in mine)]}:
            raise Conflict(f"There is a voice called {name!r} already. Choose another name.", field="name")
        if but is None and len(mine) >= MOST_VOICES:
            raise InvalidInput(f"You have {MOST_VOICES} voices, which is the limit. Delete one first.")
        return name

    async def rename(self, user: User, voice_id: str, name: str) -> Voice:
        """Raises `NotFound`, `InvalidInput`, and `Conflict` for a name in use."""
        voice = await self._mine(user, voice_id)
        name = await self._free_name(user, name, but=voice)
        return await self._change(replace(voice, name=name))

    async def describe(self, user: User, voice_id: str, description: str, *, language: str | None = None) -> Voice:
        """Raises `NotFound`."""
        voice = await self._mine(user, voice_id)
        description = storable(description.strip())[:500]
        return await self._change(
            replace(voice, description=description, language=storable(language or voice.language)[:20])
        )

    async def label(self, user: User, voice_id: str, labels: Mapping[str, str]) -> Voice:
        """In the place of those it has. Raises `NotFound`, and `InvalidInput` for too many."""
        voice = await self._mine(user, voice_id)
        return await self._change(replace(voice, labels=_labels(labels)))

    async def settings_of(self, user: User, voice_id: str) -> dict[str, Any]:
        """What its user has set for it; empty for a built-in voice and for one that is not theirs."""
        if voice_id in {voice.id for voice in self.built_in()}:
            return {}
        async with read(self.db) as tx:
            voice = await voices.of_id(tx, voice_id)
        return voice.settings or {} if voice and voice.user_id == user.id else {}

    async def tune(self, user: User, voice_id: str, settings: Mapping[str, Any]) -> Voice:
        """How it speaks when a request does not say; what is not given stays as it was.

        Raises `NotFound`, and `NotAllowed` for a built-in voice, which is everybody's.
        """
        if voice_id in {voice.id for voice in self.built_in()}:
            raise NotAllowed("A built-in voice is everybody's: send settings with each request instead.")
        async with begin(self.db) as tx:
            voice = await voices.of_id(tx, voice_id, lock=True)
            if voice is None or voice.user_id != user.id:
                raise NotFound("You have no such voice.", field="voice")
            tuned = replace(voice, settings=(voice.settings or {}) | dict(settings))
            await voices.update_voice(tx, tuned)
        return tuned

    async def recording(self, user: User, voice_id: str) -> bytes:
        """The FLAC that a voice of the user's own was made from. Raises `NotFound` and `ObjectsUnavailable`."""
        voice = await self._mine(user, voice_id)
        try:
            return await self.objects.get(voice.object_key)
        except ObjectMissing as error:
            raise NotFound("The recording of this voice is no longer there. Add the voice again.") from error

    async def _mine(self, user: User, voice_id: str) -> Voice:
        async with read(self.db) as tx:
            voice = await voices.of_id(tx, voice_id)
        if voice is None or voice.user_id != user.id:
            raise NotFound("You have no such voice.")
        return voice

    async def _change(self, voice: Voice) -> Voice:
        try:
            async with begin(self.db) as tx:
                if not await voices.update_voice(tx, voice):
                    raise NotFound("You have no such voice.")
        except IntegrityError as error:
            raise Conflict(f"You have a voice called {voice.name!r} already.", field="name") from error
        return voice

    async def search(self, user: User, text: str, *, capability: str | None = None, limit: int = 25) -> list[AnyVoice]:
        """Voices that the letters may mean, by name, id, description and language, best first.

        With `capability` only those that can be used for it. Nothing typed: the built-in ones, then the user's own.
        """
        offers = [self.offers[capability]] if capability else list(self.offers.values())
        usable: list[AnyVoice] = list({voice.id: voice for offer in offers for voice in offer.voices}.values())
        if capability is None or self.offers[capability].clones:
            usable += await self.mine(user)
        return search(usable, text, limit)

    async def info(self, user: User, wanted: str) -> VoiceInfo:
        """Of a voice that the user may use, by id or name. Raises `NotFound`."""
        named = wanted.strip().casefold()
        async with read(self.db) as tx:
            mine = await voices.of_user(tx, user.id)
            default = (await preferences.of_user(tx, user.id)).voice
        known: list[AnyVoice] = [*self.built_in(), *mine]
        for voice in known:
            if named in (voice.id.casefold(), voice.name.casefold()):
                own = isinstance(voice, Voice)
                usable_for = tuple(
                    name
                    for name, offer in self.offers.items()
                    if (offer.clones if own else voice.id in {other.id for other in offer.voices})
                )
                return VoiceInfo(voice, own, usable_for, voice.id == default)
        raise NotFound(f"There is no voice called {wanted[:60]!r}. Look through the list of voices.", field="voice")

    async def sample(self, user: User, voice_id: str) -> str | None:
        """A link to the recording of a voice of the user's own, good for an hour.

        None for a built-in voice: there `preview_text` is to be submitted as a request like any other, at its price.
        Raises `NotFound`.
        """
        if voice_id in {voice.id for voice in self.built_in()}:
            return None
        voice = await self._mine(user, voice_id)
        return await self.objects.link(voice.object_key, seconds=LINK_SECONDS, filename=f"bernie-{voice.id[-6:]}.flac")

    @staticmethod
    def preview_text(voice: AnyVoice) -> str:
        """A sentence for a voice to introduce itself with."""
        return f"Hello, I am {voice.name.partition('(')[0].strip()}. This is what I sound like."

    async def delete(self, user: User, voice_id: str) -> None:
        """Raises `NotFound`, also for somebody else's."""
        async with begin(self.db) as tx:
            voice = await voices.take(tx, user.id, voice_id)
            if voice is None:
                raise NotFound("You have no such voice.")
            await events.about_voice(tx, voice, "voice.deleted")
        await self.objects.delete([voice.object_key])

    async def resolve(self, user: User, capability: str, wanted: str | None) -> str:
        """The id of the voice that a request means by id or name, upper and lower case alike.

        None means the voice that the user prefers where it can be used, else the model's own. Raises `NotFound` with
        the names there are, and `InvalidInput` where one must be named.
        """
        offer = self.offers[capability]
        if wanted is None:
            return await self._default(user, offer)
        name = wanted.strip().casefold()
        mine = await self.mine(user) if offer.clones else []
        usable: list[BuiltInVoice | Voice] = [*offer.voices, *mine]
        for voice in usable:
            if name in (voice.id.casefold(), voice.name.casefold()):
                return voice.id
        known = ", ".join([voice.id for voice in offer.voices] + [voice.name for voice in mine][:20])
        raise NotFound(f"There is no voice called {wanted[:60]!r} for this. Choose one of: {known}.", field="voice")

    async def _default(self, user: User, offer: Offer) -> str:
        built_in = {voice.id for voice in offer.voices}
        async with read(self.db) as tx:
            preferred = (await preferences.of_user(tx, user.id)).voice
            if preferred in built_in:
                return preferred
            own = await voices.of_id(tx, preferred) if preferred and offer.clones else None
        if own and own.user_id == user.id:
            return own.id
        if not offer.voices:
            raise InvalidInput("This model has no voice of its own: name one of yours, or add one.", field="voice")
        return offer.voices[0].id


def _labels(given: Mapping[str, str]) -> dict[str, str] | None:
    if len(given) > MOST_LABELS:
        raise InvalidInput(f"A voice has at most {MOST_LABELS} labels.", field="labels")
    return {storable(name)[:100]: storable(text)[:100] for name, text in given.items()} or None
