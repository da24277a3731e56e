"""The official OpenAI SDK, unmodified, against a running service."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator

import numpy as np
import pytest

from engine.codecs import decode
from tests.listening import transcribe, word_error_rate
from tests.service import Service, running_service

openai = pytest.importorskip("openai", reason="needs the extra 'test'")

SAID = "The birch canoe slid on the smooth planks. Glue the sheet to the dark blue background."
CONTAINERS = {"mp3": "mp3", "opus": "ogg", "aac": "aac", "flac": "flac", "wav": "wav"}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running_service(tmp_path_factory.mktemp("bernie")) as running:
        yield running


@pytest.fixture(scope="module")
def client(service: Service) -> openai.OpenAI:
    return openai.OpenAI(api_key=service.api_key, base_url=f"{service.url}/v1")


def speak(client: openai.OpenAI, **options: object) -> bytes:
    asked = {"model": "gpt-4o-mini-tts", "voice": "heart", "input": "Hello there."} | options
    return client.audio.speech.create(**asked).content


def test_speech_is_understood_whatever_the_model_is_called(client: openai.OpenAI) -> None:
    for model in ("tts-1", "tts-1-hd", "anything"):
        assert word_error_rate(SAID, transcribe(speak(client, model=model, input=SAID))) <= 0.15


@pytest.mark.parametrize("name", CONTAINERS)
def test_every_format_is_what_its_name_says(client: openai.OpenAI, name: str) -> None:
    import av

    sound = speak(client, response_format=name)
    with av.open(io.BytesIO(sound)) as file:
        assert CONTAINERS[name] in file.format.name
    assert 0.5 < decode(sound, max_seconds=60).seconds < 3


def test_pcm_is_raw_at_24_khz(client: openai.OpenAI) -> None:
    samples = np.frombuffer(speak(client, response_format="pcm"), "<i2")
    assert 0.5 < len(samples) / 24_000 < 3
    assert np.abs(samples).max() > 3000


def test_a_stream_is_written_to_a_file(client: openai.OpenAI, tmp_path: object) -> None:
    with client.audio.speech.with_streaming_response.create(model="tts-1", voice="heart", input=SAID) as answer:
        parts = list(answer.iter_bytes(1024))
    assert answer.headers["content-type"] == "audio/mpeg"
    assert decode(b"".join(parts), max_seconds=60).seconds > 4


def test_events_carry_the_same_sound(client: openai.OpenAI) -> None:
    with client.audio.speech.with_streaming_response.create(
        model="tts-1", voice="heart", input=SAID, response_format="pcm", extra_body={"stream_format": "sse"}
    ) as answer:
        lines = [line for line in answer.iter_lines() if line]
    events = [json.loads(line.removeprefix("data: ")) for line in lines]
    assert [event["type"] for event in events[-2:]] == ["speech.audio.delta", "speech.audio.done"]
    assert events[-1]["usage"]["total_tokens"] == len(SAID)
    sound = b"".join(base64.b64decode(event["audio"]) for event in events[:-1])
    assert len(sound) / 2 / 24_000 > 4


def test_speed_is_brought_into_our_range_and_a_voice_of_theirs_is_answered(client: openai.OpenAI) -> None:
    slow = decode(speak(client, input=SAID, voice="alloy", speed=0.25), max_seconds=60).seconds
    fast = decode(speak(client, input=SAID, voice="nova", speed=4), max_seconds=60).seconds
    assert slow > 2 * fast


def test_models_and_voices_are_listed(client: openai.OpenAI, service: Service) -> None:
    names = [model.id for model in client.models.list()]
    assert {"hibari", "tts-1", "gpt-4o-mini-tts"} <= set(names)
    with service.client() as http:
        voices = http.get(f"{service.url}/v1/audio/voices").json()["voices"]
    assert {"id": "heart", "name": "Heart"} in voices


def test_errors_are_of_the_class_that_the_sdk_has_for_them(client: openai.OpenAI, service: Service) -> None:
    with pytest.raises(openai.AuthenticationError) as wrong_key:
        speak(openai.OpenAI(api_key="bn_wrong", base_url=f"{service.url}/v1"))
    assert wrong_key.value.code == "invalid_api_key"
    with pytest.raises(openai.NotFoundError) as nobody:
        speak(client, voice="nobody")
    assert nobody.value.param == "voice"
    for wrong in ({"input": "x" * 4097}, {"input": ""}, {"response_format": "midi"}, {"speed": 9}):
        with pytest.raises(openai.BadRequestError) as refused:
            speak(client, **wrong)
        assert refused.value.request_id
        assert str(refused.value.body["message"]).endswith(".")
