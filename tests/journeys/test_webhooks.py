"""From `POST /api/v1/webhooks` to a receiver that verifies with the SDKs: a real `bernie serve`, seen from outside."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
import standardwebhooks
import svix.webhooks
from elevenlabs import ElevenLabs
from jsonschema import Draft202012Validator
from openai import OpenAI

from tests.receiver import LOOPBACK
from tests.service import Service, running_service

SECONDS = 20
JOB = {"capability": "tts", "params": {"text": "Grüße, 世界."}}


@dataclass(frozen=True)
class Arrived:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found


@dataclass
class Hooks:
    """A receiver in a thread of its own: the standard library's server, as a customer might run it."""

    url: str
    status: int = 204
    arrived: list[Arrived] = field(default_factory=list)

    def wait(self, wanted: Callable[[Arrived], bool], count: int = 1) -> list[Arrived]:
        give_up = time.monotonic() + SECONDS
        while time.monotonic() < give_up:
            if len(found := [one for one in self.arrived if wanted(one)]) >= count:
                return found
            time.sleep(0.02)
        raise AssertionError(f"not within {SECONDS} s; there came {[one.event['type'] for one in self.arrived]}")

    def of_type(self, name: str, count: int = 1) -> list[Arrived]:
        return self.wait(lambda one: one.event["type"] == name, count)


@contextmanager
def receiving() -> Iterator[Hooks]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            hooks.arrived.append(Arrived(self.path, headers, body))
            self.send_response(hooks.status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Not into the tests' output."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hooks = Hooks(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield hooks
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running_service(tmp_path_factory.mktemp("bernie"), extra_env={"BERNIE_EGRESS__ALLOW": LOOPBACK}) as running:
        yield running


@pytest.fixture(scope="module")
def http(service: Service) -> Iterator[httpx.Client]:
    with service.client() as client:
        yield client


@pytest.fixture
def hooks() -> Iterator[Hooks]:
    with receiving() as made:
        yield made


@pytest.fixture
def endpoint(http: httpx.Client, hooks: Hooks) -> Iterator[dict[str, Any]]:
    made = http.post("/webhooks", json={"url": f"{hooks.url}/in", "name": "ours", "headers": {"x-team": "blue"}})
    assert made.status_code == 201, made.text
    yield made.json()
    http.delete(f"/webhooks/{made.json()['id']}")


def finished(http: httpx.Client, request: dict[str, Any]) -> dict[str, Any]:
    job = http.post("/jobs", json=request).json()
    with http.stream("GET", f"/jobs/{job['id']}/events") as events:
        last = [line for line in events.iter_lines() if line.startswith("data:")][-1]
    found: dict[str, Any] = json.loads(last.removeprefix("data:"))
    return found


def test_every_step_of_a_job_arrives_and_the_sdks_accept_each(
    http: httpx.Client, hooks: Hooks, endpoint: dict[str, Any]
) -> None:
    job = finished(http, JOB)
    assert job["state"] == "succeeded"
    hooks.of_type("job.succeeded")
    hooks.of_type("job.queued")
    hooks.of_type("job.started")
    schemas = {one["name"]: one["body"] for one in http.get("/webhooks/events").json()["events"]}
    secret = endpoint["secret"]
    for one in hooks.arrived:
        standardwebhooks.Webhook(secret).verify(one.body, one.headers)
        svix.webhooks.Webhook(secret).verify(one.body, one.headers)
        OpenAI(api_key="none").webhooks.unwrap(one.body, one.headers, secret=secret)
        event = ElevenLabs(api_key="none").webhooks.construct_event(
            one.body.decode(), one.headers["elevenlabs-signature"], secret
        )
        Draft202012Validator(schemas[event["type"]]).validate(event)
        assert event["data"]["job"]["id"] == job["id"]
        assert (one.path, one.headers["x-team"]) == ("/in", "blue")
    [done] = hooks.of_type("job.succeeded")
    assert done.event["data"]["job"]["params"]["text"] == JOB["params"]["text"]  # type: ignore[index]
    audio = httpx.get(done.event["data"]["clip"]["url"])
    assert audio.content == http.get(f"/jobs/{job['id']}/audio").content
    assert len(audio.content) == done.event["data"]["clip"]["bytes"]


def test_a_job_can_bring_the_address_for_its_outcome_along(http: httpx.Client, hooks: Hooks) -> None:
    job = finished(http, JOB | {"webhook_url": f"{hooks.url}/once?order=7"})
    [arrived] = hooks.wait(lambda one: True)
    assert (arrived.path, arrived.event["type"]) == ("/once?order=7", "job.succeeded")
    one_off = http.get("/webhooks/one-off").json()
    assert "secret" not in one_off
    secret = http.post(f"/webhooks/{one_off['id']}/rotate").json()["secret"]
    finished(http, JOB | {"webhook_url": f"{hooks.url}/twice"})
    [arrived] = hooks.wait(lambda one: one.path == "/twice")
    standardwebhooks.Webhook(secret).verify(arrived.body, arrived.headers)
    listed = http.get(f"/webhooks/{one_off['id']}/deliveries").json()["deliveries"]
    assert job["id"] in {one["job_id"] for one in listed}
    assert one_off["id"] not in {one["id"] for one in http.get("/webhooks").json()["webhooks"]}


def test_a_rotated_secret_signs_beside_the_old_one_until_it_is_deployed(
    http: httpx.Client, hooks: Hooks, endpoint: dict[str, Any]
) -> None:
    rotated = http.post(f"/webhooks/{endpoint['id']}/rotate").json()
    assert datetime.fromisoformat(rotated["old_secret_until"]) > datetime.now(UTC) + timedelta(hours=23)
    assert http.post(f"/webhooks/{endpoint['id']}/test").status_code == 202
    [ping] = hooks.of_type("test.ping")
    for secret in (rotated["secret"], endpoint["secret"]):
        standardwebhooks.Webhook(secret).verify(ping.body, ping.headers)
    http.post(f"/webhooks/{endpoint['id']}/rotate", json={"overlap_hours": 0})
    http.post(f"/webhooks/{endpoint['id']}/test")
    _, ping = hooks.of_type("test.ping", 2)
    with pytest.raises(standardwebhooks.WebhookVerificationError):
        standardwebhooks.Webhook(rotated["secret"]).verify(ping.body, ping.headers)


def test_what_failed_is_in_the_log_and_can_be_sent_again(
    http: httpx.Client, hooks: Hooks, endpoint: dict[str, Any]
) -> None:
    hooks.status = 410
    address = f"/webhooks/{endpoint['id']}"
    sent = http.post(f"{address}/test").json()
    hooks.of_type("test.ping")
    give_up = time.monotonic() + SECONDS
    while (found := http.get(f"/webhooks/deliveries/{sent['id']}").json())["state"] == "waiting":
        assert time.monotonic() < give_up
        time.sleep(0.02)
    assert (found["state"], found["attempts"], found["last_error"]) == ("given_up", 1, "It answered 410.")
    [attempt] = found["log"]
    assert (attempt["status"], attempt["error"]) == (410, "It answered 410.")
    shown = http.get(address).json()
    assert (shown["enabled"], shown["disabled_because"], shown["last_failure_status"]) == (False, "gone", 410)
    [notice] = http.get("/account").json()["notices"]
    assert "The webhook ours was disabled" in notice
    refused = http.post(f"/webhooks/deliveries/{sent['id']}/redeliver")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "conflict")

    hooks.status = 200
    assert http.patch(address, json={"enabled": True}).json()["enabled"] is True
    since = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    assert http.post(f"{address}/recover", json={"since": since}).json() == {"deliveries": 1}
    first, second = hooks.of_type("test.ping", 2)
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == sent["id"]
    assert http.get("/account").json()["notices"] == []
    listed = http.get(f"{address}/deliveries", params={"given_up": True}).json()["deliveries"]
    assert listed == []


