"""Small helps to declare commands whose words stand in the phrases."""

from __future__ import annotations

from discord import Permissions, app_commands
from discord.app_commands import locale_str

from bots.discord.desk import Desk


def described(desk: Desk, key: str) -> locale_str:
    """`command-KEY` in English; the translator finds the other languages by where the command stands."""
    return locale_str(desk.phrases("en", f"command-{key}"))


def option(desk: Desk, key: str) -> locale_str:
    """`option-KEY`, for an option that several commands may call otherwise."""
    return locale_str(desk.phrases("en", f"option-{key}"), option=key)


def group(desk: Desk, name: str, *, only_for: Permissions | None = None) -> app_commands.Group:
    """`only_for`: who sees it in a server, until its administrators decide otherwise."""
    return app_commands.Group(name=locale_str(name), description=described(desk, name), default_permissions=only_for)
