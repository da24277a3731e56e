"""What the embedded conversion is worth, judged by strangers: a pitch tracker, a speaker encoder and a recogniser."""

from __future__ import annotations

import pytest
import torch

from engine.audio import Audio
from engine.capabilities import TtsParams, VcParams
from engine.generation import Task
from engine.vc.world.runner import WorldRunner
from tests.engine.vc.speakers import median_pitch
from tests.listening import HARVARD, ear, transcribe, word_error_rate
from tests.speakers import judge, likeness
from tests.weights import kokoro_folder

MAN, WOMAN = "am_michael", "af_bella"
TEXTS = {MAN: " ".join(HARVARD[:4]), WOMAN: " ".join(HARVARD[4:8])}


@pytest.fixture(scope="module")
def said() -> dict[str, Audio]:
    """Each voice with its own text, by Kokoro on its published weights."""
    ear(), judge()  # before the long part: each skips, with the reason, where its weights are not installed
    from engine.tts.runner import TtsRunner

    torch.set_num_threads(1)
    runner = TtsRunner("kokoro", "test", kokoro_folder(), "cpu")
    tasks = [Task(TtsParams(text=text, voice=voice), 1, lambda fraction: None) for voice, text in TEXTS.items()]
    return {voice: clip for voice, clip in zip(TEXTS, runner.run(tasks), strict=True) if isinstance(clip, Audio)}


@pytest.mark.slow
@pytest.mark.parametrize(("speaker", "other"), [(MAN, WOMAN), (WOMAN, MAN)], ids=["man to woman", "woman to man"])
def test_a_voice_becomes_more_like_the_other_than_like_itself_and_stays_clear(
    said: dict[str, Audio], speaker: str, other: str
) -> None:
    source, target = said[speaker], said[other]
    params = VcParams(source={"id": "upload_1", "key": "uploads/1.flac", "seconds": source.seconds}, voice=other)
    [clip] = WorldRunner(said.__getitem__).run([Task(params, 1, lambda fraction: None, source=source)])
    assert isinstance(clip, Audio)
    assert median_pitch(clip) == pytest.approx(median_pitch(target), rel=0.1)
    assert likeness(clip, target) > likeness(clip, source) + 0.03
    assert likeness(clip, target) > likeness(source, target) + 0.1
    unclear = word_error_rate(TEXTS[speaker], transcribe(clip))
    assert unclear <= word_error_rate(TEXTS[speaker], transcribe(source)) + 0.1
