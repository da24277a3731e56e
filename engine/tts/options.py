"""A request's options as the synthesizer takes them."""

from __future__ import annotations

from engine.capabilities import TtsParams
from engine.generation import Task
from engine.tts.characters import cleaned
from engine.tts.pronunciations import Pronunciation, occurring


def pronunciations_of(task: Task) -> tuple[Pronunciation, ...]:
    """The rules for words of its text: those of the request, then those of the user's dictionaries."""
    assert isinstance(task.params, TtsParams)
    rules = [
        Pronunciation(
            word=word,
            alias=rule.alias,
            phonemes=rule.phonemes,
            alphabet=rule.alphabet,
            case_sensitive=rule.case_sensitive,
            whole_word=rule.whole_word,
        )
        for rule in (*task.params.pronunciations, *task.pronunciations)
        # Written as the text will be when it is looked for there.
        if (word := cleaned(rule.word).text.strip())
    ]
    # Once for the whole text: each of its sentences then has few to look for.
    return tuple(occurring(cleaned(task.params.text).text, rules)) if rules else ()
