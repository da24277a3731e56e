"""What was understood of a prompt, told to who wrote it. Cheap: no numpy."""

from __future__ import annotations

from collections.abc import Mapping

from engine.sfx.foley.prompt import parse
from engine.sfx.foley.traits import Layer

PLAIN_WORD = 0.6
"""A trait of this degree is told: it is what a plain word says, not what a family brings along."""
ADJECTIVES: Mapping[str, tuple[str, str]] = {
    "force": ("light", "heavy"),
    "distance": ("close", "distant"),
    "size": ("small", "big"),
    "speed": ("slow", "fast"),
    "muffle": ("", "muffled"),
    "echo": ("", "echoing"),
}
"""By trait: below zero, above zero."""


def heard(prompt: str) -> str:
    """What will sound: "rain (metal) and distant thunder". Raises `InvalidInput` for a prompt without a sound."""
    *others, last = map(_told, parse(prompt))
    return f"{', '.join(others)} and {last}" if others else last


def _told(layer: Layer) -> str:
    traits = layer.traits
    said = [words[getattr(traits, name) > 0] for name, words in ADJECTIVES.items() if _strong(getattr(traits, name))]
    times = [f"{traits.count} times"] if traits.count else []
    aside = ", ".join(filter(None, [traits.material, *times]))
    return " ".join(filter(None, [*said, layer.family])) + (f" ({aside})" if aside else "")


def _strong(degree: float) -> bool:
    return abs(degree) >= PLAIN_WORD
