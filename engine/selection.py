"""Which models answer: what the settings ask for, as far as it is on this machine. Imports no network."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Collection, Mapping

from engine.offers import BuiltInVoice, Model, Offer

AUTO = "auto"
HEART = BuiltInVoice(
    id="heart", name="Heart", description="American English, female, warm", language="en-US", model="hibari"
)
LATER = {
    "vc": "Voice conversion is not installed here yet: this version of Bernie has no model for it. "
    "Upgrade Bernie, or ask whoever runs this service to. Nothing was charged.",
    "sfx": "Sound effects are not installed here yet: this version of Bernie has no model for them. "
    "Upgrade Bernie, or ask whoever runs this service to. Nothing was charged.",
}


def offers(choices: Mapping[str, str] | None = None, here: Collection[str] = ()) -> dict[str, Offer]:
    """By capability. `choices`: the setting per capability; `here`: published models that lie whole on this disk."""
    choices = choices or {}
    made = {name: Offer(capability=name, unavailable=sentence) for name, sentence in LATER.items()}
    return made | {"tts": _tts(choices.get("tts", AUTO), here)}


def _tts(choice: str, here: Collection[str]) -> Offer:
    models = [model for model in _embedded() if choice in (AUTO, model.name)]
    if models:
        return Offer(capability="tts", models=tuple(models))
    return Offer(
        capability="tts",
        unavailable="The embedded voice is not installed. Run `make install`, "
        "or `pip install 'hibari-tts[fast]==0.2.1'`.",
    )


def _embedded() -> list[Model]:
    try:
        revision = importlib.metadata.version("hibari-tts")
    except importlib.metadata.PackageNotFoundError:
        return []
    return [Model(name="hibari", revision=revision, licence="Apache-2.0", voices=(HEART,))]
