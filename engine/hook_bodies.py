"""What is posted to a hook, as one document: JSON, the fields of a form, or plain text."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

from engine.errors import InvalidInput

MOST_BYTES = 64_000
MOST_FIELDS = 500
FORM, TEXT = "application/x-www-form-urlencoded", "text/plain"
REFUSED = ("multipart/", "audio/", "video/", "image/")


def document_of(body: bytes, content_type: str) -> Any:
    """Raises `InvalidInput`. What says that it is neither a form nor plain text has to be JSON."""
    if len(body) > MOST_BYTES:
        raise InvalidInput(f"This is too much for a hook: at most {MOST_BYTES // 1000} kB.")
    kind = content_type.partition(";")[0].strip().lower()
    if kind.startswith(REFUSED):
        raise InvalidInput("A hook takes JSON, a form without files, or plain text.")
    if kind == TEXT:
        return body.decode(errors="replace").strip() or None
    if kind == FORM:
        return _form(body)
    return _json(body)


def _json(body: bytes) -> Any:
    try:
        return json.loads(body, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise InvalidInput("The body is not valid JSON. Say in `content-type` if it is something else.") from error


def _no_number(name: str) -> Any:
    raise ValueError(name)


def _form(body: bytes) -> Any:
    """By name; a list where one is there more than once. A field `payload` alone is JSON, as GitHub and Slack post."""
    try:
        fields = parse_qsl(body.decode(errors="replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise InvalidInput(f"This form has too many fields: at most {MOST_FIELDS}.") from error
    if [name for name, _ in fields] == ["payload"]:
        return _json(fields[0][1].encode(errors="replace"))
    given: dict[str, list[str]] = {}
    for name, value in fields:
        given.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in given.items()}
