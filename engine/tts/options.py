"""A request's options as the synthesizer takes them."""

from __future__ import annotations

from engine.capabilities import TtsParams
from engine.tts.pronunciations import Pronunciation


def pronunciations_of(params: TtsParams) -> tuple[Pronunciation, ...]:
    return tuple(
        Pronunciation(
            word=rule.word,
            alias=rule.alias,
            phonemes=rule.phonemes,
            case_sensitive=rule.case_sensitive,
            whole_word=rule.whole_word,
        )
        for rule in params.pronunciations
    )
