"""A recording in another voice, on an empty machine: uploaded, converted by the embedded model, fetched, understood."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx
import numpy as np
import pytest

from engine.audio import Audio, resample
from engine.codecs import decode, encode
from tests.engine.vc.speakers import median_pitch
from tests.listening import HARVARD, ear, transcribe, word_error_rate
from tests.service import running_service

TEXT = " ".join(HARVARD[:4])


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with running_service(tmp_path_factory.mktemp("convert") / "data") as service, service.client() as made:
        yield made


def finished(client: httpx.Client, capability: str, **params: Any) -> dict[str, Any]:
    answer = client.post("/jobs", json={"capability": capability, "params": {"format": "flac", **params}})
    assert answer.status_code == 202, answer.text
    give_up = time.monotonic() + 90
    while (found := client.get(f"/jobs/{answer.json()['id']}").json())["state"] in ("queued", "running"):
        assert time.monotonic() < give_up
        time.sleep(0.1)
    assert found["state"] == "succeeded", found["error"]
    return dict(found)


def heard(client: httpx.Client, job: dict[str, Any]) -> Audio:
    data = client.get(f"/jobs/{job['id']}/audio", follow_redirects=True)
    assert data.status_code == 200
    return decode(data.content, max_seconds=60)


@pytest.fixture(scope="module")
def heart(client: httpx.Client) -> Audio:
    return heard(client, finished(client, "tts", text=TEXT, voice="heart"))


@pytest.fixture(scope="module")
def deep(heart: Audio) -> Audio:
    """Somebody else: the same words a quarter slower, so that pitch and formants lie lower by a fifth."""
    return Audio(resample(heart, round(1.25 * heart.sample_rate)).samples, heart.sample_rate)


def uploaded(client: httpx.Client, audio: Audio) -> str:
    answer = client.post("/uploads", files={"file": ("clip.ogg", encode(audio, "ogg"), "audio/ogg")})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


@pytest.mark.slow
def test_a_recording_is_said_again_in_the_built_in_voice(client: httpx.Client, heart: Audio, deep: Audio) -> None:
    ear()
    job = finished(client, "vc", source=uploaded(client, deep), voice="heart")
    clip = heard(client, job)
    assert (job["clip"]["model"], job["price"]) == ("world", 15 * int(np.ceil(deep.seconds)))
    assert clip.seconds == pytest.approx(deep.seconds, abs=0.05)
    assert median_pitch(deep) < 0.85 * median_pitch(heart)
    assert median_pitch(clip) == pytest.approx(median_pitch(heart), rel=0.1)
    assert word_error_rate(TEXT, transcribe(clip)) <= word_error_rate(TEXT, transcribe(deep)) + 0.1


@pytest.mark.slow
def test_a_recording_is_said_again_in_a_voice_of_ones_own(client: httpx.Client, heart: Audio, deep: Audio) -> None:
    ear()
    sample = {"file": ("me.flac", encode(deep, "flac"), "audio/flac")}
    voice = client.post("/voices", files=sample, data={"name": "Deep", "consent": "true"})
    assert voice.status_code == 201, voice.text
    job = finished(client, "vc", source=uploaded(client, heart), voice="Deep")
    clip = heard(client, job)
    assert job["clip"]["model"] == "world"
    assert median_pitch(clip) == pytest.approx(median_pitch(deep), rel=0.1)
    assert word_error_rate(TEXT, transcribe(clip)) <= word_error_rate(TEXT, transcribe(heart)) + 0.1


@pytest.mark.slow
def test_a_person_is_told_once_that_a_voice_is_moved_and_not_cloned(client: httpx.Client, deep: Audio) -> None:
    source = uploaded(client, Audio(deep.samples[: 2 * deep.sample_rate], deep.sample_rate))
    for semitones in (1, 2):
        finished(client, "vc", source=source, voice="heart", semitones=semitones)
    converted = [job["id"] for job in client.get("/jobs").json()["jobs"] if job["capability"] == "vc"]
    notices = [client.get(f"/jobs/{job_id}").json()["notice"] for job_id in reversed(converted)]
    assert "rather than clone it" in notices[0]
    assert "bernie models pull vc" in notices[0]
    assert set(notices[1:]) == {""}
