"""Two users of one service: neither sees nor touches what is the other's, on any route with an id.

The routes are read from the service's own description. One that is new fails here until it is said what it is asked.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import numpy as np
import pytest

from engine import assemble
from engine.audio import Audio
from engine.codecs import encode
from engine.selection import offers
from engine.signals import Signals
from store import connect
from store.folder import Folder
from tests.service import Service, running_service

RULE = {"type": "alias", "string_to_replace": "UN", "alias": "United Nations"}
# What Ben sends, where something must be sent for the id to be looked at.
BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("patch", "/api/v1/pronunciations/{dictionary_id}"): {"json": {"name": "Ben's"}},
    ("patch", "/api/v1/keys/{key_id}"): {"json": {"name": "Ben's"}},
    ("patch", "/api/v1/webhooks/{endpoint_id}"): {"json": {"enabled": False}},
    ("patch", "/api/v1/hooks/{hook_id}"): {"json": {"enabled": False}},
    ("post", "/api/v1/hooks/{hook_id}/test"): {"json": {"text": "Hello."}},
    ("post", "/api/v1/webhooks/{endpoint_id}/recover"): {"json": {"since": "2026-01-01T00:00:00Z"}},
    ("post", "/api/v1/webhooks/{endpoint_id}/rotate"): {"json": {}},
    ("post", "/v1/voices/{voice_id}/edit"): {"data": {"name": "Ben's"}},
    ("post", "/v1/voices/{voice_id}/settings/edit"): {"json": {"speed": 0.7}},
    ("patch", "/v1/pronunciation-dictionaries/{dictionary_id}"): {"json": {"archived": True}},
    ("post", "/v1/pronunciation-dictionaries/{dictionary_id}/add-rules"): {"json": {"rules": [RULE]}},
    ("post", "/v1/pronunciation-dictionaries/{dictionary_id}/set-rules"): {"json": {"rules": []}},
    ("post", "/v1/pronunciation-dictionaries/{dictionary_id}/remove-rules"): {"json": {"rule_strings": ["UN"]}},
    ("patch", "/v1/workspace/webhooks/{webhook_id}"): {"json": {"is_disabled": True}},
    **{
        ("post", f"/v1/text-to-speech/{{voice_id}}{path}"): {"json": {"text": "Hello."}}
        for path in ("", "/stream", "/with-timestamps", "/stream/with-timestamps")
    },
}
CHANGED_BY_FILE = ("/v1/voice-changer/", "/v1/speech-to-speech/")
OWNERS = {"/api/v1/invitations"}
ADDRESSED = ("/files/{key}", "/hooks/{token}")  # the permission is in the address: see test_http.py, test_hooks.py


@dataclass(frozen=True)
class Two:
    ann: httpx.Client
    ben: httpx.Client
    ids: dict[str, str]
    recording: bytes


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running_service(tmp_path_factory.mktemp("bernie")) as running:
        yield running


@pytest.fixture(scope="module")
def two(service: Service) -> Iterator[Two]:
    """Ann has one of everything."""

    async def make() -> list[str]:
        db = connect(f"sqlite:///{service.data / 'bernie.db'}")
        engine = assemble(db, Folder(service.data / "objects", service.url, b"x" * 32), offers(), Signals())
        people = [await engine.users.create("password", f"{name}@example.org") for name in ("ann", "ben")]
        keys = [(await engine.keys.create(user, "test"))[1] for user in people]
        await db.close()
        return keys

    ann, ben = (
        httpx.Client(base_url=service.url, headers={"xi-api-key": key}, timeout=30) for key in asyncio.run(make())
    )
    with ann, ben:
        recording = speech_like(4)
        yield Two(ann, ben, one_of_everything(ann, recording), recording)


def one_of_everything(ann: httpx.Client, recording: bytes) -> dict[str, str]:
    hook = ann.post("/api/v1/webhooks", json={"url": "https://1.1.1.1/ann"}).json()["id"]
    ann.post(f"/api/v1/webhooks/{hook}/test").raise_for_status()
    delivery = ann.get(f"/api/v1/webhooks/{hook}/deliveries").json()["deliveries"][0]["id"]
    inbound = ann.post("/api/v1/hooks", json={"capability": "tts", "template": {"text": "{/text}"}}).json()["id"]
    job = ann.post("/api/v1/jobs", json={"capability": "tts", "params": {"text": "Ann's own words."}}).json()["id"]
    ann.get(f"/api/v1/jobs/{job}/events").raise_for_status()
    form = {"name": "Ann", "consent": "true"}
    voice = ann.post("/api/v1/voices", data=form, files={"file": recording}).json()["id"]
    dictionary = ann.post("/api/v1/pronunciations", json={"name": "Ann's words"}).json()["id"]
    ann.post("/api/v1/session", json={"api_key": ann.headers["xi-api-key"]}).raise_for_status()
    ann.cookies.clear()
    upload = ann.post("/api/v1/uploads/link", json={"bytes": len(recording)}).json()
    httpx.put(upload["url"], content=recording).raise_for_status()
    return {
        "job_id": job,
        "item_id": job,
        "clip_id": ann.get("/api/v1/clips").json()["clips"][0]["id"],
        "key_id": ann.get("/api/v1/keys").json()["keys"][0]["id"],
        "voice_id": voice,
        "sample_id": voice,
        "dictionary_id": dictionary,
        "version_id": f"{dictionary}_v1",
        "endpoint_id": hook,
        "webhook_id": hook,
        "hook_id": inbound,
        "delivery_id": delivery,
        "upload_id": upload["id"],
        "session_id": ann.get("/api/v1/sessions").json()["sessions"][0]["id"],
        "invitation_id": "inv_of_the_owner",
    }


def speech_like(seconds: float) -> bytes:
    time = np.arange(round(seconds * 16_000)) / 16_000
    tone = np.sin(2 * np.pi * 150 * time) * (1 + np.sin(2 * np.pi * 3 * time)) / 4
    return encode(Audio(tone.astype(np.float32), 16_000), "flac")


def operations(client: httpx.Client) -> list[tuple[str, str]]:
    paths = client.get("/openapi.json").json()["paths"]
    return [
        (method, path) for path, methods in paths.items() if "{" in path and path not in ADDRESSED for method in methods
    ]


def everything_of(ann: httpx.Client) -> dict[str, Any]:
    parts = ("jobs", "voices", "pronunciations", "keys", "webhooks", "hooks", "credits/ledger", "clips", "sessions")
    seen = {part: ann.get(f"/api/v1/{part}").json() for part in parts}
    for key in seen["keys"]["keys"]:
        key.pop("last_used_at")
    for clip in (*seen["clips"]["clips"], *(job["clip"] for job in seen["jobs"]["jobs"])):
        clip.pop("url")  # signed anew each time
    for endpoint in seen["webhooks"]["webhooks"]:
        for fact in ("paused_until", "failing_since", "last_failure_at", "last_failure_status"):
            endpoint.pop(fact)  # nobody answers there
    return seen


def test_what_is_anns_is_not_there_for_ben_and_stays_as_it_is(two: Two) -> None:
    before, tried = everything_of(two.ann), 0
    for method, path in operations(two.ann):
        sent = BODIES.get((method, path), {})
        if path.startswith(CHANGED_BY_FILE):
            sent = {"files": {"audio": io.BytesIO(two.recording)}}
        asked = path.format(**two.ids)
        answer = two.ben.request(method, asked, **sent)
        assert answer.status_code in (403, 404), f"{method} {path}: {answer.status_code} {answer.text[:200]}"
        for name, value in two.ids.items():
            assert value not in answer.text or value in asked, f"{method} {path} tells of {name}"
        tried += 1
    assert tried >= 40
    assert everything_of(two.ann) == before
    assert two.ben.get("/api/v1/credits").json()["balance"] == 10_000


def test_what_is_anns_is_in_no_list_of_bens(two: Two) -> None:
    lists = [
        path
        for path, methods in two.ben.get("/openapi.json").json()["paths"].items()
        if "get" in methods and "{" not in path and path not in OWNERS
    ]
    assert len(lists) >= 15
    for path in lists:
        answer = two.ben.get(path)
        assert answer.status_code == 200, path
        for name, value in two.ids.items():
            assert value not in answer.text, f"{path} tells of {name}"


def test_ids_of_anns_in_the_body_of_bens_requests_are_not_found(two: Two) -> None:
    upload = two.ann.post("/api/v1/uploads", files={"file": two.recording}).json()["id"]
    wanted = [
        ("tts", {"text": "Hello.", "voice": two.ids["voice_id"]}),
        ("tts", {"text": "Hello.", "dictionaries": [two.ids["dictionary_id"]]}),
        ("vc", {"source": upload, "voice": "heart"}),
    ]
    for capability, params in wanted:
        answer = two.ben.post("/api/v1/jobs", json={"capability": capability, "params": params})
        assert answer.status_code == 404, answer.text
    asked = {"history_item_ids": [two.ids["job_id"]]}
    assert two.ben.post("/v1/history/download", json=asked).status_code == 404
    assert two.ann.post("/v1/history/download", json=asked).status_code == 200
