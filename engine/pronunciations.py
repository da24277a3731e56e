"""How to say a word: one rule of a user's, sent along with a request or kept in a dictionary."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Alphabet = Literal["voice", "ipa", "cmu-arpabet"]

VOWELS = "AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW"
CONSONANTS = "B CH D DH F G HH JH K L M N NG P R S SH T TH V W Y Z ZH"
ARPABET = frozenset({*CONSONANTS.split(), *(f"{vowel}{stress}" for vowel in VOWELS.split() for stress in ("", *"012"))})


class PronunciationRule(BaseModel):
    """As other words (`alias`), or by `phonemes`: in the voice's own alphabet, in IPA, or in CMU's ARPAbet, whose
    symbols stand apart (`N EY1 T OW0`). Of two rules that fit, the longer word counts, then the earlier rule.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    word: str = Field(min_length=1, max_length=100)
    alias: str | None = Field(default=None, max_length=200)
    phonemes: str | None = Field(default=None, min_length=1, max_length=200)
    alphabet: Alphabet = "voice"
    case_sensitive: bool = False
    whole_word: bool = True

    @model_validator(mode="after")
    def _sayable(self) -> PronunciationRule:
        if not self.word.strip():
            raise ValueError("A pronunciation needs the word it is for.")
        if (self.alias is None) == (self.phonemes is None):
            raise ValueError("A pronunciation is either other words or phonemes: give one of the two.")
        if self.alphabet == "cmu-arpabet" and self.phonemes:
            unknown = [symbol for symbol in self.phonemes.split() if symbol.upper() not in ARPABET]
            if unknown:
                raise ValueError(f"{unknown[0][:20]!r} is not a symbol of ARPAbet. Write them apart, as N EY1 T OW0.")
        return self
