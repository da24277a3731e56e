"""What an endpoint may be given. All raise `InvalidInput` with a sentence and the field."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from engine.errors import InvalidInput
from engine.payloads import EVENT_NAMES
from store.columns import storable

MOST_HEADERS, LONGEST_HEADER = 10, 1000
FASTEST_PER_SECOND = 1000
HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")  # RFC 9110, section 5.6.2
HEADER_VALUE = re.compile(r"[\t\x20-\x7e]*")
# Ours to set, or the connection's.
RESERVED = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "elevenlabs-signature",
        "expect",
        "host",
        "keep-alive",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
    }
)


def checked_text(text: str, field: str, longest: int) -> str:
    text = storable(text.strip())
    if len(text) > longest:
        raise InvalidInput(f"This is too long: at most {longest} characters.", field=field)
    return text


def checked_events(events: Iterable[str]) -> list[str]:
    wanted = list(dict.fromkeys(events))
    if unknown := [event for event in wanted if event not in EVENT_NAMES]:
        known = ", ".join(sorted(EVENT_NAMES))
        raise InvalidInput(f"There is no event {unknown[0][:60]!r}. Choose from: {known}.", field="events")
    return wanted


def checked_headers(headers: Mapping[str, str] | None) -> dict[str, str] | None:
    """Names in lower case."""
    if not headers:
        return None
    if len(headers) > MOST_HEADERS:
        raise InvalidInput(f"At most {MOST_HEADERS} headers can be sent along.", field="headers")
    for name, value in headers.items():
        if not HEADER_NAME.fullmatch(name) or not HEADER_VALUE.fullmatch(value) or len(value) > LONGEST_HEADER:
            raise InvalidInput(f"{name[:60]!r} cannot be sent as a header.", field="headers")
        if name.lower() in RESERVED or name.lower().startswith(("webhook-", "proxy-")):
            raise InvalidInput(f"The header {name[:60]} is set by the service.", field="headers")
    return {name.lower(): value.strip() for name, value in headers.items()}


def checked_rate(per_second: int | None) -> int | None:
    if per_second is not None and not 1 <= per_second <= FASTEST_PER_SECOND:
        raise InvalidInput(f"Choose 1 to {FASTEST_PER_SECOND:,} requests a second.", field="per_second")
    return per_second
