"""Voices to choose from: while one types, and in lists."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from discord import app_commands

from bots.discord.address import Interaction
from bots.discord.buttons import MOST_OPTIONS
from bots.discord.desk import Desk
from engine import AnyVoice, User, Voice

Complete = Callable[[Interaction, str], Coroutine[Any, Any, list[app_commands.Choice[str]]]]
EVERY = 1000
"""More than there can be."""


def complete_voice(desk: Desk, capability: str | None = None, *, own: bool = False) -> Complete:
    """Asked at every key stroke. `own`: only one's own voices."""

    async def complete(interaction: Interaction, text: str) -> list[app_commands.Choice[str]]:
        user = await desk.user(interaction.user)
        found = await desk.engine.voices.search(user, text, capability=capability, limit=EVERY if own else MOST_OPTIONS)
        fitting = [voice for voice in found if isinstance(voice, Voice) or not own]
        return [app_commands.Choice(name=label(voice), value=voice.id) for voice in fitting[:MOST_OPTIONS]]

    return complete


def label(voice: AnyVoice) -> str:
    return f"{voice.name} · {voice.description}"[:100] if voice.description else voice.name[:100]


async def every_voice(desk: Desk, user: User, capability: str | None = None) -> list[AnyVoice]:
    """One's own first."""
    found = await desk.engine.voices.search(user, "", capability=capability, limit=EVERY)
    return sorted(found, key=lambda voice: not isinstance(voice, Voice))


async def voice_options(desk: Desk, user: User, capability: str, page: int = 0) -> list[tuple[str, str, str]]:
    """(name, id, description) of one page of a list."""
    voices = (await every_voice(desk, user, capability))[page * MOST_OPTIONS : (page + 1) * MOST_OPTIONS]
    return [(voice.name, voice.id, voice.description) for voice in voices]