def test_the_log_is_read_page_by_page(http: httpx.Client, hooks: Hooks, endpoint: dict[str, Any]) -> None:
    address = f"/webhooks/{endpoint['id']}"
    sent = [http.post(f"{address}/test").json()["id"] for _ in range(5)]
    seen: list[str] = []
    cursor: str | None = None
    while True:
        params = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = http.get(f"{address}/deliveries", params=params).json()
        seen += [one["id"] for one in page["deliveries"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert sorted(seen) == sorted(sent)
    assert seen == sorted(seen, reverse=True)


def test_voices_are_told_too(service: Service, http: httpx.Client, hooks: Hooks, endpoint: dict[str, Any]) -> None:
    speech = finished(http, {"capability": "tts", "params": {"text": "This is my own voice. " * 5, "format": "wav"}})
    recording = http.get(f"/jobs/{speech['id']}/audio").content
    form = {"name": "Ann", "consent": "true"}
    voice = http.post("/voices", data=form, files={"file": ("a.wav", recording)}).json()
    http.delete(f"/voices/{voice['id']}")
    for event in ("voice.created", "voice.deleted"):
        [told] = hooks.of_type(event)
        assert told.event["data"]["voice"] == {"id": voice["id"], "name": "Ann", "description": "", "language": "en"}


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "field"),
    [
        ("POST", "/webhooks", {"url": "http://169.254.169.254/latest/meta-data"}, 422, "url"),
        ("POST", "/webhooks", {"url": "http://[fd00::1]/"}, 422, "url"),
        ("POST", "/webhooks", {"url": "https://8.8.8.8/", "secret": "whsec_mine"}, 422, "secret"),
        ("POST", "/webhooks", {"url": "https://8.8.8.8/", "events": ["job.done"]}, 422, "events"),
        ("POST", "/jobs", JOB | {"webhook_url": "http://10.0.0.1/"}, 422, "url"),
        ("GET", "/webhooks/ep_unknown", None, 404, None),
        ("GET", "/webhooks/deliveries/msg_unknown", None, 404, None),
        ("POST", "/webhooks/ep_unknown/test", None, 404, None),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(
    http: httpx.Client, method: str, path: str, body: dict[str, Any] | None, status: int, field: str | None
) -> None:
    before = http.get("/credits").json()
    answer = http.request(method, path, json=body)
    assert answer.status_code == status, answer.text
    assert answer.json()["error"].get("field") == field
    assert answer.json()["error"]["message"].endswith(".")
    assert http.get("/credits").json() == before


def test_neither_secrets_nor_the_headers_of_customers_are_in_the_log_or_in_later_answers(
    service: Service, http: httpx.Client, hooks: Hooks
) -> None:
    made = http.post("/webhooks", json={"url": hooks.url, "headers": {"authorization": "Bearer theirs-only"}}).json()
    hooks.status = 500
    http.post(f"/webhooks/{made['id']}/test")
    hooks.of_type("test.ping")
    shown = http.get(f"/webhooks/{made['id']}").text + http.get("/webhooks").text
    http.delete(f"/webhooks/{made['id']}")
    logged = Path(service.data.with_suffix(".log")).read_text()
    assert "delivery failed" in logged
    for text in (shown, logged):
        assert "whsec_" not in text
        assert "theirs-only" not in text
