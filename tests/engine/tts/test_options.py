"""Options that come from outside: pronunciations and other services' voice settings."""

from __future__ import annotations

import numpy as np
import pytest

from engine import InvalidInput, capability_named
from engine.audio import Audio
from engine.capabilities import TtsParams
from engine.generation import Task
from engine.tts.hibari import HibariRunner
from engine.tts.options import pronunciations_of
from engine.voice_settings import from_voice_settings


def test_the_defaults_of_other_services_are_the_models_own() -> None:
    plain = TtsParams(text="x")
    assert from_voice_settings({}) == {"alpha": 0.3, "beta": 0.7, "guidance": 1.0, "speed": 1.0}
    assert (plain.alpha, plain.beta, plain.guidance, plain.speed) == (0.3, 0.7, 1.0, 1.0)


@pytest.mark.parametrize("value", [-5, 0, 0.4, 1, 7, None])
def test_any_setting_gives_options_that_are_accepted(value: float | None) -> None:
    settings = dict.fromkeys(("stability", "similarity_boost", "style", "speed"), value)
    TtsParams(text="x", **from_voice_settings(settings))


def test_more_similar_is_nearer_to_the_reference_and_more_style_is_more_guidance() -> None:
    assert from_voice_settings({"similarity_boost": 1})["alpha"] < from_voice_settings({"similarity_boost": 0})["alpha"]
    assert from_voice_settings({"stability": 1})["beta"] < from_voice_settings({"stability": 0})["beta"]
    assert from_voice_settings({"style": 1})["guidance"] == 2.0


@pytest.mark.parametrize("rule", [{"word": "GIF"}, {"word": "GIF", "alias": "jif", "phonemes": "x"}, {"word": ""}])
def test_a_rule_that_says_nothing_or_too_much_is_refused(rule: dict[str, str]) -> None:
    with pytest.raises(InvalidInput):
        capability_named("tts").parse({"text": "A GIF.", "pronunciations": [rule]})


def test_the_embedded_voice_says_words_as_it_is_told() -> None:
    runner = HibariRunner()

    def said(text: str, *rules: dict[str, str]) -> np.ndarray:
        params = capability_named("tts").parse({"text": text, "pronunciations": list(rules)})
        assert isinstance(params, TtsParams)
        [made] = runner.run([Task(params, 1, lambda fraction: None)])
        assert isinstance(made, Audio), made
        return made.samples

    assert len(pronunciations_of(TtsParams(text="x"))) == 0
    alias = {"word": "NATO", "alias": "the alliance"}
    assert np.array_equal(said("NATO met.", alias), said("the alliance met."))
    assert np.array_equal(said("[NATO](/nˈAtO/) met."), said("NATO met.", {"word": "NATO", "phonemes": "nˈAtO"}))
