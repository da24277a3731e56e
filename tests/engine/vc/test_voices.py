"""A target voice is made once, and found again by what the clip holds."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.audio import Audio
from engine.errors import InvalidInput
from engine.vc.voices import Voices
from tests.engine.vc.tiny import SINGING, TinyEncoder, speech, tiny_network


@pytest.fixture(scope="module")
def network():
    return tiny_network()


@pytest.fixture(autouse=True)
def inference():
    with torch.inference_mode():
        yield


def assert_same(voice, other):
    for name in ("mel", "cond", "style"):
        assert torch.equal(getattr(voice.prompt, name), getattr(other.prompt, name))


def test_a_voice_outlives_the_process_on_disk(network, tmp_path):
    encoder, clip = TinyEncoder(), speech(3.0)
    made = Voices(network, encoder, "tiny@1", tmp_path / "voices").of(clip)
    again = Voices(network, encoder, "tiny@1", tmp_path / "voices").of(clip)
    assert encoder.windows == 1
    assert_same(again, made)


def test_a_voice_is_made_anew_for_another_revision_of_the_model(network, tmp_path):
    encoder, clip = TinyEncoder(), speech(3.0)
    for model in ("tiny@1", "tiny@2"):
        Voices(network, encoder, model, tmp_path).of(clip)
    assert encoder.windows == 2


def test_a_damaged_file_is_made_again(network, tmp_path):
    clip = speech(3.0)
    made = Voices(network, TinyEncoder(), "tiny", tmp_path).of(clip)
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:100])
    assert_same(Voices(network, TinyEncoder(), "tiny", tmp_path).of(clip), made)
    assert_same(Voices(network, TinyEncoder(), "tiny", tmp_path).of(clip), made)


def test_a_folder_that_cannot_be_written_costs_time_only(network, tmp_path):
    (tmp_path / "voices").write_text("a file where the folder should be")
    assert Voices(network, TinyEncoder(), "tiny", tmp_path / "voices").of(speech(3.0)).f0 is None


@pytest.mark.slow
def test_a_singer_is_kept_with_the_pitch(tmp_path):
    network = tiny_network(SINGING)
    made = Voices(network, TinyEncoder(), "tiny", tmp_path).of(speech(2.0))
    found = Voices(network, TinyEncoder(), "tiny", tmp_path).of(speech(2.0))
    assert found.f0.dtype == torch.float64
    assert torch.equal(found.f0, made.f0)


def test_only_the_first_25_seconds_of_a_clip_are_the_voice(network):
    voice = Voices(network, TinyEncoder(), "tiny", None).of(speech(40.0))
    assert voice.prompt.frames == 25 * 16


@pytest.mark.parametrize(
    ("clip", "sentence"),
    [
        (speech(0.4), "The voice sample lasts 0.4 seconds and at least 1 are needed. Use a longer recording."),
        (Audio(np.zeros(32_000, np.float32), 16_000), "The voice sample is silent."),
    ],
)
def test_a_clip_without_a_voice_is_refused_with_a_sentence(network, clip, sentence):
    with pytest.raises(InvalidInput, match=sentence):
        Voices(network, TinyEncoder(), "tiny", None).of(clip)
