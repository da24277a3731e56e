"""A published network in the whole service, on its real weights: chosen, fetched, spoken, timed, understood."""

from __future__ import annotations

import time
from collections.abc import Iterator

import httpx
import pytest
import torch

from engine import InvalidInput
from engine.audio import join
from engine.capabilities import TtsParams
from engine.nn.catalogue import KOKORO_VOICES
from engine.selection import offers, wanted
from engine.tts.runner import TtsRunner
from engine.tts.utterance import Piece, Utterance
from tests.intelligibility import HIGHEST_RATE, VOICES, spoken
from tests.listening import HARVARD_2, ear, transcribe, word_error_rate
from tests.service import running_service
from tests.weights import kokoro_folder


@pytest.fixture(scope="module")
def runner() -> TtsRunner:
    torch.set_num_threads(1)
    return TtsRunner("kokoro", "test", kokoro_folder(), "cpu")


def said(runner: TtsRunner, text: str, voice: str = "af_heart") -> list[Piece]:
    [made] = runner._synthesizer.generate([Utterance(text=text, voice=voice, seed=1)])
    assert isinstance(made, list), made
    return made


@pytest.mark.slow
@pytest.mark.parametrize("voice", VOICES)
def test_what_it_says_is_understood(runner: TtsRunner, voice: str) -> None:
    """A quarter of what `python -m tests.intelligibility` listens to: that takes minutes."""
    ear()
    text = " ".join(HARVARD_2[:5])
    assert word_error_rate(text, transcribe(spoken(runner, text, voice))) <= HIGHEST_RATE


@pytest.mark.slow
def test_words_are_heard_where_the_timings_say(runner: TtsRunner) -> None:
    pieces = said(runner, "Hello there. It costs $9.99.")
    samples = join([piece.audio for piece in pieces]).samples
    words = [word for piece in pieces for word in piece.words]
    text = "Hello there. It costs $9.99."
    assert [text[word.start : word.end] for word in words] == ["Hello", "there", "It", "costs", "$9.99"]
    for word in words:
        inside = samples[round(word.start_seconds * 24_000) : round(word.end_seconds * 24_000)]
        assert (inside**2).mean() > 10 * (samples[: round(words[0].start_seconds * 12_000)] ** 2).mean()


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    ["😀😀😀" * 3, "日本語だけ", "?!...", "\u200b\u200b", "<br><br>"],
)
def test_a_text_without_anything_to_say_is_refused_in_a_sentence(runner: TtsRunner, text: str) -> None:
    [made] = runner._synthesizer.generate([Utterance(text=text, voice="af_heart")])
    if isinstance(made, list):  # an emoji has a name that can be said
        assert text.startswith("😀")
    else:
        assert isinstance(made, InvalidInput)
        assert str(made).endswith(".")


@pytest.fixture(scope="module")
def speaking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    source = {"BERNIE_TTS__MODEL": "kokoro", "BERNIE_TTS__SOURCE": str(kokoro_folder()), "OMP_NUM_THREADS": "1"}
    data = tmp_path_factory.mktemp("kokoro") / "data"
    with running_service(data, extra_env=source) as service, service.client() as client:
        yield client


@pytest.mark.slow
def test_the_service_speaks_with_the_chosen_model_and_the_clip_says_so(speaking: httpx.Client) -> None:
    voices = speaking.get("/voices").json()["voices"]
    # The embedded voice is there too: a clip can be converted to it.
    assert [voice["model"] for voice in voices].count("kokoro") == len(KOKORO_VOICES)
    assert voices[0]["id"] == "af_heart"
    params = {"text": "Kokoro speaks.", "voice": "bf_emma"}
    job = speaking.post("/jobs", json={"capability": "tts", "params": params}).json()
    give_up = time.monotonic() + 90
    while (found := speaking.get(f"/jobs/{job['id']}").json())["state"] in ("queued", "running"):
        assert time.monotonic() < give_up
        time.sleep(0.2)
    assert (found["state"], found["clip"]["model"]) == ("succeeded", "kokoro"), found["error"]


def test_automatic_choice_prefers_what_is_here_and_falls_back_to_the_embedded_voice() -> None:
    assert [model.name for model in offers({"tts": "auto"})["tts"].models] == ["hibari"]
    assert [model.name for model in offers({"tts": "auto"}, {"kokoro"})["tts"].models] == ["kokoro", "hibari"]
    assert wanted({"tts": "auto"}, set()) == ["kokoro"]
    assert wanted({"tts": "auto"}, {"kokoro"}) == []
    assert wanted({"tts": "hibari"}, set()) == []


@pytest.mark.parametrize("model", ["kokoro", "styletts2", "styletts2-ljspeech"])
def test_a_chosen_model_that_is_not_here_says_what_to_do(model: str) -> None:
    offer = offers({"tts": model})["tts"]
    assert offer.models == ()
    assert f"bernie models pull {model}" in (offer.unavailable or "")


def test_an_own_voice_is_served_by_the_model_that_clones() -> None:
    offer = offers({"tts": "auto"}, {"kokoro", "styletts2"})["tts"]
    assert offer.model_for(None, TtsParams(text="Hello.")).name == "kokoro"
    assert offer.model_for("heart", TtsParams(text="Hello.")).name == "hibari"
    assert offer.model_for("voice_01", TtsParams(text="Hello.")).name == "styletts2"
