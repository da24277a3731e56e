"""Vocabulary and adjectives as one table of stemmed phrases."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from engine.sfx.foley.adjectives import SKIPPED, TRAITS
from engine.sfx.foley.traits import Layer, Scene, Traits
from engine.sfx.foley.vocabulary import FAINT, FAMILIES, SPECIAL

LONGEST = 3
STEM_LETTERS = 3

Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """What a phrase stands for: sounds, a change of a sound, or either, as "water" and "glass" do."""

    scene: Scene = ()
    faint: bool = False
    traits: Traits | None = None


def words(text: str) -> list[str]:
    """Lower case without accents; marks that part a sentence come as ","; articles are gone."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    plain = re.sub(r"'s\b", "", plain.replace("’", "'"))
    found = re.findall(r"[a-z']+|[0-9]+|[&+]|[,.;:!?()/|\n]", plain)
    return ["," if not (w[0].isalnum() or w[0] in "'&+") else w for w in found if w not in SKIPPED]


@cache
def stem(word: str) -> str:
    """Without plural, -ing, -ed, a doubled last letter and -e: "slamming" and "slams" are "slam"."""
    if word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith("s") and not word.endswith("ss") and len(word) > STEM_LETTERS:
        word = word[:-1]
    for ending in ("ing", "ed"):
        rest = word.removesuffix(ending)
        if rest != word and len(rest) >= STEM_LETTERS and re.search("[aeiouy]", rest):
            word = rest
            break
    if len(word) > STEM_LETTERS and word[-1] == word[-2]:
        word = word[:-1]
    return word.removesuffix("e") if len(word) > STEM_LETTERS else word


def _phrases(listed: str) -> Iterator[Phrase]:
    for phrase in listed.split(","):
        yield tuple(stem(word) for word in words(phrase))


@cache
def lexicon() -> dict[Phrase, Entry]:
    """Built at the first prompt, in a few milliseconds."""
    table: dict[Phrase, Entry] = {}
    for listed, traits in TRAITS.items():
        table.update((phrase, Entry(traits=traits)) for phrase in _phrases(listed))
    for source, faint in ((FAINT, True), (FAMILIES, False)):
        for family, listed in source.items():
            for phrase in _phrases(listed):
                other = table.get(phrase, Entry()).traits
                table[phrase] = Entry((Layer(family),), faint, other)
    for listed, scene in SPECIAL.items():
        table.update((phrase, Entry(scene)) for phrase in _phrases(listed))
    return table


def longest(stems: list[str], start: int) -> tuple[int, Entry | None]:
    """How many words from `start` make a known phrase, and what it stands for; (1, None) for an unknown word."""
    for length in range(min(LONGEST, len(stems) - start), 0, -1):
        if entry := lexicon().get(tuple(stems[start : start + length])):
            return length, entry
    return 1, None
