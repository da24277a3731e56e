"""What an API key may be limited to: the one table, which a route publishes and `webhooks.scopes` applies.

A key without scopes may do all that its user may.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.errors import InvalidInput, MissingScope
from store.records import ApiKey


@dataclass(frozen=True, slots=True)
class Scope:
    """`delegates`: what is made with it can spend in its own right, so a key with a monthly cap may not."""

    name: str
    summary: str
    delegates: bool = False


SCOPES = (
    Scope("generate", "Make audio: submit jobs, bring the clips they work on, follow, cancel and hear them."),
    Scope("clips:read", "See and fetch all that was made: jobs, clips and history."),
    Scope("clips:write", "Delete clips and history."),
    Scope("voices:read", "See voices and pronunciations."),
    Scope("voices:write", "Add, change and delete voices and pronunciations."),
    Scope("webhooks", "See, add, change, test and delete webhooks, and send deliveries again."),
    Scope("hooks", "See, add, change and delete inbound hooks. Not with a monthly cap.", delegates=True),
    Scope("account", "See the account: name, credits and ledger."),
    Scope("keys", "See, make, change and revoke API keys no stronger than itself. Not with a cap.", delegates=True),
)
NAMES = frozenset(scope.name for scope in SCOPES)
DELEGATING = frozenset(scope.name for scope in SCOPES if scope.delegates)


def known(names: Iterable[str]) -> list[str]:
    """The same, sorted and each once. Raises `InvalidInput` for one that is none, and for none at all."""
    found = sorted(set(names))
    if not found:
        raise InvalidInput("Name at least one scope, or leave `scopes` out for a key that may do all.", field="scopes")
    if unknown := sorted(set(found) - NAMES):
        raise InvalidInput(
            f"There is no scope `{unknown[0][:40]}`. There are {', '.join(sorted(NAMES))}.", field="scopes"
        )
    return found


def require(key: ApiKey, needed: frozenset[str]) -> None:
    """Any one of `needed` suffices; with none needed only a key without any limit does. Raises `MissingScope`."""
    if not needed:
        if key.is_limited:
            raise MissingScope("This takes a browser that is signed in, or an API key without scopes, cap and end.")
        return
    usable = needed if key.scopes is None else needed & set(key.scopes)
    if not usable:
        raise MissingScope(
            f"This API key may not do this: it has {_listed(key.scopes or ())}, and this takes {_listed(needed)}."
        )
    if key.monthly_credits is not None and usable <= DELEGATING:
        raise MissingScope(
            "This API key may not do this: it has a monthly cap, and what it would make could spend without one."
        )


def _listed(names: Iterable[str]) -> str:
    return " or ".join(f"`{name}`" for name in sorted(names))
