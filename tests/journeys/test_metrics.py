"""`/metrics` of a running service, read by Prometheus' own parser: what was done, what is open, who may see it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.house import fresh_house
from tests.service import Service, running_service
from webhooks.app import create_app
from webhooks.traffic import MOST_ROUTES, NOWHERE, Traffic

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running_service(tmp_path_factory.mktemp("bernie")) as running:
        yield running


def samples(text: str) -> Samples:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def value(found: Samples, name: str, **labels: str) -> float | None:
    return found.get((name, frozenset(labels.items())))


def read(service: Service) -> Samples:
    answer = httpx.get(f"{service.url}/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return samples(answer.text)


def when(service: Service, name: str, wanted: float, **labels: str) -> Samples:
    """The page once it says so; it is read from the database every five seconds."""
    deadline = time.monotonic() + 20
    while value(found := read(service), name, **labels) != wanted:
        assert time.monotonic() < deadline, (name, labels, value(found, name, **labels))
        time.sleep(0.25)
    return found


def test_what_was_done_is_counted_by_what_it_was(service: Service) -> None:
    with service.client() as client:
        for text in ("Hello.", "Hello again."):
            job = client.post("/jobs", json={"capability": "tts", "params": {"text": text}}).json()
            client.get(f"/jobs/{job['id']}/events").raise_for_status()
        for path in ("/jobs/nothing", "/jobs/jobs", "/nowhere", "/credits"):
            client.get(path)
    done: dict[str, Any] = {"capability": "tts", "outcome": "succeeded", "code": ""}
    found = when(service, "bernie_jobs_total", 2, **done)
    assert value(found, "bernie_database_up") == value(found, "bernie_capability_up", capability="tts") == 1
    assert value(found, "bernie_credits_captured_total", capability="tts") == len("Hello.Hello again.")
    for name in ("bernie_job_waiting_seconds", "bernie_job_working_seconds", "bernie_audio_seconds"):
        assert value(found, f"{name}_count", capability="tts") == 2
        assert value(found, f"{name}_bucket", capability="tts", le="+Inf") == 2
    heard = value(found, "bernie_audio_seconds_sum", capability="tts")
    assert heard is not None
    assert 0.5 < heard < 6
    assert value(found, "bernie_jobs_oldest_waiting_seconds") == 0
    assert value(found, "bernie_deliveries_waiting", courier="webhook") == 0

    asked = {"method": "GET", "route": "/api/v1/jobs/{job_id}"}
    assert value(found, "bernie_http_requests_total", status="404", **asked) == 2
    assert value(found, "bernie_http_first_byte_seconds_count", **asked) == 2
    assert value(found, "bernie_http_requests_total", status="404", method="GET", route=NOWHERE) == 1
    assert value(found, "bernie_http_requests_total", status="202", method="POST", route="/api/v1/jobs") == 2
    assert value(found, "bernie_http_requests_total", status="200", method="GET", route="/api/v1/credits") == 1
    assert (value(found, "process_resident_memory_bytes") or 0) > 10_000_000


def test_no_id_and_nothing_that_somebody_asked_for_is_a_label(service: Service) -> None:
    for path in (
        "/studio/secret.js",
        "/files/secret.wav",
        "/v1/voices/secret",
        "/hooks/secret",
        "/secret?x=secret",
        "/secret/secret",
    ):
        httpx.request("SECRET" if path == "/secret/secret" else "GET", service.url + path)
    text = httpx.get(f"{service.url}/metrics").text
    assert "secret" not in text.lower()
    assert not [prefix for prefix in ("job_0", "user_0", "key_0", "clip_0") if prefix in text]


def test_a_stream_is_open_for_as_long_as_somebody_reads(service: Service) -> None:
    name, kind = "bernie_http_streams", "body"
    assert value(read(service), name, kind=kind) == 0
    headers = {"xi-api-key": service.api_key or ""}
    long = {"text": "This sentence is one of many that follow each other. " * 20}
    url = f"{service.url}/v1/text-to-speech/heart/stream"
    with httpx.stream("POST", url, json=long, headers=headers, timeout=60) as answer:
        sound = answer.iter_bytes()
        next(sound)
        assert value(read(service), name, kind=kind) == 1
    when(service, name, 0, kind=kind)


async def test_a_token_opens_it_and_without_one_only_this_machine_may(tmp_path: Path) -> None:
    async with fresh_house("sqlite", tmp_path) as house:
        app = create_app(house.engine, secure_cookies=False)

        async def status(token: str | None, client: str, **headers: Any) -> int:
            app.state.metrics_token = token
            transport = httpx.ASGITransport(app, client=(client, 1))
            async with httpx.AsyncClient(transport=transport, base_url="http://bernie.test") as http:
                return (await http.get("/metrics", headers=headers)).status_code

        assert await status(None, "127.0.0.1") == await status(None, "::1") == 200
        assert await status(None, "::ffff:127.0.0.1") == 200
        assert await status(None, "10.0.0.1") == await status(None, "::ffff:10.0.0.1") == 403
        for header in ("x-forwarded-for", "forwarded", "x-real-ip"):
            assert await status(None, "127.0.0.1", **{header: "127.0.0.1"}) == 403
        token = "a token of 16 letters"
        assert await status(token, "10.0.0.1", authorization=f"Bearer {token}") == 200
        for wrong in ({}, {"authorization": f"Bearer {token}x"}, {"authorization": b"Bearer \xc3\xa9"}):
            assert await status(token, "127.0.0.1", **wrong) == 401


def test_however_many_routes_are_asked_for_they_stay_few() -> None:
    traffic = Traffic()
    for number in range(2 * MOST_ROUTES):
        traffic.note("GET", f"/{number}", 200, 0.01)
    assert len(traffic.seconds) <= MOST_ROUTES + 1
    assert traffic.requests["GET", NOWHERE, 200] == MOST_ROUTES
