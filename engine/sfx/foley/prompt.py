"""From the words of a prompt to a scene.

A prompt is read in parts ("rain | with | distant thunder"). Within a part a trait belongs to the sound that follows it,
or to the one before when it comes after "on", "in" and the like, or when nothing follows. A part without a sound says
more about the one before ("rain, very heavy"). What is not wanted ("without thunder") is left out, and words that mean
nothing here are ignored, as long as one sound is known.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from engine.errors import InvalidInput
from engine.sfx.foley.adjectives import DEGREES, NOT, NOTHING_OF, ONTO, PARTS
from engine.sfx.foley.lexicon import Entry, longest, stem, words
from engine.sfx.foley.traits import Layer, Scene, Traits
from engine.sfx.foley.vocabulary import FAMILIES

MOST_LAYERS = 4


@dataclass(slots=True)
class Mention:
    """Something said: a sound with its traits, or only traits. `behind`: it belongs to the sound before it."""

    entry: Entry
    traits: Traits
    behind: bool


@dataclass(slots=True)
class Reading:
    """Where the reader stands within a part."""

    mentions: list[Mention] = field(default_factory=list)
    degree: float = 1.0
    behind: bool = False
    refused: str = ""
    """The word that takes back what follows."""
    taken_back: str = ""
    """The word that took back what came before: "no thunder or wind" goes on with it after the "or"."""


def known(prompt: str) -> None:
    """Raises `InvalidInput` for a prompt in which no sound is recognised. Cheap: no numpy."""
    parse(prompt)


def parse(prompt: str) -> Scene:
    """At most four layers, each family once, in the order of the prompt. Raises `InvalidInput` when there are none."""
    scene: dict[str, Traits] = {}
    last: set[str] = set()
    waiting = Traits()
    for part in _parts(words(prompt)):
        layers, loose = _layers(_read(part))
        for layer in layers:
            said = layer.traits.plus(waiting)
            scene[layer.family] = scene[layer.family].plus(said) if layer.family in scene else said
        if layers:
            last, waiting = {layer.family for layer in layers}, Traits()
        if last:
            scene.update((family, scene[family].plus(loose)) for family in last)
        else:
            waiting = waiting.plus(loose)
    if not scene:
        raise InvalidInput(_unknown(), field="prompt")
    return tuple(Layer(family, traits) for family, traits in list(scene.items())[:MOST_LAYERS])


def _unknown() -> str:
    *names, last = sorted(FAMILIES)
    return (
        f"The built-in sound effects know none of the sounds in this prompt. They know: {', '.join(names)} and {last}. "
        "Use one of these words, or ask whoever runs this service to install the full model, which takes any prompt: "
        "`bernie models pull sfx`. Nothing was charged."
    )


def _parts(tokens: Iterable[str]) -> list[list[str]]:
    parts: list[list[str]] = [[]]
    for word in tokens:
        if word == "," or word in PARTS:
            parts.append([])
        else:
            parts[-1].append(word)
    return [part for part in parts if part]


def _read(part: list[str]) -> list[Mention]:
    reading, stems, at = Reading(), [stem(word) for word in part], 0
    while at < len(part):
        length, entry = longest(stems, at)
        if entry is None:
            _small_word(reading, part[at])
        else:
            # "in the distance" brings its own preposition.
            reading.behind |= part[at] in ONTO or part[at].endswith("ly")
            _say(reading, entry)
        at += length
    return reading.mentions


def _small_word(reading: Reading, word: str) -> None:
    if word in NOT or word in NOTHING_OF:
        reading.refused = word
    elif word in ("or", "nor"):
        reading.refused = reading.taken_back
    elif word in ONTO:
        reading.behind, reading.refused = True, ""
    elif word in DEGREES:
        reading.degree = DEGREES[word]


def _say(reading: Reading, entry: Entry) -> None:
    if reading.refused:
        if entry.scene or reading.refused in NOT:
            reading.taken_back, reading.refused = reading.refused, ""
    else:
        traits = (entry.traits or Traits()).times(reading.degree)
        reading.mentions.append(Mention(entry, traits, reading.behind))
        reading.taken_back = ""
    reading.degree, reading.behind = 1.0, False


def _layers(mentions: list[Mention]) -> tuple[list[Layer], Traits]:
    """The sounds of a part, with their traits; and traits for which the part has no sound."""
    firm = any(mention.entry.scene and not mention.entry.faint for mention in mentions)
    sounds: list[tuple[int, Scene]] = []
    others: list[tuple[int, Mention]] = []
    for index, mention in enumerate(mentions):
        material = mention.entry.traits is not None and mention.behind and bool(sounds)
        if mention.entry.scene and not material and not (mention.entry.faint and firm):
            # Its own trait, as the speed of "running"; but not the water that a stream is made of.
            own = replace(mention.traits, material="")
            sounds.append((index, tuple(Layer(said.family, said.traits.plus(own)) for said in mention.entry.scene)))
        else:
            others.append((index, mention))
    loose = Traits()
    for index, mention in others:
        before = [n for n, (place, _) in enumerate(sounds) if place < index]
        after = [n for n, (place, _) in enumerate(sounds) if place > index]
        if not sounds:
            loose = loose.plus(mention.traits)
            continue
        owner = before[-1] if before and (mention.behind or not after) else after[0]
        place, scene = sounds[owner]
        sounds[owner] = (place, tuple(replace(layer, traits=layer.traits.plus(mention.traits)) for layer in scene))
    return [layer for _, scene in sounds for layer in scene], loose
