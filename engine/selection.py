"""Which models answer: what the settings ask for, as far as it is on this machine. Imports no network."""

from __future__ import annotations

import importlib.metadata
import importlib.util
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.errors import InvalidInput
from engine.nn.catalogue import KOKORO_VOICES, MODELS
from engine.offers import BuiltInVoice, Model, Offer
from engine.sfx import foley
from engine.sfx.foley.prompt import known
from engine.tts.normalise import speakable

AUTO = "auto"
HEART = BuiltInVoice(
    id="heart", name="Heart", description="American English, female, warm", language="en-US", model="hibari"
)
LINDA = BuiltInVoice(
    id="linda",
    name="Linda",
    description="American English, female, a reader of books",
    language="en-US",
    model="styletts2-ljspeech",
)
LATER = {
    "vc": "Voice conversion is not installed here yet: this version of Bernie has no model for it. "
    "Upgrade Bernie, or ask whoever runs this service to. Nothing was charged.",
}
# What `auto` fetches when it is not here: the smaller one of the two, with good voices of its own.
FETCHED = {"tts": ("kokoro",), "vc": (), "sfx": ()}


@dataclass(frozen=True, slots=True)
class Needs:
    """Packages beside the weights, and how to get them."""

    packages: tuple[str, ...]
    extras: str

    def met(self) -> bool:
        return all(importlib.util.find_spec(package) is not None for package in self.packages)


NEEDS = {
    "kokoro": Needs(("torch", "hibari"), "models"),
    "styletts2": Needs(("torch", "phonemizer", "espeakng_loader"), "models,espeak"),
    "styletts2-ljspeech": Needs(("torch", "phonemizer", "espeakng_loader"), "models,espeak"),
}


def offers(choices: Mapping[str, str] | None = None, here: Collection[str] = ()) -> dict[str, Offer]:
    """By capability. `choices`: the setting per capability; `here`: published models that lie whole on this disk."""
    made = {name: Offer(capability=name, unavailable=sentence) for name, sentence in LATER.items()}
    return made | {"tts": _tts((choices or {}).get("tts", AUTO), here), "sfx": _sfx()}


def wanted(choices: Mapping[str, str], here: Collection[str]) -> list[str]:
    """Published models to fetch in the background: those that the settings mean and that could run here."""
    meant: list[str] = []
    for capability, fetched in FETCHED.items():
        choice = choices.get(capability, AUTO)
        meant += fetched if choice == AUTO else [choice]
    return [name for name in meant if name in NEEDS and name not in here and NEEDS[name].met()]


def _tts(choice: str, here: Collection[str]) -> Offer:
    models = [make() for name, make in TTS.items() if choice in (AUTO, name) and _usable(name, here)]
    if models:
        return Offer(capability="tts", models=tuple(models))
    return Offer(capability="tts", unavailable=_how_to_get(choice))


def _sfx() -> Offer:
    embedded = Model(
        name=foley.MODEL,
        revision=foley.REVISION,
        licence=foley.LICENCE,
        check=lambda params: known(params.prompt),
    )
    return Offer(capability="sfx", models=(embedded,))


def _usable(name: str, here: Collection[str]) -> bool:
    if name == "hibari":
        return importlib.util.find_spec("hibari") is not None
    return name in here and NEEDS[name].met()


def _how_to_get(choice: str) -> str:
    if choice not in NEEDS:
        return "The embedded voice is not installed. Run `make install`, or `pip install 'hibari-tts[fast]==0.2.1'`."
    if not NEEDS[choice].met():
        return f"The model {choice} needs more packages. Run `make install EXTRAS={NEEDS[choice].extras}`."
    return f"The model {choice} is not on this machine yet. It is being fetched; or run `bernie models pull {choice}`."


def _kokoro() -> Model:
    voices = [_kokoro_voice(name) for name in KOKORO_VOICES]
    return _published("kokoro", voices=sorted(voices, key=lambda voice: voice.id != "af_heart"))


def _kokoro_voice(name: str) -> BuiltInVoice:
    accent, language = {"a": ("American", "en-US"), "b": ("British", "en-GB")}[name[0]]
    sex = {"f": "female", "m": "male"}[name[1]]
    title = name[3:].title()
    return BuiltInVoice(
        id=name, name=f"{title} (Kokoro)", description=f"{accent} English, {sex}", language=language, model="kokoro"
    )


def _published(name: str, *, voices: Sequence[BuiltInVoice] = (), clones: bool = False) -> Model:
    published = MODELS[name]
    return Model(
        name=name,
        revision=published.revision,
        licence=published.licence,
        voices=tuple(voices),
        clones=clones,
        check=something_to_say,
    )


def _hibari() -> Model:
    revision = importlib.metadata.version("hibari-tts")
    return Model(name="hibari", revision=revision, licence="Apache-2.0", voices=(HEART,), check=something_to_say)


def something_to_say(params: Any) -> None:
    """Raises `InvalidInput` for a text in which an English voice finds nothing."""
    if not speakable(params.text):
        raise InvalidInput(
            "There is nothing in this text that an English voice can say. Write English words.", field="text"
        )


# Preferred first: it answers when no voice is named.
TTS: Mapping[str, Callable[[], Model]] = {
    "kokoro": _kokoro,
    "styletts2-ljspeech": lambda: _published("styletts2-ljspeech", voices=(LINDA,)),
    "styletts2": lambda: _published("styletts2", clones=True),
    "hibari": _hibari,
}
