"""Phonemes to the numbers that the networks were trained on.

StyleTTS 2 has a fixed table of 178 symbols and wants punctuation set apart by spaces; Kokoro's table comes in its
`config.json`, and punctuation stays where it is. Characters that a table lacks are dropped before anything is counted.
Too long a text is refused, never cut: `sentences.chunks` keeps texts short enough.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass

from engine.errors import InvalidInput
from engine.tts.spoken import Spoken, WordSpan
from engine.tts.traced import Traced

MOST_TOKENS = 512  # positions of PL-BERT
PAD = 0

_PUNCTUATION = ';:,.!?¡¿—…"«»“” '
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_IPA = (
    "ɑɐɒæɓʙβɔɕçɗɖðʤəɘɚɛɜɝɞɟʄɡɠɢʛɦɧħɥʜɨɪʝɭɬɫɮʟɱɯɰŋɳɲɴøɵɸθœɶʘɹɺɾɻʀʁɽʂʃʈʧʉʊʋⱱʌɣɤʍχʎʏʑʐʒʔʡʕʢǀǁǂǃˈˌːˑʼʴʰʱʲʷˠˤ˞↓↑→↗↘'\u0329'ᵻ"
)
SYMBOLS = f"${_PUNCTUATION}{_LETTERS}{_IPA}"
# The apostrophe stands twice; the later place wins, as it did in training.
INDEX: Mapping[str, int] = {symbol: index for index, symbol in enumerate(SYMBOLS)}

# A dot within a word stays there; one that ends a word stands apart, as do runs of dots.
_MARK = re.compile(r"[ \n]*(\.{2,}|\.(?=[\s\"'»”)\]}>]|\Z)|[;!?…—\"«»“”()\[\]{}<>]|[:,](?!\d))[ \n]*")
_ENDS = re.compile(r"\A\s+|\s+\Z")
_SPACES = re.compile(r" {2,}")


@dataclass(frozen=True, slots=True)
class Encoded:
    """Token ids with the network's own at the ends, and the words as spans of tokens."""

    ids: tuple[int, ...]
    words: tuple[WordSpan, ...]


def spaced(phonemes: str) -> str:
    """`wˈɜːld.` -> `wˈɜːld .`, as NLTK's `word_tokenize` would, its quotes turned back into quotes."""
    return _spaced(phonemes).text


def _spaced(phonemes: str) -> Traced:
    return Traced.of(phonemes).replaced(_MARK, r" \1 ").replaced(_SPACES, " ").replaced(_ENDS, "")


def for_styletts2(spoken: Spoken, *, quotes: bool = True) -> Encoded:
    """0 in front, nothing behind. `quotes=False` for the LJSpeech voice, whose texts had none."""
    text = _spaced(spoken.phonemes if quotes else spoken.phonemes.replace('"', " "))
    return _encoded(text, spoken.words, INDEX, closed=False)


def for_kokoro(spoken: Spoken, vocabulary: Mapping[str, int]) -> Encoded:
    """0 at both ends; `vocabulary` as in the checkpoint's `config.json`."""
    return _encoded(Traced.of(spoken.phonemes), spoken.words, vocabulary, closed=True)


def _encoded(text: Traced, words: tuple[WordSpan, ...], table: Mapping[str, int], *, closed: bool) -> Encoded:
    known = [
        (table[character], start) for character, start in zip(text.text, text.starts, strict=True) if character in table
    ]
    ids = (PAD, *(token for token, _ in known), *((PAD,) if closed else ()))
    if len(ids) > MOST_TOKENS:
        raise InvalidInput(
            f"A sentence of this text is too long to be said in one breath: {len(ids)} sounds, at most {MOST_TOKENS}. "
            "Divide it.",
            field="text",
        )
    starts = [start for _, start in known]
    spans = (
        WordSpan(word.start, word.end, 1 + bisect_left(starts, word.first), 1 + bisect_left(starts, word.stop))
        for word in words
    )
    return Encoded(ids, tuple(span for span in spans if span.first < span.stop))
