"""Which models answer for a capability in this installation, as plain values: no network is imported to know it."""

from __future__ import annotations

from collections.abc import Callable
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
class Model:
    """`clones`: users' own voices can be used. `check` raises a `UserError` for params that this model cannot serve,
    before any credit moves; it must be quick.
    """

    name: str
    revision: str = ""
    licence: str = ""
    voices: tuple[BuiltInVoice, ...] = ()
    clones: bool = False
    check: Callable[[Any], None] = lambda params: None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """The models that answer for a capability, the preferred one first.

    `unavailable`: why none does and what to do, as a sentence; None when one does.
    """

    capability: str
    models: tuple[Model, ...] = ()
    unavailable: str | None = None

    @property
    def model(self) -> str:
        """The preferred one; empty when there is none."""
        return self.models[0].name if self.models else ""

    @property
    def voices(self) -> tuple[BuiltInVoice, ...]:
        return tuple(voice for model in self.models for voice in model.voices)

    @property
    def clones(self) -> bool:
        return any(model.clones for model in self.models)

    def model_for(self, voice: str | None) -> Model:
        """The one that has this voice, by id; for a user's own voice the first that clones."""
        for model in self.models:
            if voice in {built_in.id for built_in in model.voices}:
                return model
        able = [model for model in self.models if model.clones or voice is None]
        return able[0] if able else self.models[0]


Offers = dict[str, Offer]
"""By capability. Mutable: the composition root may put a new offer in the place of another when a model has arrived."""


def require(offers: Offers, capability: str) -> Offer:
    """Raises `ModelUnavailable`."""
    offer = offers[capability]
    if offer.unavailable is not None:
        raise ModelUnavailable(offer.unavailable)
    return offer
