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
    """`clones`: users' own voices can be used. `serves`: a request is meant for this model; one that no model is meant
    for goes to the last. `check` raises a `UserError` for params that this model cannot serve, before any credit
    moves; it must be quick. `note`: what a user is told with the first clip that it makes for them. `heard`: what it
    made of a request, where that is less than was asked for.
    """

    name: str
    revision: str = ""
    licence: str = ""
    voices: tuple[BuiltInVoice, ...] = ()
    clones: bool = False
    serves: Callable[[Any], bool] = lambda params: True
    check: Callable[[Any], None] = lambda params: None
    note: str = ""
    heard: Callable[[Any], str] = lambda params: ""


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

    def model_for(self, voice: str | None, params: Any) -> Model:
        """The first that serves such params and has this voice, by id, or clones where it is a user's own."""
        able = [model for model in self.models if model.serves(params)] or [self.models[-1]]
        for model in able:
            if voice in {built_in.id for built_in in model.voices}:
                return model
        return next((model for model in able if model.clones or voice is None), able[0])


Offers = dict[str, Offer]
"""By capability. Mutable: the composition root may put a new offer in the place of another when a model has arrived."""


def require(offers: Offers, capability: str) -> Offer:
    """Raises `ModelUnavailable`."""
    offer = offers[capability]
    if offer.unavailable is not None:
        raise ModelUnavailable(offer.unavailable)
    return offer
