"""A validation error as one sentence that a person can act on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Context = Mapping[str, Any]

# By pydantic's error type; what is not listed here falls back to pydantic's own words.
SENTENCES: Mapping[str, Callable[[str, Context], str]] = {
    "missing": lambda name, c: f"{name} is missing.",
    "extra_forbidden": lambda name, c: f"{name} is not an option here. Leave it out.",
    "string_too_short": lambda name, c: f"{name} is empty.",
    "string_too_long": lambda name, c: f"{name} is too long: at most {c['max_length']:,} characters.",
    "string_type": lambda name, c: f"{name} must be text.",
    "string_pattern_mismatch": lambda name, c: f"{name} holds a character that has no place there.",
    "string_unicode": lambda name, c: f"{name} holds broken characters. Write it again.",
    "greater_than": lambda name, c: f"{name} must be more than {_number(c['gt'])}.",
    "greater_than_equal": lambda name, c: f"{name} must be at least {_number(c['ge'])}.",
    "less_than": lambda name, c: f"{name} must be less than {_number(c['lt'])}.",
    "less_than_equal": lambda name, c: f"{name} must be at most {_number(c['le'])}.",
    "literal_error": lambda name, c: f"{name} must be one of {c['expected']}.",
    "int_parsing": lambda name, c: f"{name} must be a whole number.",
    "int_from_float": lambda name, c: f"{name} must be a whole number.",
    "int_type": lambda name, c: f"{name} must be a whole number.",
    "float_parsing": lambda name, c: f"{name} must be a number.",
    "float_type": lambda name, c: f"{name} must be a number.",
    "finite_number": lambda name, c: f"{name} must be a finite number.",
    "value_error": lambda name, c: str(c["error"]),
}


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"


def sentence_about(errors: Sequence[Mapping[str, Any]]) -> tuple[str, str | None]:
    """The sentence about the first thing that is wrong, and the field it is about.

    `errors` as pydantic's `ValidationError.errors()` gives them.
    """
    first = errors[0]
    field = ".".join(str(part) for part in first["loc"]) if first["loc"] else None
    name = "The request" if field is None else f"`{field[:60]}`"
    if sentence := SENTENCES.get(first["type"]):
        return sentence(name, first.get("ctx", {})), field
    return f"{name}: {first['msg']}.", field
