"""Files that clients send: in a form with their job, to a link of an upload, and in forms that nobody would think of.

BERNIE_TEST_EXAMPLES makes it try more forms than the few of a usual run.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.engine.test_uploads import clip
from tests.service import Service, running_service

EXAMPLES = int(os.environ.get("BERNIE_TEST_EXAMPLES", "30"))
SOUND = clip(2.0)
VC = json.dumps({"voice": "heart"})
FORM = "multipart/form-data"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    plenty = {"BERNIE_USERS__CREDITS": "100000000", "BERNIE_USERS__QUEUE_LIMIT": "100000", "BERNIE_USERS__SLOTS": "9"}
    with running_service(tmp_path_factory.mktemp("bernie"), extra_env=plenty) as running:
        yield running


@pytest.fixture(scope="module")
def http(service: Service) -> Iterator[httpx.Client]:
    headers = {"xi-api-key": service.api_key or ""}
    with httpx.Client(base_url=service.url, headers=headers, timeout=60) as client:
        yield client


def order(http: httpx.Client, data: dict[str, str], sound: bytes | None = SOUND, **headers: str) -> httpx.Response:
    parts: dict[str, Any] = {name: (None, value) for name, value in data.items()}
    if sound is not None:
        parts["source"] = ("x.mp3", sound, "audio/mpeg")
    return http.post("/api/v1/jobs", files=parts, headers=headers)


def test_one_request_brings_a_clip_and_has_it_converted(http: httpx.Client) -> None:
    answer = order(http, {"capability": "vc", "params": VC})
    assert answer.status_code == 202, answer.text
    assert answer.json()["price"] == 30
    assert answer.json()["params"]["source"]["seconds"] == pytest.approx(2.0, abs=0.05)
    without = order(http, {"capability": "tts", "params": json.dumps({"text": "No file."})}, None)
    assert (without.status_code, without.json()["params"]["text"]) == (202, "No file.")


def test_the_same_form_sent_again_with_its_key_is_the_same_job(http: httpx.Client) -> None:
    data = {"capability": "vc", "params": VC}
    first, again = (order(http, data, **{"idempotency-key": "form-1"}).json() for _ in range(2))
    assert again["id"] == first["id"]
    other = order(http, data, clip(1.0), **{"idempotency-key": "form-1"})
    assert (other.status_code, other.json()["error"]["code"]) == (409, "conflict")


@pytest.mark.parametrize(
    ("data", "sound", "status", "field"),
    [
        ({"params": VC}, SOUND, 422, "capability"),
        ({"capability": "vc", "params": "{"}, SOUND, 422, "params"),
        ({"capability": "vc", "params": "[]"}, SOUND, 422, "params"),
        ({"capability": "vc", "params": VC, "voice": "heart"}, SOUND, 422, "voice"),
        ({"capability": "tts", "params": '{"text": "Hello."}'}, SOUND, 422, "source"),
        ({"capability": "sing", "params": VC}, SOUND, 404, "capability"),
        ({"capability": "vc", "params": VC}, b"no sound", 422, None),
    ],
)
def test_what_is_wrong_with_a_form_is_said_in_a_sentence(
    http: httpx.Client, data: dict[str, str], sound: bytes, status: int, field: str | None
) -> None:
    answer = order(http, data, sound)
    error = answer.json()["error"]
    assert (answer.status_code, error.get("field")) == (status, field), error
    assert error["message"].endswith(".")


def test_a_long_body_without_a_file_is_refused_as_elsewhere(http: httpx.Client) -> None:
    body = {"capability": "tts", "params": {"text": "x" * 1_100_000}}
    assert http.post("/api/v1/jobs", json=body).status_code == 413
    assert http.post("/api/v1/jobs", content=b"{").json()["error"]["message"] == "The body is not valid JSON."


def test_a_client_puts_its_file_to_a_link_and_a_job_works_on_it(http: httpx.Client, service: Service) -> None:
    link = http.post("/api/v1/uploads/link", json={"bytes": len(SOUND)}).raise_for_status().json()
    complete = f"/api/v1/uploads/{link['id']}/complete"
    assert (http.post(complete).status_code, link["url"].startswith(service.url)) == (409, True)
    assert httpx.put(link["url"], content=SOUND[:-1]).status_code == 403
    assert httpx.put(link["url"].replace("signature=", "signature=x"), content=SOUND).status_code == 403
    assert httpx.put(link["url"], content=SOUND).status_code == 200
    body = {"capability": "vc", "params": {"source": link["id"], "voice": "heart"}}
    job = http.post("/api/v1/jobs", json=body).raise_for_status().json()
    assert http.post(complete).json()["seconds"] == pytest.approx(2.0, abs=0.05)
    assert httpx.put(link["url"], content=SOUND).status_code == 409
    assert http.post("/api/v1/jobs", json=body).json()["params"]["source"] == job["params"]["source"]
    for size in (0, 50_000_001):
        assert http.post("/api/v1/uploads/link", json={"bytes": size}).status_code == 422


# Any form

ROUTES = {
    "/api/v1/jobs": ("capability", "params", "webhook_url", "source"),
    "/api/v1/uploads": ("file",),
    "/api/v1/voices": ("file", "name", "consent", "description", "language"),
    "/v1/voices/add": ("files", "name", "description", "labels", "remove_background_noise"),
    "/v1/voices/none/edit": ("files", "name", "description", "labels", "remove_background_noise"),
    "/v1/voice-changer/heart": ("audio", "seed", "file_format", "voice_settings", "model_id"),
    "/v1/voice-changer/heart/stream": ("audio", "seed", "file_format", "voice_settings", "model_id"),
    "/v1/speech-to-speech/heart": ("audio", "seed", "file_format", "voice_settings", "model_id"),
    "/v1/pronunciation-dictionaries/add-from-file": ("name", "file", "description", "workspace_access"),
}
VALUES = st.one_of(
    st.binary(max_size=300),
    st.text(max_size=40).map(lambda text: text.encode(errors="replace")),
    st.sampled_from(
        [SOUND, SOUND[:500], b"", b"vc", b"tts", VC.encode(), b"{}", b"[[", b"null", b"NaN", b"true", b"-1", b"9" * 400]
    ),
)
TOKENS = st.text(st.characters(codec="latin-1", exclude_characters='\r\n"'), max_size=20)


@st.composite
def parts(draw: st.DrawFn, names: tuple[str, ...]) -> bytes:
    """One part, its headers more or less as they should be."""
    name = draw(st.sampled_from(names) | TOKENS)
    lines = [f'content-disposition: form-data; name="{name}"']
    if draw(st.booleans()):
        lines[0] += f'; filename="{draw(TOKENS)}"'
    if draw(st.booleans()):
        lines.append(f"content-type: {draw(st.sampled_from(['audio/mpeg', 'text/plain; charset=utf-7', '/', '']))}")
    if not draw(st.integers(0, 9)):
        lines[0] = draw(TOKENS)
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + draw(VALUES)


@st.composite
def forms(draw: st.DrawFn) -> tuple[str, str, bytes]:
    """Route, content type and body."""
    path = draw(st.sampled_from(sorted(ROUTES)))
    boundary = draw(st.sampled_from(["b", "-----b", "x" * 70]))
    found = draw(st.lists(parts(ROUTES[path]), max_size=14))
    body = b"".join(b"--" + boundary.encode() + b"\r\n" + part + b"\r\n" for part in found)
    body += draw(st.sampled_from([b"--" + boundary.encode() + b"--\r\n", b"", b"--", b"\r\n"]))
    said = draw(st.sampled_from([boundary, boundary, boundary, "other", ""]))
    return path, f"{FORM}; boundary={said}" if said else FORM, body


def announced(document: dict[str, Any], path: str, status: int) -> bool:
    there = path.replace("/none/", "/{voice_id}/").replace("/heart", "/{voice_id}")
    answers = document["paths"][there]["post"]["responses"]
    return str(status) in answers or (status >= 400 and "default" in answers)


def test_no_form_whatever_is_in_it_fails_or_gets_an_answer_that_was_not_announced(http: httpx.Client) -> None:
    document = http.get("/openapi.json").json()

    @settings(max_examples=EXAMPLES * len(ROUTES), deadline=None, suppress_health_check=list(HealthCheck))
    @example(("/api/v1/jobs", f"{FORM}; boundary=b", b'--b\r\ncontent-disposition: form-data; name="params"\r\n\r\n\0'))
    @given(forms())
    def try_it(form: tuple[str, str, bytes]) -> None:
        path, content_type, body = form
        answer = http.post(path, content=body, headers={"content-type": content_type})
        assert answer.status_code < 500, f"{path}: {answer.text}"
        assert announced(document, path, answer.status_code), f"{path}: {answer.status_code} {answer.text}"
        if answer.status_code >= 400:
            assert answer.json().keys() <= {"error", "detail"}

    try_it()


def test_every_route_that_takes_a_form_is_tried(http: httpx.Client) -> None:
    document = http.get("/openapi.json").json()
    taking = {
        path
        for path, methods in document["paths"].items()
        for told in methods.values()
        if FORM in told.get("requestBody", {}).get("content", {})
    }
    tried = {path.replace("/none/", "/{voice_id}/").replace("/heart", "/{voice_id}") for path in ROUTES}
    assert taking - {"/v1/speech-to-speech/{voice_id}/stream"} == tried, "say in ROUTES what it is sent"
