"""Buttons and lists that outlive the process: all that they mean is in their ids.

An id is `VERB:REST`, such as `again:job_01J...`, of a list `list-VERB:REST`; `presses` says what each verb does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Protocol, Self, cast

import discord

from bots.discord.address import Interaction
from bots.phrases import Phrases
from engine import Capability, capability_named

MOST_OPTIONS = 25


class TakesPresses(Protocol):
    async def pressed(self, interaction: Interaction, verb: str, rest: str, values: list[str]) -> None: ...


class Press(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"(?P<verb>[a-z]+):(?P<rest>.*)"):
    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(cast("discord.ui.Button[Any]", item))

    async def callback(self, interaction: Interaction) -> None:
        await _pass_on(interaction, self.custom_id, [])


class Choose(discord.ui.DynamicItem[discord.ui.Select[Any]], template=r"list-(?P<verb>[a-z]+):(?P<rest>.*)"):
    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(cast("discord.ui.Select[Any]", item))

    async def callback(self, interaction: Interaction) -> None:
        await _pass_on(interaction, self.custom_id.removeprefix("list-"), self.item.values)


async def _pass_on(interaction: Interaction, custom_id: str, values: list[str]) -> None:
    verb, _, rest = custom_id.partition(":")
    await cast(TakesPresses, interaction.client).pressed(interaction, verb, rest, values)


def button(
    label: str, custom_id: str, *, emoji: str | None = None, danger: bool = False, disabled: bool = False, row: int = 0
) -> Press:
    style = discord.ButtonStyle.danger if danger else discord.ButtonStyle.secondary
    return Press(
        discord.ui.Button(label=label, custom_id=custom_id, emoji=emoji, style=style, disabled=disabled, row=row)
    )


def choice(placeholder: str, verb: str, rest: str, options: Iterable[tuple[str, str, str]], *, row: int = 0) -> Choose:
    """Options are (label, value, description), at most 25."""
    listed = [
        discord.SelectOption(label=label[:100], value=value, description=about[:100] or None)
        for label, value, about in options
    ]
    return Choose(
        discord.ui.Select(placeholder=placeholder[:150], custom_id=f"list-{verb}:{rest}", options=listed, row=row)
    )


def view_of(*items: discord.ui.Item[Any]) -> discord.ui.View:
    view = discord.ui.View(timeout=None)
    for item in items:
        view.add_item(item)
    return view


def waiting_view(phrases: Phrases, language: str, job_id: str) -> discord.ui.View:
    return view_of(button(phrases(language, "button-cancel"), f"cancel:{job_id}", emoji="✖️"))


def clip_view(phrases: Phrases, language: str, capability: str, job_id: str) -> discord.ui.View:
    """What can be done with a clip, by what its capability can take."""
    declared = capability_named(capability)

    def one(name: str, verb: str, emoji: str, **more: Any) -> Press:
        return button(phrases(language, f"button-{name}"), f"{verb}:{job_id}", emoji=emoji, **more)

    first = [one("again", "again", "🔁")]
    if declared.voice_field():
        first.append(one("voice", "other", "🎭"))
    if has_speed(declared):
        first += [one("slower", "slower", "🐢"), one("faster", "faster", "🐇")]
    return view_of(*first, one("download", "get", "⬇️", row=1), one("delete", "del", "🗑️", danger=True, row=1))


def has_speed(capability: Capability) -> bool:
    return "speed" in capability.params.model_fields
