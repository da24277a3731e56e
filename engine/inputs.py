"""What a run needs beside its params: the clip to convert, the clip of a user's own voice, and how they say words."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.capabilities import Params, Source, TtsParams, capability_named
from engine.dictionaries import rules_for
from engine.errors import InvalidInput, ServiceError
from engine.pronunciations import PronunciationRule
from store import Database, read, voices
from store.objects import ObjectMissing, Objects, ObjectsUnavailable
from store.records import Job

if TYPE_CHECKING:
    from engine.audio import Audio

REMEMBERED = 32
"""Reference clips kept in memory: at most a minute each, 11 MB at 48 kHz."""


@dataclass(frozen=True, slots=True)
class Inputs:
    db: Database
    objects: Objects
    _references: OrderedDict[str, Audio] = field(default_factory=OrderedDict)

    async def source(self, params: Params) -> Audio | None:
        """Raises `InvalidInput` when the upload is gone, and a retryable `ServiceError`."""
        source = getattr(params, "source", None)
        return await self._audio(source.key) if isinstance(source, Source) else None

    async def reference(self, job: Job, params: Params) -> Audio | None:
        """None for a voice that belongs to the model. Raises as `source` does."""
        name = capability_named(job.capability).voice_field()
        voice_id = getattr(params, name) if name else None
        if voice_id is None or not voice_id.startswith("voice_"):
            return None
        if voice_id not in self._references:
            async with read(self.db) as tx:
                voice = await voices.of_id(tx, voice_id)
            if voice is None:
                raise InvalidInput("This voice was deleted.", field=name)
            self._references[voice_id] = await self._audio(voice.object_key)
            if len(self._references) > REMEMBERED:
                self._references.popitem(last=False)
        self._references.move_to_end(voice_id)
        return self._references[voice_id]

    async def pronunciations(self, job: Job, params: Params) -> tuple[PronunciationRule, ...]:
        """The rules of the user's dictionaries as they are now. Raises `InvalidInput` for one that was deleted."""
        if not isinstance(params, TtsParams):
            return ()
        async with read(self.db) as tx:
            return await rules_for(tx, job.user_id, params.dictionaries)

    async def _audio(self, key: str) -> Audio:
        # Our own FLAC, written by the sandbox: safe to decode here.
        from engine.codecs import decode

        try:
            data = await self.objects.get(key)
        except ObjectMissing as error:
            raise InvalidInput("The clip that this request was about is no longer kept. Send it again.") from error
        except ObjectsUnavailable as error:
            raise ServiceError(f"{key} not read: {error}", retryable=True) from error
        return await asyncio.to_thread(decode, data, max_seconds=3600)
