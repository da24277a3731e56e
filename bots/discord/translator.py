"""Names and descriptions of commands and options in the languages there are, as Discord shows them."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.app_commands import TranslationContextLocation as At

from bots.phrases import ENGLISH, Phrases

SPANISH_OF_LATIN_AMERICA = discord.Locale.latin_american_spanish


class Translator(app_commands.Translator):
    """The phrase is found by where a string stands: `command-voice-add`, `option-text`, and with `-name` its name."""

    def __init__(self, phrases: Phrases) -> None:
        self._phrases = phrases

    async def translate(
        self, string: app_commands.locale_str, locale: discord.Locale, context: app_commands.TranslationContextTypes
    ) -> str | None:
        language = self._phrases.language(locale.value)
        if language == ENGLISH:
            return None  # what the string itself says
        for phrase in keys(string, context):
            if text := self._phrases.find(language, phrase):
                return text
        return None


def keys(string: app_commands.locale_str, context: app_commands.TranslationContextTypes) -> list[str]:
    """Phrases that may translate this, the most particular first."""
    where, about = context.location, context.data
    if "phrase" in string.extras:
        return [string.extras["phrase"]]
    if where in (At.command_name, At.group_name):
        return [f"command-{_path(about)}-name"]
    if where in (At.command_description, At.group_description):
        return [f"command-{_path(about)}"]
    if where is At.parameter_name:
        return [f"option-{about.name}-name"]
    if where is At.parameter_description:
        capability = string.extras.get("capability")
        particular = [f"option-{capability}-{about.name}"] if capability else []
        return [*particular, f"option-{string.extras.get('option', about.name)}"]
    return []


def _path(command: Any) -> str:
    return str(command.qualified_name).replace(" ", "-")
