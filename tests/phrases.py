"""The phrases, read once a process: parsing them is a good part of what starting a bot costs."""

from __future__ import annotations

from functools import cache

from bots.phrases import Phrases


@cache
def phrases() -> Phrases:
    return Phrases()
