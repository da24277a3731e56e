"""Which models answer: what the settings ask for, as far as it is on this machine. Imports no network."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from engine.lineup import LINEUP, NEEDS, usable
from engine.nn.catalogue import MODELS, needed_for
from engine.offers import Offer

AUTO = "auto"
# A setting that means more than the model of its name.
FAMILIES: Mapping[str, tuple[str, ...]] = {"seed-vc": ("seed-vc", "seed-vc-singing")}
# What `auto` fetches when it is not here: of the speaking ones the smaller, with good voices of its own.
FETCHED = {"tts": ("kokoro",), "vc": (), "sfx": ()}
# Where a GPU is. On a CPU some of it takes minutes for a sentence: there it answers only when somebody brought it.
FETCHED_FOR_GPU = {"tts": ("kokoro",), "vc": ("seed-vc",), "sfx": ()}


def offers(choices: Mapping[str, str] | None = None, here: Collection[str] = ()) -> dict[str, Offer]:
    """By capability. `choices`: the setting per capability; `here`: published models that lie whole on this disk."""
    return {capability: _offer(capability, (choices or {}).get(capability, AUTO), here) for capability in LINEUP}


def wanted(choices: Mapping[str, str], here: Collection[str], *, gpu: bool = False) -> list[str]:
    """Published files to fetch in the background: those that the settings mean and that could run here."""
    meant: list[str] = []
    for capability, fetched in (FETCHED_FOR_GPU if gpu else FETCHED).items():
        choice = choices.get(capability, AUTO)
        meant += fetched if choice == AUTO else [choice]
    runnable = [name for name in meant if name in NEEDS and NEEDS[name].met()]
    files = dict.fromkeys(part for name in runnable for part in needed_for(name))
    return [name for name in files if name not in here]


def _offer(capability: str, choice: str, here: Collection[str]) -> Offer:
    meant = LINEUP[capability] if choice == AUTO else FAMILIES.get(choice, (choice,))
    models = tuple(make(here) for name, make in LINEUP[capability].items() if name in meant and usable(name, here))
    if models:
        return Offer(capability=capability, models=models)
    return Offer(capability=capability, unavailable=_how_to_get(choice))


def _how_to_get(choice: str) -> str:
    if choice not in NEEDS:
        return "The embedded voice is not installed. Run `make install`, or `pip install 'hibari-tts[fast]==0.2.1'`."
    if not NEEDS[choice].met():
        return f"The model {choice} needs more packages. Run `make install EXTRAS={NEEDS[choice].extras}`."
    if MODELS[choice].by_hand:
        return f"The model {choice} is not on this machine: `bernie models pull {choice}` says how to get it."
    return f"The model {choice} is not on this machine yet. It is being fetched; or run `bernie models pull {choice}`."
