"""What a hook may be given. All raise `InvalidInput` with a sentence and the field, and `NotFound` for a capability."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from engine.capabilities import Capability, capability_named
from engine.endpoint_rules import HEADER_NAME
from engine.errors import InvalidInput
from engine.hook_signatures import GITHUB_HEADER, SCHEMES, SHA256, checked_secret
from engine.hook_templates import parse
from engine.sentences import sentence_about

PER_MINUTE, MOST_PER_MINUTE = 60, 600
LONGEST_OPTIONS = 20_000
NOT_CALLED = "default_factory_not_called"
"""What pydantic says of an option that is guessed from others, while one of those is missing."""


def checked_order(name: str, options: Mapping[str, Any], template: Mapping[str, str]) -> Capability:
    """That the options exist, each is given in one way only, and those that are the same each time are good."""
    capability = capability_named(name)
    known = capability.params.model_fields
    for field in (*options, *template):
        if field not in known:
            raise InvalidInput(
                f"`{name}` has no option {field[:60]!r}. There are {', '.join(known)}.", field=field[:60]
            )
    if both := sorted(set(options) & set(template)):
        raise InvalidInput(f"`{both[0]}` is among the options and in the template. Leave one out.", field=both[0])
    if len(json.dumps(options, default=str)) > LONGEST_OPTIONS:
        raise InvalidInput("These options are too long.", field="options")
    for field in capability.upload_fields():
        if field in options:
            raise InvalidInput(
                f"`{field}` comes from the post: put where its address stands into the template.", field=field
            )
    for field, text in template.items():
        parse(text, field)
    _check_options(capability, options, template)
    return capability


def _check_options(capability: Capability, options: Mapping[str, Any], template: Mapping[str, str]) -> None:
    try:
        capability.params.model_validate(dict(options))
    except ValidationError as error:
        wrong = [
            one
            for one in error.errors(include_url=False)
            if one["loc"] and one["loc"][0] not in template and one["type"] != NOT_CALLED
        ]
        if wrong:
            message, field = sentence_about(wrong)
            raise InvalidInput(message, field=field) from error


def checked_signing(scheme: str | None, header: str | None, secret: str | None) -> dict[str, Any]:
    """The columns of a hook about it; a new secret where none is given."""
    if scheme is None:
        return {"scheme": None, "signature_header": None, "secret": None}
    if scheme not in SCHEMES:
        raise InvalidInput(f"Posts can be signed as {' or '.join(SCHEMES)} say, or not at all.", field="scheme")
    if scheme != SHA256:
        header = None
    elif not HEADER_NAME.fullmatch(header := (header or GITHUB_HEADER).lower()):
        raise InvalidInput(f"{header[:60]!r} is no name of a header.", field="header")
    return {"scheme": scheme, "signature_header": header, "secret": checked_secret(scheme, secret)}


def checked_per_minute(amount: int) -> int:
    if not 1 <= amount <= MOST_PER_MINUTE:
        raise InvalidInput(f"Choose 1 to {MOST_PER_MINUTE} posts a minute.", field="per_minute")
    return amount
