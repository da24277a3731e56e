"""Where an outcome goes: all that the courier needs to know of an interaction, in the job's `reply_to`."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

import discord

COURIER = "discord"
FILE_BYTES = 10 * 2**20
"""What may be attached where nothing more is said."""
Interaction = discord.Interaction[discord.Client]


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """`message_id` of the answer that is edited; 0 when Discord did not say. `permissions` of the bot where it was
    asked; `posts`: it is there itself, so that it can write there when the token has expired. Without a `token` there
    is no answer to edit: nobody asked just now.
    """

    application_id: int
    token: str
    message_id: int
    channel_id: int
    user_id: int
    language: str
    size_limit: int
    private: bool
    bubble: bool
    permissions: int
    posts: bool

    def pack(self) -> dict[str, Any]:
        return {"courier": COURIER, **asdict(self)}

    @classmethod
    def unpack(cls, packed: dict[str, Any]) -> Address:
        """Also that of a person, to be written to directly."""
        if "person" in packed:
            return _of_person(int(packed["person"]), packed.get("language") or "en")
        return cls(**{name: value for name, value in packed.items() if name != "courier"})

    def unasked(self) -> Address:
        """For what comes by itself later: into the channel, for all who read it."""
        return replace(self, token="", message_id=0, private=False)


def _of_person(user_id: int, language: str) -> Address:
    return Address(
        application_id=0,
        token="",
        message_id=0,
        channel_id=0,
        user_id=user_id,
        language=language,
        size_limit=FILE_BYTES,
        private=False,
        bubble=False,
        permissions=0,
        posts=False,
    )


def address_of(
    interaction: Interaction, message_id: int, *, language: str, private: bool, bubble: bool = False
) -> Address:
    return Address(
        application_id=interaction.application_id,
        token=interaction.token,
        message_id=message_id,
        channel_id=interaction.channel_id or 0,
        user_id=interaction.user.id,
        language=language,
        size_limit=interaction.filesize_limit,
        private=private,
        bubble=bubble,
        permissions=interaction.app_permissions.value,
        posts=interaction.is_guild_integration() or interaction.context.dm_channel,
    )
