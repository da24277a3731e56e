"""What Discord's error codes mean for a message on its way, and which permissions are missing."""

from __future__ import annotations

import discord

TOO_LARGE = {40005}
NOT_PERMITTED = {50001, 50013}  # missing access, missing permissions
NOWHERE = {
    10003,  # unknown channel: deleted
    10004,  # unknown guild: the bot was removed
    10008,  # unknown message: deleted
    10013,  # unknown user
    10015,  # unknown webhook: the interaction's token has expired
    10062,  # unknown interaction
    50007,  # cannot send messages to this user
    50027,  # invalid webhook token: expired
    50278,  # no mutual guild with this user
}
NEEDED = ("view_channel", "send_messages", "attach_files")
"""To post a clip into a channel."""


def is_closed(error: discord.HTTPException) -> bool:
    """This way does not lead there, and will not later."""
    return error.code in NOWHERE or error.code in NOT_PERMITTED


def names_of(permissions: list[str]) -> str:
    """As Discord's own settings call them: send_messages is Send Messages."""
    return ", ".join(f"**{name.replace('_', ' ').title()}**" for name in permissions)


def missing(held: int, *needed: str) -> list[str]:
    """All that are needed where Discord refused although none seems to be missing: what was held has changed since."""
    have = discord.Permissions(held)
    return [name for name in needed if not getattr(have, name)] or list(needed)
