"""The measure itself is right, and the ear hears: otherwise no figure that they give means anything."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from engine.audio import Audio
from engine.codecs import encode
from tests.listening import HARVARD, HARVARD_2, transcribe, word_error_rate


@pytest.mark.parametrize(
    ("reference", "heard", "rate"),
    [
        ("one two three four", "one two three four", 0),
        ("one two three four", "one two tree four", 0.25),
        ("one two three four", "one three four", 0.25),
        ("one two three four", "one two two three four", 0.25),
        ("one two three four", "", 1),
        ("one", "two three", 2),
        ("", "", 0),
        ("", "something", 1),
    ],
)
def test_each_wrong_missing_or_additional_word_counts_once(reference, heard, rate):
    assert word_error_rate(reference, heard) == rate


@pytest.mark.parametrize(
    ("reference", "heard"),
    [
        ("It's easy, isn't it?", "its EASY isn’t it"),
        ("Four hours, 21 minutes", "4 hours twenty-one minutes"),
        ("A well-known fact.", "a well known fact"),
    ],
)
def test_case_punctuation_and_spelling_of_numbers_are_no_errors(reference, heard):
    assert word_error_rate(reference, heard) == 0


def test_the_harvard_sentences_are_twenty_different_ones():
    assert len({*HARVARD, *HARVARD_2}) == 20
    assert all(word_error_rate(one, other) > 0.5 for one, other in pairwise([*HARVARD, *HARVARD_2]))


@pytest.mark.slow
def test_the_ear_does_not_imagine_a_sentence_in_noise():
    noise = np.random.default_rng(1).normal(0, 0.1, 48_000).astype(np.float32)
    assert word_error_rate(HARVARD[0], transcribe(Audio(noise, 16_000))) > 0.8


@pytest.fixture(scope="module")
def spoken():
    """The ten sentences as the embedded voice says them, by its library directly."""
    hibari = pytest.importorskip("hibari")
    say = hibari.Hibari()
    return [Audio(np.asarray(say(sentence, seed=1)), 24_000) for sentence in HARVARD]


@pytest.mark.slow
def test_the_ear_understands_the_embedded_voice(spoken):
    assert _mean_error(spoken) < 0.1


@pytest.mark.slow
@pytest.mark.parametrize("form", ["wav", "ogg", "mp3"])
def test_no_format_makes_speech_hard_to_understand(spoken, form):
    assert _mean_error([encode(audio, form) for audio in spoken[:4]]) < 0.1


def _mean_error(sounds):
    """Of the first sentences, as many as there are sounds."""
    heard = [transcribe(sound) for sound in sounds]
    return word_error_rate(" ".join(HARVARD[: len(sounds)]), " ".join(heard))
