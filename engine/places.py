"""What holds in a place, such as a Discord guild: where Bernie may be used, and how much of the pool by one member.

Who may change the rules is the surface's to know.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy.exc import IntegrityError

from engine.clock import now
from engine.errors import InvalidInput, NotAllowed
from engine.pools import Pools
from engine.sentences import sentence_about
from store import Database, begin, places, read
from store.records import User

Channel = Annotated[str, Field(min_length=1, max_length=100)]


class Reading(BaseModel):
    """What is written in the one channel is read aloud in the other, until somebody ends it. `language`: of the words
    between what people write.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    text_channel: Channel
    voice_channel: Channel
    language: str = Field(default="en", max_length=35)


class Rules(BaseModel):
    """`max_characters` of one text; `daily_credits`: what one member may take from the pool in a day (UTC).
    `reading`: under way; `reading_characters` of a message are read, `reading_names`: and who wrote it.

    None, and no `allowed_channels`: no limit. A denied channel is denied even when it is allowed too.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    allowed_channels: tuple[Channel, ...] = Field(default=(), max_length=500)
    denied_channels: tuple[Channel, ...] = Field(default=(), max_length=500)
    capabilities: tuple[str, ...] | None = None
    max_characters: int | None = Field(default=None, ge=1)
    daily_credits: int | None = Field(default=None, ge=0)
    reading: Reading | None = None
    reading_characters: int = Field(default=300, ge=20, le=2000)
    reading_names: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    surface: str
    place_id: str
    rules: Rules


@dataclass(frozen=True, slots=True)
class Places:
    db: Database
    pools: Pools

    async def get(self, surface: str, place_id: str) -> Place:
        """Without rules when nobody made any."""
        async with read(self.db) as tx:
            return Place(surface, place_id, _kept(await places.rules_of(tx, surface, place_id) or {}))

    async def reading(self, surface: str) -> list[Place]:
        """Where something is read aloud."""
        async with read(self.db) as tx:
            rules = await places.all_rules(tx, surface)
        found = [Place(surface, place_id, _kept(kept)) for place_id, kept in rules.items()]
        return [place for place in found if place.rules.reading]

    async def change(self, surface: str, place_id: str, **changes: Any) -> Place:
        """Raises `InvalidInput` about the first change that cannot be made."""
        try:
            return await self._change(surface, place_id, changes)
        except IntegrityError:  # two made the first rules of a place at once
            return await self._change(surface, place_id, changes)

    async def _change(self, surface: str, place_id: str, changes: Mapping[str, Any]) -> Place:
        async with begin(self.db) as tx:
            before = await places.rules_of(tx, surface, place_id, to_change=True)
            rules = _checked(_kept(before or {}).model_dump() | dict(changes))
            write = places.insert_rules if before is None else places.update_rules
            await write(tx, surface, place_id, rules.model_dump(mode="json"))
        return Place(surface, place_id, rules)

    async def check(
        self, place: Place, channel: str, user: User, capability: str, price: int, *, characters: int = 0
    ) -> None:
        """Raises `NotAllowed`. `characters`: length of the text, where there is one.

        A member who asks for two things at the same instant may pass the daily limit by one of them.
        """
        rules = place.rules
        if channel in rules.denied_channels or (rules.allowed_channels and channel not in rules.allowed_channels):
            raise NotAllowed("Bernie may not be used in this channel. Ask in another one, or in a direct message.")
        if rules.capabilities is not None and capability not in rules.capabilities:
            raise NotAllowed(f"`{capability}` is switched off here. Use it in a direct message.")
        if rules.max_characters is not None and characters > rules.max_characters:
            raise NotAllowed(
                f"This text has {characters:,} characters; here at most {rules.max_characters:,} are allowed."
            )
        if rules.daily_credits is not None:
            await self._check_daily(place, user, price, rules.daily_credits)

    async def _check_daily(self, place: Place, user: User, price: int, limit: int) -> None:
        pool = await self.pools.find(place.surface, place.place_id)
        midnight = datetime.combine(now().date(), time(), UTC)
        spent = await self.pools.spent(pool, by=user, since=midnight) if pool else 0
        if spent + price > limit:
            raise NotAllowed(
                f"This costs {price:,} credits, and you have {max(0, limit - spent):,} of your {limit:,} for today "
                "left here. Wait until tomorrow, or use a direct message and your own credits."
            )


def _checked(rules: Mapping[str, Any]) -> Rules:
    try:
        return Rules.model_validate(rules)
    except ValidationError as error:
        message, field = sentence_about(error.errors(include_url=False))
        raise InvalidInput(message, field=field) from error


def _kept(rules: Mapping[str, Any]) -> Rules:
    """A later version may have kept rules that this one does not know."""
    return Rules.model_validate({name: value for name, value in rules.items() if name in Rules.model_fields})
