"""Phonemes that users write in IPA or ARPAbet, in the alphabets of the voices.

StyleTTS 2 reads what espeak-ng writes, which is IPA with stress right before the vowel; Kokoro and hibari read misaki's
alphabet, in which a diphthong or an affricate is one letter and, but for British long vowels, length is not written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Literal

from engine.tts.pronunciations import Pronunciation

# CMU's dictionary: the digit behind a vowel is its stress.
ARPABET_IPA = {
    "AA": "ɑː", "AE": "æ", "AH": "ʌ", "AH0": "ə", "AO": "ɔː", "AW": "aʊ", "AY": "aɪ", "EH": "ɛ", "ER": "ɝ", "ER0": "ɚ",
    "EY": "eɪ", "IH": "ɪ", "IY": "iː", "IY0": "i", "OW": "oʊ", "OY": "ɔɪ", "UH": "ʊ", "UW": "uː",
    "B": "b", "CH": "tʃ", "D": "d", "DH": "ð", "F": "f", "G": "ɡ", "HH": "h", "JH": "dʒ", "K": "k", "L": "l", "M": "m",
    "N": "n", "NG": "ŋ", "P": "p", "R": "ɹ", "S": "s", "SH": "ʃ", "T": "t", "TH": "θ", "V": "v", "W": "w", "Y": "j",
    "Z": "z", "ZH": "ʒ",
}  # fmt: skip
STRESS = {"1": "ˈ", "2": "ˌ"}

# As people write it: ties, dots between syllables and the colon for length are no sounds of their own.
USUAL = {"\u0361": "", "\u035c": "", ".": "", "g": "ɡ", "r": "ɹ", ":": "ː", "ɫ": "l"}
_STRESSED = re.compile(r"(?P<mark>[ˈˌ])(?P<onset>[^\sˈˌaeiouyæɑɒɔɐɘəɚɛɜɝɪɨɵøœʉʊʌᵻᵊ]*)")

MISAKI = {
    "tʃ": "ʧ", "dʒ": "ʤ", "eɪ": "A", "aɪ": "I", "aʊ": "W", "ɔɪ": "Y", "ɚ": "əɹ", "l\u0329": "ᵊl", "n\u0329": "ᵊn",
    "m\u0329": "ᵊm",
}  # fmt: skip

Dialect = Literal["espeak", "american", "british"]
TABLES: Mapping[Dialect, Mapping[str, str]] = {
    "espeak": {"ɝ": "ɜː"},
    "american": MISAKI | {"oʊ": "O", "əʊ": "O", "ɝ": "ɜɹ", "ɜːɹ": "ɜɹ", "ɜː": "ɜɹ", "ɒ": "ɑ", "ɾ": "T", "ː": ""},
    "british": MISAKI | {"oʊ": "Q", "əʊ": "Q", "ɝ": "ɜː", "æ": "a"},
}


def for_espeak(rules: Iterable[Pronunciation]) -> Iterator[Pronunciation]:
    """The rules with their phonemes in StyleTTS 2's alphabet."""
    return (_told(rule, "espeak") for rule in rules)


def for_misaki(rules: Iterable[Pronunciation], *, british: bool) -> Iterator[Pronunciation]:
    """The rules with their phonemes in the alphabet of Kokoro and hibari."""
    return (_told(rule, "british" if british else "american") for rule in rules)


def _told(rule: Pronunciation, dialect: Dialect) -> Pronunciation:
    if rule.phonemes is None or rule.alphabet == "voice":
        return rule
    ipa = ipa_of(rule.phonemes) if rule.alphabet == "cmu-arpabet" else rule.phonemes
    return replace(rule, phonemes=translated(ipa, dialect), alphabet="voice")


def ipa_of(arpabet: str) -> str:
    """`HH AH0 L OW1` -> həlˈoʊ. What is no symbol is left out."""
    said = []
    for symbol in arpabet.upper().split():
        name, stress = symbol.rstrip("012"), STRESS.get(symbol[-1], "")
        said.append(stress + ARPABET_IPA.get(symbol, ARPABET_IPA.get(name, "")))
    return "".join(said)


@lru_cache(maxsize=4096)
def translated(ipa: str, dialect: Dialect) -> str:
    """IPA, with stress anywhere before its vowel, in the alphabet of a family of voices."""
    plain = _STRESSED.sub(r"\g<onset>\g<mark>", _replaced(ipa, USUAL))
    return _replaced(plain, TABLES[dialect])


def _replaced(text: str, table: Mapping[str, str]) -> str:
    """The longest first."""
    if not table:
        return text
    found = "|".join(sorted(map(re.escape, table), key=len, reverse=True))
    return re.sub(found, lambda match: table[match[0]], text)
