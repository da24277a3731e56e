"""Phonemes for each family of voices: espeak's IPA for StyleTTS 2, misaki's alphabet for Kokoro and hibari.

Both read the text as `normalise` put it into words. This module has misaki's, and is where to import either from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import Any

from engine.errors import ModelUnavailable
from engine.tts.alphabets import for_misaki
from engine.tts.espeak import EspeakPhonemiser
from engine.tts.normalise import normalised
from engine.tts.pronunciations import PINS, Pinned, Pronunciation
from engine.tts.spoken import Part, Phonemiser, Spoken, WordSpan, assembled
from engine.tts.traced import Traced

__all__ = ["EspeakPhonemiser", "KokoroPhonemiser", "Phonemiser", "Spoken", "WordSpan"]

_PIN = re.compile(f"[{PINS}]")
_SPELLED = re.compile(r"(?<![\w'])[A-Z](?: [A-Z])+(?!\w)")


class KokoroPhonemiser:
    """English by hibari's port of misaki, which comes with the embedded voice (Apache-2.0)."""

    def __init__(self, *, british: bool = False) -> None:
        self._british = british

    @classmethod
    def for_voice(cls, name: str) -> KokoroPhonemiser:
        """`af_heart` is American, `bm_george` British; other letters are languages without a phonemiser here."""
        if name[:1] not in ("a", "b"):
            raise ModelUnavailable(f"The voice {name[:40]!r} speaks a language that this service cannot read yet.")
        return cls(british=name.startswith("b"))

    def phonemes(self, text: str, pronunciations: Iterable[Pronunciation] = ()) -> str:
        return self.spoken(text, pronunciations).phonemes

    def spoken(self, text: str, pronunciations: Iterable[Pronunciation] = ()) -> Spoken:
        said, pins = normalised(text, for_misaki(pronunciations, british=self._british))
        prepared = _for_hibari(said, pins)
        g2p = _hibari(self._british)
        return assembled(prepared, _located(prepared.text, g2p.phonemize_tokens(g2p.tokenize(prepared.text))))


_INNER_QUOTE = re.compile(r'(?<=\w)"(?=\w)')
_QUOTE = re.compile('"')
# Its net for unknown words reads the first 24 letters of a word and drops the rest.
_LONG_WORD = re.compile(r"[^\W_]{20}(?=[^\W_]{4})")
# What stands together without a space it reads as one word, trying each part of it: the cube of its length.
_LONG_CHAIN = re.compile(r"\S{30,}?[^\w\s](?=\S)")


def _for_hibari(said: Traced, pins: Pinned) -> Traced:
    """Spelled letters dotted (so that A is not taken for the article), pins as the links that hibari knows."""
    # A space keeps the dot that ends the sentence apart from those between the letters.
    # Double quotes have no sound in hibari's reading, but spoil its part-of-speech tags.
    bare = said.replaced(_INNER_QUOTE, " ").replaced(_QUOTE, "")
    dotted = bare.replaced(
        _SPELLED, lambda m: m[0].replace(" ", ".") + (" " if m.string[m.end() : m.end() + 1] == "." else "")
    )
    return (
        dotted.replaced(_LONG_WORD, r"\g<0> ")
        .replaced(_LONG_CHAIN, r"\g<0> ")
        .replaced(_PIN, lambda m: f"[{m[0]}](/{pins[m[0]]}/)")
    )


def _located(text: str, tokens: Iterable[Any]) -> Iterator[Part]:
    """Where in the text each token stands: they come in order, and none is invented."""
    position = 0
    for token in tokens:
        first = text.find(token.text, position)
        if first < 0:
            first = stop = position
        elif _PIN.fullmatch(token.text):
            first, stop = first - 1, text.index("/)", first) + 2
        else:
            stop = first + len(token.text)
        position = stop
        yield Part(first, stop, (token.phonemes or "").strip(), " " if token.whitespace else "")


@cache
def _hibari(british: bool) -> Any:
    from hibari.g2p import G2P  # reads a lexicon of 90,000 words

    def unknown(word: str) -> Any:
        return _unknown(british)(word)

    g2p = G2P(british=british)
    # Texts repeat their unknown words, and each costs a run of a network. Put in behind the constructor's back: given
    # to it, the network would have to be loaded at once; hibari is pinned to the version that this fits.
    g2p._oov = lru_cache(maxsize=4096)(unknown)
    return g2p


@cache
def _unknown(british: bool) -> Any:
    from hibari.g2p import ASSETS
    from hibari.g2p.oov import OOV

    return OOV(f"{ASSETS}/oov{'_gb' if british else ''}.onnx")
