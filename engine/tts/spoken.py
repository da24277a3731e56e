"""What a text sounds like: phonemes, and which words of the text they say.

A phonemiser gives its phonemes part by part, each with the characters that it reads; `assembled` joins them. A token
that takes several words to say ("$9.99") is one word here, with the span of the token.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Protocol

from engine.tts.pronunciations import Pronunciation
from engine.tts.traced import Traced

SILENT = frozenset(";:,.!?¡¿—…\"«»“”() '-")

CLOSING = frozenset(";:,.!?…)”")  # stand right behind the word before


@dataclass(frozen=True, slots=True)
class WordSpan:
    """Characters [start, end) of the text are said by phonemes (or, once encoded, tokens) [first, stop)."""

    start: int
    end: int
    first: int
    stop: int


@dataclass(frozen=True, slots=True)
class Spoken:
    """Words in order, apart from each other; punctuation belongs to none."""

    phonemes: str
    words: tuple[WordSpan, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """Phonemes of characters [first, stop) of the prepared text, and what stands between them and the next."""

    first: int
    stop: int
    phonemes: str
    after: str = ""


class Phonemiser(Protocol):
    """Text to the phonemes of one family of voices. Safe to call from several threads."""

    def phonemes(self, text: str, pronunciations: Iterable[Pronunciation] = ()) -> str: ...

    def spoken(self, text: str, pronunciations: Iterable[Pronunciation] = ()) -> Spoken: ...


def assembled(prepared: Traced, parts: Iterable[Part]) -> Spoken:
    """One space at most between parts, none at the ends."""
    said: list[str] = []
    words: list[WordSpan] = []
    length, gap = 0, ""
    for part in parts:
        if part.phonemes:
            lead = gap if length and part.phonemes[0] not in CLOSING else ""
            said += lead, part.phonemes
            length += len(lead)
            if not SILENT.issuperset(part.phonemes):
                _add(words, WordSpan(*prepared.origin(part.first, part.stop), length, length + len(part.phonemes)))
            length += len(part.phonemes)
            gap = ""
        gap = part.after or gap
    return Spoken("".join(said), tuple(words))


def _add(words: list[WordSpan], word: WordSpan) -> None:
    """Parts that read the same characters are one word."""
    if words and word.start < words[-1].end:
        words[-1] = replace(words[-1], end=max(words[-1].end, word.end), stop=word.stop)
    else:
        words.append(word)
