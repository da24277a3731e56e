"""API keys of a running service: what each scope opens on every route there is, caps, rotation, and how often."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import httpx
import pytest
from starlette.requests import HTTPConnection
from websockets.asyncio.client import connect

from engine import SCOPES
from tests.house import fresh_house
from tests.service import Service, running_service
from webhooks.admission import address_of
from webhooks.app import create_app
from webhooks.keys import ScopeName
from webhooks.scopes import needed_for, rule_for

PUBLIC = {
    ("get", "/files/{key}"),
    ("put", "/files/{key}"),
    ("post", "/hooks/{token}"),
    ("get", "/healthz"),
    ("get", "/readyz"),
    ("get", "/metrics"),
    ("get", "/api/v1/scopes"),
    ("get", "/api/v1/webhooks/events"),
    ("post", "/api/v1/session"),
    ("get", "/api/v1/accounts"),
    ("post", "/api/v1/accounts"),
}
"""Answered without a key, as tests/journeys/test_http.py holds: by what their address holds, or to let people in."""
OPENED = {
    "generate": [("POST", "/api/v1/jobs"), ("GET", "/api/v1/jobs/job_1"), ("POST", "/v1/audio/speech")],
    "clips:read": [("GET", "/api/v1/jobs"), ("GET", "/api/v1/jobs/job_1"), ("POST", "/v1/history/download")],
    "clips:write": [("DELETE", "/api/v1/clips/clip_1"), ("DELETE", "/v1/history/job_1")],
    "voices:read": [("GET", "/api/v1/voices"), ("GET", "/v2/voices"), ("GET", "/v1/audio/voices")],
    "voices:write": [("POST", "/api/v1/pronunciations"), ("POST", "/v1/voices/add")],
    "webhooks": [("GET", "/api/v1/webhooks"), ("DELETE", "/v1/workspace/webhooks/ep_1")],
    "account": [("GET", "/api/v1/credits"), ("GET", "/v1/user/subscription")],
    "keys": [("GET", "/api/v1/keys"), ("POST", "/api/v1/keys/key_1/rotate")],
}
"""Some of what each scope opens, said once more: so a slip in the table shows."""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running_service(tmp_path_factory.mktemp("bernie")) as running:
        yield running


@pytest.fixture(scope="module")
def owner(service: Service) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=service.url, headers={"xi-api-key": service.api_key or ""}, timeout=30) as client:
        yield client


def make(owner: httpx.Client, **fields: Any) -> dict[str, Any]:
    answer = owner.post("/api/v1/keys", json=fields)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


@pytest.fixture(scope="module")
def by_scope(owner: httpx.Client) -> dict[str, str]:
    return {scope.name: make(owner, scopes=[scope.name])["api_key"] for scope in SCOPES}


def operations(client: httpx.Client) -> list[tuple[str, str]]:
    paths = client.get("/openapi.json").json()["paths"]
    return [(method, path) for path, methods in paths.items() for method in methods]


def address(path: str) -> str:
    return re.sub(r"\{\w+\}", "nothing_1", path)


def refused_for_its_scopes(answer: httpx.Response) -> bool:
    if answer.status_code not in (401, 403):
        return False
    return '"missing_scope"' in answer.text or '"missing_permissions"' in answer.text


def test_the_published_table_is_the_one_that_keys_are_made_by(owner: httpx.Client) -> None:
    published = owner.get("/api/v1/scopes").json()["scopes"]
    assert [scope["name"] for scope in published] == [scope.name for scope in SCOPES] == list(get_args(ScopeName))
    assert all(scope["summary"].endswith(".") for scope in published)
    assert "/api/v1/uploads" in next(scope for scope in published if scope["name"] == "generate")["writes"]


def test_every_route_has_a_scope_or_is_known_to_be_public(owner: httpx.Client) -> None:
    for method, path in operations(owner):
        known = (method, path) in PUBLIC or rule_for(path) is not None
        assert known, f"{method} {path} is in no rule of webhooks/scopes.py"


@pytest.mark.parametrize("scope", [scope.name for scope in SCOPES])
def test_a_key_of_one_scope_opens_exactly_what_the_table_says(
    service: Service, by_scope: dict[str, str], scope: str
) -> None:
    opened = closed = 0
    with httpx.Client(base_url=service.url, headers={"xi-api-key": by_scope[scope]}) as client:
        for method, path in operations(client):
            if (method, path) in PUBLIC:
                continue
            answer = client.request(method, address(path))
            allowed = scope in needed_for(method.upper(), path)
            assert refused_for_its_scopes(answer) is not allowed, f"{method} {path}: {answer.status_code} {answer.text}"
            opened, closed = opened + allowed, closed + (not allowed)
        for method, path in OPENED.get(scope, []):
            assert not refused_for_its_scopes(client.request(method, path)), f"{method} {path}"
    assert opened >= 2
    assert closed >= 40


def test_a_key_without_limits_and_one_of_all_scopes_are_not_the_same(owner: httpx.Client, service: Service) -> None:
    every = make(owner, scopes=[scope.name for scope in SCOPES])["api_key"]
    changes = {"name": "Somebody"}
    for key, status in ((every, 403), (service.api_key, 200)):
        answer = httpx.patch(f"{service.url}/api/v1/account", json=changes, headers={"xi-api-key": key or ""})
        assert answer.status_code == status, answer.text


def test_a_limited_key_signs_no_browser_in(owner: httpx.Client, service: Service) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    for limits in ({"scopes": ["account"]}, {"monthly_credits": 5}, {"expires_at": tomorrow}):
        key = make(owner, **limits)["api_key"]
        assert httpx.post(f"{service.url}/api/v1/session", json={"api_key": key}).status_code == 403
    answer = httpx.post(f"{service.url}/api/v1/session", json={"api_key": service.api_key})
    assert answer.status_code == 200
    cookies = dict(answer.cookies)
    assert httpx.get(f"{service.url}/api/v1/keys", cookies=cookies).status_code == 200, "a cookie has no scopes"


def test_refusals_have_the_shape_of_their_family(service: Service, by_scope: dict[str, str]) -> None:
    with httpx.Client(base_url=service.url, headers={"authorization": f"Bearer {by_scope['account']}"}) as client:
        ours, openai = client.get("/api/v1/keys"), client.post("/v1/audio/speech", json={})
        elevenlabs = client.get("/v1/voices")
    assert (ours.status_code, ours.json()["error"]["code"]) == (403, "missing_scope")
    assert ours.json()["error"]["message"] == ("This API key may not do this: it has `account`, and this takes `keys`.")
    assert (elevenlabs.status_code, elevenlabs.json()["detail"]["status"]) == (401, "missing_permissions")
    assert (openai.status_code, openai.json()["error"]["code"]) == (403, "missing_scope")


async def test_the_socket_asks_for_the_scope_too(service: Service, by_scope: dict[str, str]) -> None:
    url = service.url.replace("http", "ws") + "/v1/text-to-speech/heart/stream-input"

    async def first_answer(key: str) -> dict[str, Any]:
        async with connect(url) as socket:
            await socket.send(json.dumps({"text": " ", "xi_api_key": key}))
            await socket.send(json.dumps({"text": "Hello. ", "flush": True}))
            await socket.send(json.dumps({"text": ""}))
            answer: dict[str, Any] = json.loads(await socket.recv())
            return answer

    assert (await first_answer(by_scope["generate"])).get("audio")
    refused = await first_answer(by_scope["voices:read"])
    assert "this takes `generate`" in refused["message"]


def test_a_capped_key_spends_its_cap_and_no_more_on_any_route(owner: httpx.Client, service: Service) -> None:
    made = make(owner, name="capped", monthly_credits=30)
    said = {"capability": "tts", "params": {"text": "x" * 10}}
    with httpx.Client(base_url=service.url, headers={"xi-api-key": made["api_key"]}, timeout=30) as client:
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: client.post("/api/v1/jobs", json=said), range(8)))
        assert sorted(answer.status_code for answer in answers) == [202] * 3 + [402] * 5
        refused = next(answer for answer in answers if answer.status_code == 402).json()["error"]
        assert refused["code"] == "key_cap_reached"
        assert "may spend 30 credits a month and has 0 left; this costs 10." in refused["message"]
        spoken = client.post("/v1/text-to-speech/heart", json={"text": "Hello."})
        assert (spoken.status_code, spoken.json()["detail"]["status"]) == (401, "quota_exceeded")
        assert client.get("/api/v1/keys").status_code == 403, "it may make no keys that spend beside it"
    found = next(key for key in owner.get("/api/v1/keys").json()["keys"] if key["id"] == made["id"])
    assert (found["monthly_credits"], found["spent_this_month"]) == (30, 30)
    raised = owner.patch(f"/api/v1/keys/{made['id']}", json={"monthly_credits": 40})
    assert (raised.status_code, raised.json()["name"]) == (200, "capped")
    answer = httpx.post(f"{service.url}/api/v1/jobs", json=said, headers={"xi-api-key": made["api_key"]})
    assert answer.status_code == 202, answer.text


def test_a_key_is_rotated_while_both_tokens_work_or_at_once(owner: httpx.Client, service: Service) -> None:
    made = make(owner)

    def status(token: str) -> int:
        return httpx.get(f"{service.url}/api/v1/credits", headers={"xi-api-key": token}).status_code

    first = owner.post(f"/api/v1/keys/{made['id']}/rotate").json()
    assert first["old_token_until"] is not None
    assert [status(made["api_key"]), status(first["api_key"])] == [200, 200]
    second = owner.post(f"/api/v1/keys/{made['id']}/rotate", json={"overlap_hours": 0}).json()
    assert [status(one["api_key"]) for one in (made, first, second)] == [401, 401, 200]
    assert owner.delete(f"/api/v1/keys/{made['id']}").status_code == 204
    assert status(second["api_key"]) == 401
    assert owner.post(f"/api/v1/keys/{made['id']}/rotate").status_code == 404


def test_every_answer_says_how_many_requests_are_left(service: Service, owner: httpx.Client) -> None:
    key = make(owner)["api_key"]
    with httpx.Client(base_url=service.url, headers={"xi-api-key": key}) as client:
        answers = [
            client.get(path) for path in ("/api/v1/credits", "/api/v1/jobs/none", "/v1/voices", "/api/v1/nowhere")
        ]
        left = [answer.headers.get("ratelimit-remaining") for answer in answers]
        assert left == ["599", "598", "597", None]
        assert answers[0].headers["ratelimit-limit"] == "600"
        assert 55 <= int(answers[2].headers["ratelimit-reset"]) <= 60
        assert client.get("/healthz").headers.get("ratelimit-limit") is None


async def test_one_request_too_many_is_refused_in_each_familys_shape_and_another_key_goes_on(tmp_path: Path) -> None:
    async with fresh_house("sqlite", tmp_path) as house:
        alice = await house.user("alice")
        (_, key), (_, other) = [await house.engine.keys.create(alice, name) for name in ("one", "other")]
        app = httpx.ASGITransport(create_app(house.engine, secure_cookies=False, requests_per_minute=5))
        async with httpx.AsyncClient(transport=app, base_url="http://bernie.test") as client:

            async def ask(method: str, path: str, **headers: str) -> httpx.Response:
                return await client.request(method, path, headers=headers or {"xi-api-key": key})

            statuses = [(await ask("GET", "/api/v1/credits")).status_code for _ in range(6)]
            assert statuses == [200] * 5 + [429]
            ours, theirs = await ask("GET", "/api/v1/credits"), await ask("GET", "/v1/voices")
            openai = await ask("POST", "/v1/audio/speech", authorization=f"Bearer {key}")
            for answer in (ours, theirs, openai):
                assert answer.status_code == 429
                assert 1 <= int(answer.headers["retry-after"]) <= 60
                assert answer.headers["ratelimit-remaining"] == "0"
            assert ours.json()["error"]["code"] == "rate_limited"
            assert theirs.json()["detail"]["status"] == "rate_limit_exceeded"
            assert openai.json()["error"]["code"] == "rate_limit_exceeded"
            assert (await ask("GET", "/api/v1/credits", **{"xi-api-key": other})).status_code == 200


def test_many_wrong_keys_from_one_address_are_not_even_looked_up(service: Service, owner: httpx.Client) -> None:
    """The address is the one that the proxy on this machine names."""
    with httpx.Client(base_url=service.url, headers={"x-forwarded-for": "2001:db8:1:2::3"}) as client:

        def wrong(number: int) -> int:
            return client.get("/api/v1/credits", headers={"xi-api-key": f"bn_{number}"}).status_code

        assert [wrong(number) for number in range(61)] == [401] * 60 + [429]
        answer = client.post("/api/v1/session", json={"api_key": "bn_61"})
        assert (answer.status_code, "retry-after" in answer.headers) == (429, True)
        for address, status in (("2001:db8:1:2:ffff::1", 429), ("2001:db8:1:3::3", 401)):
            answer = client.get("/api/v1/credits", headers={"xi-api-key": "bn_1", "x-forwarded-for": address})
            assert answer.status_code == status, f"{address}: one client has all of its network"
        assert client.get("/healthz").status_code == 200
    assert owner.get("/api/v1/credits").status_code == 200


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("a socket of this machine", "a socket of this machine"),
    ],
)
def test_a_client_is_told_by_its_address_or_by_its_network(host: str, counted: str) -> None:
    assert address_of(HTTPConnection({"type": "http", "client": (host, 1), "headers": []})) == counted


def test_an_event_stream_is_not_held_back(owner: httpx.Client) -> None:
    """The headers are there before the job has ended, with the rate in them."""
    job = owner.post("/api/v1/jobs", json={"capability": "sfx", "params": {"prompt": "rain", "seconds": 3}}).json()
    with owner.stream("GET", f"/api/v1/jobs/{job['id']}/events") as answer:
        assert int(answer.headers["ratelimit-remaining"]) < 600
        assert next(line for line in answer.iter_lines() if line.startswith("data:"))
