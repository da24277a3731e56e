"""What a user likes: the voice that speaks when none is named, speed, format, language, how answers come."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from engine.capabilities import FormatName, capability_named
from engine.errors import InvalidInput, NotFound
from engine.sentences import sentence_about
from engine.voices import Voices
from store import Database, begin, ledger, preferences, read
from store.records import Preferences as Chosen
from store.records import User

TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


class Changes(BaseModel):
    """What may be chosen; None takes a choice back."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    language: str | None = Field(default=None, max_length=35)
    voice: str | None = Field(default=None, max_length=60)
    speed: float | None = Field(default=None, ge=0.5, le=2.0)
    format: FormatName | None = None
    private: bool = False
    bubbles: bool = False

    @field_validator("language")
    @classmethod
    def _a_tag(cls, language: str | None) -> str | None:
        if language is not None and not TAG.fullmatch(language):
            raise ValueError("A language is a tag such as en, de-AT or pt-BR.")
        return language and tidy_tag(language)


@dataclass(frozen=True, slots=True)
class Preferences:
    db: Database
    voices: Voices

    async def get(self, user: User) -> Chosen:
        async with read(self.db) as tx:
            return await preferences.of_user(tx, user.id)

    async def change(self, user: User, **changes: Any) -> Chosen:
        """Raises `InvalidInput` about the first change that cannot be made, and `NotFound` for a voice."""
        try:
            fields = Changes.model_validate(changes).model_dump(include=set(changes))
        except ValidationError as error:
            message, field = sentence_about(error.errors(include_url=False))
            raise InvalidInput(message, field=field) from error
        if fields.get("voice") is not None:
            fields["voice"] = await self._usable_voice(user, fields["voice"])
        async with begin(self.db) as tx:
            await ledger.lock(tx, user.id)
            chosen = replace(await preferences.of_user(tx, user.id), **fields)
            await preferences.put(tx, chosen)
        return chosen

    async def fill(self, user: User, capability: str, raw: Mapping[str, Any]) -> dict[str, Any]:
        """The options of a request with what the user likes where they say nothing. The voice fills itself in."""
        chosen = asdict(await self.get(user))
        known = capability_named(capability).params.model_fields
        liked = {name: chosen[name] for name in ("speed", "format") if name in known and chosen[name] is not None}
        return liked | {name: value for name, value in raw.items() if not (value is None and name in liked)}

    async def _usable_voice(self, user: User, wanted: str) -> str:
        """Its id. A voice that can only be converted to will do, where none of that name speaks."""
        try:
            return await self.voices.resolve(user, "tts", wanted)
        except NotFound as error:
            try:
                return await self.voices.resolve(user, "vc", wanted)
            except NotFound:
                raise error from None


def tidy_tag(tag: str) -> str:
    """As BCP 47 likes it written: `pt-BR`, `zh-Hant-TW`."""
    first, *rest = tag.split("-")
    written = {2: str.upper, 4: str.title}
    return "-".join([first.lower(), *(written.get(len(part), str.lower)(part) for part in rest)])
