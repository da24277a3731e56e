"""Pronunciations that a user gives: `[word](/phonemes/)` in the text, and a list of rules kept beside it.

A pinned pronunciation travels through the reading of the text as one private character, which no rule touches and no
text contains (`characters.cleaned` removes them), and comes out as its phonemes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine.errors import InvalidInput
from engine.pronunciations import Alphabet
from engine.tts.traced import Traced

FIRST_PIN, LAST_PIN = 0xF0000, 0xFFFFD  # a plane for private use
PINS = f"{chr(FIRST_PIN)}-{chr(LAST_PIN)}"  # for a character class
MOST_SAID = 30_000
"""Characters of a text in words: half an hour of speech. A text of 5,000 emoji has more, and so has one in which rules
make a sentence of every letter."""
INLINE = re.compile(r"\[(?P<word>[^\[\]\n]{1,200})\]\(/(?P<phonemes>[^()/\n\[\]]{1,200})/\)")

Pinned = Mapping[str, str]  # private character -> phonemes


@dataclass(frozen=True, slots=True, kw_only=True)
class Pronunciation:
    """How to say `word`: as the text `alias`, or by `phonemes`, which phonemisers bring into the voice's alphabet."""

    word: str
    alias: str | None = None
    phonemes: str | None = None
    alphabet: Alphabet = "voice"
    case_sensitive: bool = False
    whole_word: bool = True

    def __post_init__(self) -> None:
        if not self.word.strip():
            raise InvalidInput("A pronunciation needs the word it is for.", field="word")
        if (self.alias is None) == (self.phonemes is None):
            raise InvalidInput("A pronunciation is either other words or phonemes: give one of the two.", field="alias")

    @property
    def pattern(self) -> str:
        word = re.escape(self.word) if self.case_sensitive else f"(?i:{re.escape(self.word)})"
        return rf"(?<!\w){word}(?!\w)" if self.whole_word else word


def too_long(length: int) -> InvalidInput:
    return InvalidInput(
        f"Read out in words, this text is {length:,} characters long, and {MOST_SAID:,} are the most. Shorten it.",
        field="text",
    )


class _Pins(dict[str, str]):
    """Equal phonemes share a character: as many different pronunciations as the private plane has room for."""

    def __init__(self) -> None:
        super().__init__()
        self._characters: dict[str, str] = {}

    def pin(self, phonemes: str) -> str:
        character = self._characters.get(phonemes)
        if character is None:
            if FIRST_PIN + len(self) > LAST_PIN:
                raise InvalidInput("This text has too many pronunciations of its own. Shorten it.", field="text")
            character = self._characters[phonemes] = chr(FIRST_PIN + len(self))
            self[character] = phonemes
        return character


def occurring(text: str, pronunciations: Iterable[Pronunciation]) -> list[Pronunciation]:
    """Those whose word may stand in the text: of the thousands that a user can have, few do."""
    folded = text.casefold()
    return [rule for rule in pronunciations if rule.word.casefold() in folded]


def pinned(text: Traced, pronunciations: Iterable[Pronunciation]) -> tuple[Traced, Pinned]:
    """Inline pronunciations first, then the list; of two rules that fit, the longer word, then the earlier."""
    pins = _Pins()
    # The word inside is what timings point at, not the brackets.
    text = text.edited(
        edit
        for match in INLINE.finditer(text.text)
        for edit in (
            (match.start(), match.start("word"), ""),
            (*match.span("word"), pins.pin(match["phonemes"].strip())),
            (match.end("word"), match.end(), ""),
        )
    )
    rules = sorted(occurring(text.text, pronunciations), key=lambda rule: -len(rule.word))
    if not rules:
        return text, pins
    found = re.compile("|".join(f"(?P<r{index}>{rule.pattern})" for index, rule in enumerate(rules)))

    def said(match: re.Match[str]) -> str:
        rule = rules[int((match.lastgroup or "r0")[1:])]
        return rule.alias if rule.phonemes is None and rule.alias is not None else pins.pin(rule.phonemes or "")

    replaced = text.replaced(found, said)
    # Before all the rules of reading are tried on a text that a rule made enormous.
    if len(replaced.text) > max(MOST_SAID, len(text.text)):
        raise too_long(len(replaced.text))
    return replaced, pins
