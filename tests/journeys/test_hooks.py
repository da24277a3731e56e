"""From a stranger's post to a clip that is heard of: a real `bernie serve`, and hooks as other services use them."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.journeys.test_webhooks import Hooks, receiving
from tests.receiver import LOOPBACK
from tests.service import Service, running_service

ROOT = Path(__file__).parents[2]
SALE = {"customer": {"name": "Ann"}, "amount": 12}
TEMPLATE = {"text": "New sale: {/customer/name} paid {/amount} euros."}
WORDS = "New sale: Ann paid 12 euros."


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


def hook(http: httpx.Client, **fields: Any) -> dict[str, Any]:
    made = http.post("/hooks", json={"capability": "tts", "template": TEMPLATE} | fields)
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


def test_a_sale_becomes_a_clip_and_the_address_that_was_named_hears_of_it(http: httpx.Client, hooks: Hooks) -> None:
    made = hook(http, reply={"to": "url", "url": f"{hooks.url}/done"}, options={"format": "mp3"})
    taken = httpx.post(made["url"], json=SALE, headers={"idempotency-key": "sale-1"})
    assert taken.status_code == 202, taken.text
    [arrived] = hooks.wait(lambda one: one.path == "/done")
    assert arrived.event["type"] == "job.succeeded"
    assert arrived.event["data"]["job"]["id"] == taken.json()["job_id"]
    assert arrived.event["data"]["job"]["params"]["text"] == WORDS
    assert httpx.get(arrived.event["data"]["clip"]["url"]).headers["content-type"] == "audio/mpeg"
    again = httpx.post(made["url"], json=SALE, headers={"idempotency-key": "sale-1"})
    assert (again.status_code, again.json()) == (202, taken.json())
    shown = http.get(f"/hooks/{made['id']}").json()
    assert (shown["accepted"], shown["refused"]) == (2, 0)
    assert shown["reply"] == {"to": "url", "url": f"{hooks.url}/done", "in_chat": False}


def test_endpoints_hear_of_it_as_of_any_job(http: httpx.Client, hooks: Hooks) -> None:
    endpoint = http.post("/webhooks", json={"url": hooks.url, "events": ["job.succeeded"]}).json()
    made = hook(http, template={"text": "{}"})
    assert httpx.post(made["url"], content="Hello.", headers={"content-type": "text/plain"}).status_code == 202
    [arrived] = hooks.of_type("job.succeeded")
    assert arrived.event["data"]["job"]["params"]["text"] == "Hello."
    http.delete(f"/webhooks/{endpoint['id']}")


def test_audio_at_an_address_is_converted(service: Service, http: httpx.Client) -> None:
    spoken = http.post("/jobs", json={"capability": "tts", "params": {"text": "Say it again, please."}}).json()
    clip = wait_for(http, spoken["id"])["clip"]
    made = hook(http, capability="vc", template={"source": "{/recording}"}, options={"voice": "heart"})
    preview = http.post(f"/hooks/{made['id']}/test", json={"recording": clip["url"]}).json()
    assert (preview["params"]["source"], preview["price"]) == (clip["url"], None)
    taken = httpx.post(made["url"], json={"recording": clip["url"]}, timeout=30)
    assert taken.status_code == 202, taken.text
    assert wait_for(http, taken.json()["job_id"])["state"] == "succeeded"
    refused = httpx.post(made["url"], json={"recording": "http://169.254.169.254/a.wav"})
    assert (refused.status_code, refused.json()["error"]["field"]) == (422, "source")


def wait_for(http: httpx.Client, job_id: str) -> dict[str, Any]:
    with http.stream("GET", f"/jobs/{job_id}/events") as events:
        last = [line for line in events.iter_lines() if line.startswith("data:")][-1]
    found: dict[str, Any] = json.loads(last.removeprefix("data:"))
    return found


def test_only_what_is_signed_is_taken_and_the_log_says_what_was_not(http: httpx.Client) -> None:
    made = hook(http, signing={"scheme": "sha256"})
    assert made["signature_header"] == "x-hub-signature-256"
    body = json.dumps(SALE).encode()
    mac = hmac.new(made["secret"].encode(), body, hashlib.sha256).hexdigest()
    signed = {"content-type": "application/json", "x-hub-signature-256": f"sha256={mac}", "x-github-delivery": "d-1"}
    assert httpx.post(made["url"], content=body, headers=signed).status_code == 202
    wrong = httpx.post(made["url"], content=body + b" ", headers=signed)
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (401, "unauthorized")
    missing = http.post(f"/hooks/{made['id']}/test", json={"amount": 1})
    assert "There is nothing at /customer/name" in missing.json()["error"]["message"]
    calls = http.get(f"/hooks/{made['id']}/calls").json()["calls"]
    assert [call["status"] for call in calls] == [401, 202]
    assert "x-hub-signature-256" in calls[0]["error"]
    changed = http.patch(f"/hooks/{made['id']}", json={"signing": {"scheme": "standard"}}).json()
    assert changed["secret"].startswith("whsec_")
    assert changed["secret"] != made["secret"]


def test_an_address_is_replaced_and_switched_off(http: httpx.Client) -> None:
    made = hook(http)
    rotated = http.post(f"/hooks/{made['id']}/rotate", json={"overlap_hours": 0}).json()
    gone, unknown = httpx.post(made["url"], json=SALE), httpx.post(made["url"][:-5] + "aaaaa", json=SALE)
    assert (gone.status_code, unknown.status_code) == (404, 404)
    assert gone.json()["error"]["message"] == unknown.json()["error"]["message"]
    assert httpx.post(rotated["url"], json=SALE).status_code == 202
    http.patch(f"/hooks/{made['id']}", json={"enabled": False, "name": "off"})
    assert httpx.post(rotated["url"], json=SALE).status_code == 404
    assert http.delete(f"/hooks/{made['id']}").status_code == 204
    assert made["id"] not in [one["id"] for one in http.get("/hooks").json()["hooks"]]


def test_too_much_is_refused(http: httpx.Client) -> None:
    made = hook(http, per_minute=2)
    assert httpx.post(made["url"], content=b" " * 64_001).status_code == 413
    assert httpx.post(made["url"], json=SALE).status_code == 202
    late = httpx.post(made["url"], json=SALE)
    assert late.status_code == 429
    assert 0 < int(late.headers["retry-after"]) <= 60


def test_every_command_of_the_page_about_hooks_works(service: Service, http: httpx.Client, tmp_path: Path) -> None:
    for program in ("jq", "openssl"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not on this machine")
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "docs/hooks.md").read_text(), re.DOTALL)
    before = len(http.get("/jobs", params={"limit": 100}).json()["jobs"])
    script = "\n".join(blocks).replace("curl -s ", "curl -sSf ")
    shell = dict(os.environ) | {"KEY": service.api_key or "", "URL": service.url}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], cwd=tmp_path, env=shell, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    made = http.get("/jobs", params={"limit": 100}).json()["jobs"]
    spoken = [job["params"]["text"] for job in made[: len(made) - before]][::-1]
    assert spoken == [WORDS, "Ann writes: What a lovely place!", "ann pushed to bernie."]


def test_whatever_is_posted_is_taken_or_refused_with_a_sentence(http: httpx.Client) -> None:
    made = hook(http, template={"text": "{/a|nothing}, {/b/0|nothing}"}, per_minute=600)
    bodies = [
        b"",
        b"{",
        b"[" * 60_000,
        b"\xff\x00",
        b'{"a": "\\ud800\\u0000"}',
        b"1e999",
        b'{"a": 1e999}',
        b'{"a": {}}',
    ]
    bodies += [
        b'{"a": "' + b"x" * 50_000 + b'"}',
        b"null",
        b'{"b": "text"}',
        b'{"a": "\xf0\x9f\x92\xa9"}',
        b"a=%00&b=%ff",
    ]
    kinds = ("application/json", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "x", "")
    for body in bodies:
        for kind in kinds:
            answer = httpx.post(made["url"], content=body, headers={"content-type": kind})
            assert answer.status_code in (202, 422, 429), (body[:40], kind, answer.text)
            assert answer.status_code == 202 or answer.json()["error"]["message"].endswith(".")
    assert http.get(f"/hooks/{made['id']}").json()["refused"] > 10


def test_neither_address_nor_secret_is_shown_again_or_logged(service: Service, http: httpx.Client) -> None:
    made = hook(http, signing={"scheme": "standard"})
    httpx.post(made["url"], json=SALE)
    shown = (
        http.get("/hooks").text + http.get(f"/hooks/{made['id']}").text + http.get(f"/hooks/{made['id']}/calls").text
    )
    logged = Path(service.data.with_suffix(".log")).read_text()
    token = made["url"].rpartition("/")[2]
    for text in (shown, logged):
        assert token not in text
        assert made["secret"] not in text


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"capability": "song"}, "capability"),
        ({"template": {"text": "{name}"}}, "text"),
        ({"options": {"voice": "nobody"}}, "voice"),
        ({"reply": {"to": "url"}}, "url"),
        ({"reply": {"to": "url", "url": "http://10.0.0.1/"}}, "url"),
        ({"reply": {"to": "discord"}}, "to"),
        ({"signing": {"scheme": "sha256", "header": "no header"}}, "header"),
        ({"per_minute": 0}, "per_minute"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(http: httpx.Client, fields: dict[str, Any], field: str) -> None:
    answer = http.post("/hooks", json={"capability": "tts", "template": TEMPLATE} | fields)
    assert answer.status_code in (404, 422), answer.text
    assert answer.json()["error"]["field"] == field
    assert answer.json()["error"]["message"].endswith(".")
