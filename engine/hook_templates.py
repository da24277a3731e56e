"""Templates of inbound hooks: which part of what was posted fills which option. Pointers and words, no code.

/order/note                               the value itself: a JSON pointer (RFC 6901)
New sale: {/customer/name} paid {/amount} a text with values in it
Hello {/name|whoever you are}             what is said where a value is missing
{}                                        all of it, for posts of plain text
{{ and }}                                 braces
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from engine.errors import InvalidInput
from store.columns import storable

LONGEST_TEMPLATE, LONGEST_POINTER, MOST_POINTERS = 2_000, 300, 50
LONGEST_TEXT = 20_000
"""Of what a template makes; each capability allows less."""
INDEX = re.compile("0|[1-9][0-9]{0,8}")
PART = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+")


@dataclass(frozen=True, slots=True)
class Pointer:
    """`default` None: the value must be there."""

    path: str
    default: str | None = None


@dataclass(frozen=True, slots=True)
class Template:
    """`whole`: a pointer alone, whose value keeps its type."""

    parts: tuple[str | Pointer, ...]
    whole: bool

    def fill(self, document: Any, field: str) -> Any:
        """Raises `InvalidInput` that names what is missing."""
        if self.whole:
            assert isinstance(self.parts[0], Pointer)
            found = value_at(document, self.parts[0], field)
            return storable(found) if isinstance(found, str) else found
        text = "".join(
            part if isinstance(part, str) else written(value_at(document, part, field)) for part in self.parts
        )
        if len(text) > LONGEST_TEXT:
            raise InvalidInput(f"`{field}` comes to {len(text):,} characters, which is too long.", field=field)
        return storable(text)


def parse(template: str, field: str) -> Template:
    """Raises `InvalidInput`."""
    if len(template) > LONGEST_TEMPLATE:
        raise InvalidInput(
            f"The template of `{field}` is too long: at most {LONGEST_TEMPLATE:,} characters.", field=field
        )
    if template == "" or (template.startswith("/") and not re.search("[{}]", template)):
        return Template((_pointer(template, field),), whole=True)
    parts = tuple(_parts(template, field))
    pointers = [part for part in parts if isinstance(part, Pointer)]
    if len(pointers) > MOST_POINTERS:
        raise InvalidInput(f"The template of `{field}` names more than {MOST_POINTERS} values.", field=field)
    if not pointers:
        raise InvalidInput(
            f"The template of `{field}` takes nothing from what is posted. Write a pointer such as {{/message}}, or "
            "put it among the options.",
            field=field,
        )
    return Template(parts, whole=len(parts) == 1)


def _parts(template: str, field: str) -> Iterator[str | Pointer]:
    for found in PART.finditer(template):
        part = found[0]
        if part in ("{{", "}}"):
            yield part[0]
        elif found[1] is not None:
            path, bar, default = found[1].partition("|")
            yield _pointer(path.strip(), field, default if bar else None)
        elif part in ("{", "}"):
            raise InvalidInput(
                f"A brace in the template of `{field}` has no partner. Double it to mean it.", field=field
            )
        else:
            yield part


def _pointer(path: str, field: str, default: str | None = None) -> Pointer:
    if path and not path.startswith("/"):
        raise InvalidInput(f"{path[:60]!r} is no JSON pointer: write it as /{path[:60]}, from the top.", field=field)
    if len(path) > LONGEST_POINTER or re.search("~(?![01])", path):
        raise InvalidInput(f"{path[:60]!r} is no JSON pointer that can be used here.", field=field)
    return Pointer(path, default)


def value_at(document: Any, pointer: Pointer, field: str) -> Any:
    """A text, number, true or false. Raises `InvalidInput` for anything else, and where there is nothing."""
    found = document
    for token in pointer.path.split("/")[1:]:
        found = _step(found, token.replace("~1", "/").replace("~0", "~"))
    named = pointer.path or "the top"
    if found is None and pointer.default is not None:
        return pointer.default
    if found is None:
        raise InvalidInput(f"There is nothing at {named} in what was posted, and `{field}` needs it.", field=field)
    if isinstance(found, dict | list):
        kind = "a list" if isinstance(found, list) else "an object"
        raise InvalidInput(f"At {named} there is {kind}, not one value. Point into it for `{field}`.", field=field)
    return found


def _step(found: Any, token: str) -> Any:
    """None where it leads nowhere; null is the same as nothing."""
    if isinstance(found, dict):
        return found.get(token)
    if isinstance(found, list) and INDEX.fullmatch(token) and int(token) < len(found):
        return found[int(token)]
    return None


def written(value: Any) -> str:
    """As in a sentence: 12 and not 12.0."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)
