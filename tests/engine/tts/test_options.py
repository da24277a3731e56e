"""Options that come from outside: pronunciations and other services' voice settings."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from engine import InvalidInput, PronunciationRule, capability_named
from engine.audio import Audio
from engine.capabilities import TtsParams
from engine.generation import Task
from engine.tts.hibari import HibariRunner
from engine.tts.options import pronunciations_of
from engine.tts.phonemes import KokoroPhonemiser
from engine.voice_settings import from_voice_settings


def test_the_defaults_of_other_services_are_the_models_own() -> None:
    plain = TtsParams(text="x")
    assert from_voice_settings({}) == {}
    theirs = {"stability": 0.5, "similarity_boost": 0.75, "style": 0, "speed": 1, "use_speaker_boost": True}
    assert from_voice_settings(theirs) == {"alpha": 0.3, "beta": 0.7, "guidance": 1.0, "speed": 1.0}
    assert (plain.alpha, plain.beta, plain.guidance, plain.speed) == (0.3, 0.7, 1.0, 1.0)


@pytest.mark.parametrize("value", [-5, 0, 0.4, 1, 7, None])
def test_any_setting_gives_options_that_are_accepted(value: float | None) -> None:
    settings = dict.fromkeys(("stability", "similarity_boost", "style", "speed"), value)
    TtsParams(text="x", **from_voice_settings(settings))


def test_more_similar_is_nearer_to_the_reference_and_more_style_is_more_guidance() -> None:
    assert from_voice_settings({"similarity_boost": 1})["alpha"] < from_voice_settings({"similarity_boost": 0})["alpha"]
    assert from_voice_settings({"stability": 1})["beta"] < from_voice_settings({"stability": 0})["beta"]
    assert from_voice_settings({"style": 1})["guidance"] == 2.0


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ({"word": "GIF"}, "either other words or phonemes: give one of the two"),
        ({"word": "GIF", "alias": "jif", "phonemes": "x"}, "either other words or phonemes: give one of the two"),
        ({"word": ""}, "word` is empty"),
        ({"word": " ", "alias": "x"}, "needs the word it is for"),
        ({"word": "GIF", "phonemes": ""}, "phonemes` is empty"),
        ({"word": "GIF", "phonemes": "JH IH1 Q", "alphabet": "cmu-arpabet"}, "'Q' is not a symbol of ARPAbet"),
        ({"word": "GIF", "phonemes": "x", "alphabet": "x-sampa"}, "alphabet` must be one of"),
    ],
)
def test_a_rule_that_says_nothing_or_too_much_is_refused(rule: dict[str, str], sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        capability_named("tts").parse({"text": "A GIF.", "pronunciations": [rule]})


def test_the_embedded_voice_says_words_as_it_is_told() -> None:
    runner = HibariRunner()

    def said(text: str, *rules: dict[str, str]) -> np.ndarray:
        params = capability_named("tts").parse({"text": text, "pronunciations": list(rules)})
        assert isinstance(params, TtsParams)
        [made] = runner.run([Task(params, 1, lambda fraction: None)])
        assert isinstance(made, Audio), made
        return made.samples

    alias = {"word": "NATO", "alias": "the alliance"}
    assert np.array_equal(said("NATO met.", alias), said("the alliance met."))
    assert np.array_equal(said("NATO met."), said("NATO met.", {"word": "nat", "alias": "gnat"}))
    assert np.array_equal(said("[NATO](/nˈAtO/) met."), said("NATO met.", {"word": "NATO", "phonemes": "nˈAtO"}))


def task_of(text: str, own: Sequence[PronunciationRule], kept: Sequence[PronunciationRule]) -> Task:
    return Task(TtsParams(text=text, pronunciations=tuple(own)), 1, lambda fraction: None, pronunciations=tuple(kept))


def rules_for(text: str, own: Sequence[PronunciationRule], kept: Sequence[PronunciationRule]) -> list[str | None]:
    return [rule.alias for rule in pronunciations_of(task_of(text, own, kept))]


def test_the_rules_of_a_request_come_before_those_of_dictionaries() -> None:
    own, kept = (PronunciationRule(word="NATO", alias=alias) for alias in ("own", "kept"))
    assert rules_for("NATO met.", [own], [kept]) == ["own", "kept"]
    phonemiser = KokoroPhonemiser()
    said = phonemiser.phonemes("NATO met.", pronunciations_of(task_of("NATO met.", [own], [kept])))
    assert said == phonemiser.phonemes("own met.")


def test_of_thousands_of_rules_only_those_for_words_of_the_text_are_looked_for() -> None:
    many = [PronunciationRule(word=f"word{number}", alias=f"{number}") for number in range(5000)]
    fancy = PronunciationRule(word="don’t", alias="do not")
    assert rules_for("Say Word17, ｗｏｒｄ４２ and don't.", [], [*many, fancy]) == ["1", "4", "17", "42", "do not"]
