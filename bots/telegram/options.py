"""`key=value` before the text, for the names that the capability has: `voice=emma speed=1.2 Hello`."""

from __future__ import annotations

import re
from typing import Any

from engine import Capability

_OPTION = re.compile(r"""(?P<name>[a-z_]+)=(?:"(?P<quoted>[^"\n]*)"|(?P<plain>\S+))(?:\s+|$)""", re.IGNORECASE)
TEXTS = ("text", "prompt")
"""What the words after the options are for."""
PLAIN = {"string", "number", "integer", "boolean"}


def names(capability: Capability) -> list[str]:
    """The options whose values can be written in a word."""
    fields = capability.params.model_json_schema()["properties"]
    return [name for name, field in fields.items() if name not in TEXTS and _types(field) & PLAIN]


def _types(field: dict[str, Any]) -> set[str]:
    """Of a value, by its JSON Schema; of any, where there are several."""
    return {part["type"] for part in field.get("anyOf", [field]) if "type" in part}


def split(capability: Capability, words: str) -> tuple[dict[str, str], str]:
    """The options, and the text after them. What only looks like an option begins the text: `x=5 is an equation`."""
    known, raw, words = names(capability), {}, words.strip()
    while (found := _OPTION.match(words)) and (name := found["name"].lower()) in known:
        raw[name] = found["quoted"] if found["quoted"] is not None else found["plain"]
        words = words[found.end() :]
    return raw, words.strip()


def text_field(capability: Capability) -> str | None:
    return next((name for name in TEXTS if name in capability.params.model_fields), None)
