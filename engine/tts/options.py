"""A request's options as the synthesizer takes them."""

from __future__ import annotations

from collections.abc import Iterable

from engine.capabilities import TtsParams
from engine.generation import Task
from engine.pronunciations import PronunciationRule
from engine.tts.characters import cleaned
from engine.tts.pronunciations import Pronunciation, occurring


def pronunciations_of(task: Task) -> tuple[Pronunciation, ...]:
    """The rules for words of its text: those of the request, then those of the user's dictionaries."""
    assert isinstance(task.params, TtsParams)
    return pronunciations(task.params.text, (*task.params.pronunciations, *task.pronunciations))


def pronunciations(text: str, rules: Iterable[PronunciationRule]) -> tuple[Pronunciation, ...]:
    """Those of the rules whose words the text may have. Once for the whole text: its sentences then look for few."""
    found = [
        Pronunciation(
            word=word,
            alias=rule.alias,
            phonemes=rule.phonemes,
            alphabet=rule.alphabet,
            case_sensitive=rule.case_sensitive,
            whole_word=rule.whole_word,
        )
        for rule in rules
        # Written as the text will be when it is looked for there.
        if (word := cleaned(rule.word).text.strip())
    ]
    return tuple(occurring(cleaned(text).text, found)) if found else ()
