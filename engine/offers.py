"""Which model answers for a capability in this installation, as plain values: no network is imported to know it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.errors import ModelUnavailable


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltInVoice:
    """A voice that comes with a model. `id` is what a request names."""

    id: str
    name: str
    description: str
    language: str
    model: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """`unavailable`: why no model answers and what to do, as a sentence; None when one does.

    `clones`: users' own voices can be used. `check` raises a `UserError` for params that this model cannot serve,
    before any credit moves; it must be quick.
    """

    capability: str
    model: str
    revision: str = ""
    licence: str = ""
    voices: tuple[BuiltInVoice, ...] = ()
    clones: bool = False
    check: Callable[[Any], None] = lambda params: None
    unavailable: str | None = None


Offers = Mapping[str, Offer]


def require(offers: Offers, capability: str) -> Offer:
    """Raises `ModelUnavailable`."""
    offer = offers[capability]
    if offer.unavailable is not None:
        raise ModelUnavailable(offer.unavailable)
    return offer
