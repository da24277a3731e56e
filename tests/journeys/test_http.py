"""One real `bernie serve`, seen from outside: from a text to its audio, and everything that is refused on the way."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import numpy as np
import pytest
from sqlalchemy import text, update

from engine import assemble
from engine.audio import Audio
from engine.clock import now
from engine.codecs import decode, encode
from engine.selection import offers
from engine.signals import Signals
from store import begin, connect
from store.folder import Folder
from store.tables import clips
from tests.databases import fresh_database
from tests.house import build, fresh_house
from tests.service import Service, environment, running_service
from webhooks.app import create_app

WELCOME = 10_000
LONG = "This sentence is one of many that follow each other. " * 60
PROTECTION = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running_service(tmp_path_factory.mktemp("bernie")) as running:
        yield running


@dataclass(frozen=True)
class Person:
    api_key: str
    http: httpx.Client

    def submit(self, said: str, **more: Any) -> httpx.Response:
        return self.http.post("/jobs", json={"capability": "tts", "params": {"text": said}}, **more)

    def balance(self) -> int:
        return int(self.http.get("/credits").json()["balance"])

    def events(self, job_id: str) -> list[dict[str, Any]]:
        """The job each time it changed, to its end."""
        with self.http.stream("GET", f"/jobs/{job_id}/events") as answer:
            assert answer.status_code == 200
            assert answer.headers["content-type"].startswith("text/event-stream")
            lines = list(answer.iter_lines())
        assert {line for line in lines if line.startswith("event:")} == {"event: job"}
        return [json.loads(line.removeprefix("data:")) for line in lines if line.startswith("data:")]


@pytest.fixture(scope="module")
def people(service: Service) -> Iterator[list[Person]]:
    """Twelve users with welcome credits, made as another process would while the service runs."""

    async def make() -> list[str]:
        db = connect(f"sqlite:///{service.data / 'bernie.db'}")
        engine = assemble(db, Folder(service.data / "objects", service.url, b"x" * 32), offers(), Signals())
        made = [await engine.users.create("password", f"person{number}@example.org") for number in range(12)]
        keys = [(await engine.keys.create(user, "test"))[1] for user in made]
        await db.close()
        return keys

    found = [Person(key, service.client(key)) for key in asyncio.run(make())]
    yield found
    for person in found:
        person.http.close()


@pytest.fixture(scope="module")
def ann(people: list[Person]) -> Person:
    return people[0]


@pytest.fixture(scope="module")
def ben(people: list[Person]) -> Person:
    return people[1]


@pytest.fixture(scope="module")
def spoken(ann: Person) -> dict[str, Any]:
    """A job of Ann's that succeeded."""
    job = ann.submit("Hello, this is Bernie speaking.").json()
    return ann.events(job["id"])[-1]


@pytest.fixture(scope="module")
def anonymous(service: Service) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=service.url, timeout=30) as client:
        yield client


def bernie(service: Service, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bernie", *arguments]
    return subprocess.run(
        command, check=False, env=environment(service.data), capture_output=True, text=True, timeout=60
    )


def assert_error(answer: httpx.Response, status: int, code: str, field: str | None = None) -> str:
    """The message of an error that has the promised shape."""
    assert answer.status_code == status, answer.text
    error = answer.json()["error"]
    assert answer.json() == {"error": error}
    assert error["code"] == code
    assert error.get("field") == field
    assert error.keys() - {"field"} == {"code", "message", "request_id"}
    assert error["request_id"] == answer.headers["request-id"]
    assert error["request_id"].startswith("req_")
    return str(error["message"])


def test_a_text_becomes_audio(ann: Person) -> None:
    before = ann.balance()
    said = "Good morning. The kettle is on."
    answer = ann.submit(said)
    assert answer.status_code == 202
    job = answer.json()
    assert (job["capability"], job["price"], job["error"], job["clip"]) == ("tts", len(said), None, None)
    assert job["params"]["text"] == said
    assert ann.balance() == before - len(said)

    seen = ann.events(job["id"])

    assert seen[-1]["state"] == "succeeded"
    assert [event["state"] for event in seen] == sorted((event["state"] for event in seen), key=STATES.index)
    assert seen[-1] | {"clip": None} == ann.http.get(f"/jobs/{job['id']}").json() | {"clip": None}
    clip = seen[-1]["clip"]
    assert (clip["format"], clip["content_type"], clip["sample_rate"]) == ("ogg", "audio/ogg", 48_000)
    assert clip["model"] == "hibari"
    audio = ann.http.get(f"/jobs/{job['id']}/audio")
    assert audio.headers["content-type"] == "audio/ogg"
    assert len(audio.content) == clip["bytes"]
    heard = decode(audio.content, max_seconds=60)
    assert 1 < heard.seconds < 5
    assert heard.seconds == pytest.approx(clip["seconds"], abs=0.1)
    assert float(abs(heard.samples).max()) > 0.1, "not silence"
    assert ann.balance() == before - len(said)


STATES = ("queued", "running", "succeeded")


def test_a_finished_job_has_one_event_and_the_same_request_again_the_same_sound(
    ann: Person, spoken: dict[str, Any]
) -> None:
    assert [event["state"] for event in ann.events(spoken["id"])] == ["succeeded"]
    request = {"capability": "tts", "params": {"text": "Twice.", "seed": 7, "format": "wav"}}
    clips = []
    for _ in range(2):
        job = ann.http.post("/jobs", json=request).json()
        assert ann.events(job["id"])[-1]["state"] == "succeeded"
        clips.append(ann.http.get(f"/jobs/{job['id']}/audio").content)
    assert clips[0] == clips[1]
    assert clips[0][:4] == b"RIFF"


def test_the_link_of_a_clip_opens_for_anybody_who_has_it(anonymous: httpx.Client, spoken: dict[str, Any]) -> None:
    answer = anonymous.get(spoken["clip"]["url"])
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "audio/ogg"
    assert f"bernie-tts-{spoken['clip']['id'][-6:]}.ogg" in answer.headers["content-disposition"]
    assert answer.headers["cache-control"].startswith("private")
    assert len(answer.content) == spoken["clip"]["bytes"]


@pytest.mark.parametrize(
    ("asked", "status", "where"),
    [
        ("bytes=0-99", 206, slice(0, 100)),
        ("bytes=100-", 206, slice(100, None)),
        ("bytes=-10", 206, slice(-10, None)),
        ("bytes=99999999-", 416, None),
    ],
)
def test_a_player_may_ask_for_a_part_of_the_file(
    anonymous: httpx.Client, spoken: dict[str, Any], asked: str, status: int, where: slice | None
) -> None:
    url = spoken["clip"]["url"]
    part = anonymous.get(url, headers={"range": asked})
    assert part.status_code == status
    if where is not None:
        assert part.content == anonymous.get(url).content[where]
        assert part.headers["content-range"].endswith(f"/{spoken['clip']['bytes']}")


def test_a_link_that_was_changed_in_any_part_is_refused(anonymous: httpx.Client, spoken: dict[str, Any]) -> None:
    parts = urlsplit(spoken["clip"]["url"])
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    assert anonymous.get(parts.path, params=query).status_code == 200
    for path, changed in (
        (parts.path, {"expires": str(int(query["expires"]) + 1)}),
        (parts.path, {"signature": query["signature"][:-1]}),
        (parts.path, {"signature": query["signature"].swapcase()}),
        (parts.path, {"signature": "ä"}),
        (parts.path, {"name": "virus.exe"}),
        (parts.path.replace("1.ogg", "2.ogg"), {}),
        ("/files/%2e%2e/secret.key", {}),
        ("/files/%2e%2e%2fbernie.db", {}),
        ("/files//etc/passwd", {}),
        ("/files/%00", {}),
    ):
        assert_error(anonymous.get(path, params=query | changed), 403, "not_allowed")
    assert_error(anonymous.get(parts.path), 422, "invalid_input", "expires")


def test_the_same_idempotency_key_gives_one_job_and_one_charge(ann: Person) -> None:
    before, key = ann.balance(), {"idempotency-key": "order 66"}
    first, again = ann.submit("Hello.", headers=key), ann.submit("Hello.", headers=key)
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json()["id"] == again.json()["id"]
    assert ann.balance() == before - 6
    assert "another request" in assert_error(ann.submit("Goodbye.", headers=key), 409, "conflict")
    assert ann.balance() == before - 6


def test_who_has_too_few_credits_is_told_and_nothing_is_stored(service: Service) -> None:
    made = bernie(service, "users", "create", "--email", "poor@example.org", "--credits", "3", "--json")
    key = json.loads(made.stdout)["api_key"]
    with service.client(key) as http:
        poor = Person(key, http)
        sentence = assert_error(poor.submit("Hello"), 402, "not_enough_credits")
        assert "costs 5 credits and you have 3" in sentence
        assert http.get("/jobs").json() == {"jobs": [], "next_cursor": None}
        assert [entry["kind"] for entry in http.get("/credits/ledger").json()["entries"]] == ["grant"]
        assert poor.balance() == 3


def test_a_prompt_becomes_a_sound_of_exactly_that_length(ben: Person) -> None:
    before = ben.balance()
    params = {"prompt": "rain with distant thunder", "seconds": 1.5, "format": "wav", "seed": 3}
    job = ben.http.post("/jobs", json={"capability": "sfx", "params": params}).json()
    finished = ben.events(job["id"])[-1]
    assert (finished["state"], finished["clip"]["model"]) == ("succeeded", "foley")
    sound = decode(ben.http.get(f"/jobs/{job['id']}/audio").content, max_seconds=60)
    assert sound.samples.size == round(1.5 * sound.sample_rate)
    assert ben.balance() == before - 60


def test_a_prompt_that_means_nothing_to_the_built_in_sounds_is_refused_with_what_they_know(ben: Person) -> None:
    before = ben.balance()
    answer = ben.http.post("/jobs", json={"capability": "sfx", "params": {"prompt": "quantum entanglement"}})
    assert "thunder" in assert_error(answer, 422, "invalid_input", "prompt")
    assert ben.balance() == before


def test_waiting_and_running_jobs_are_withdrawn_and_their_credits_come_back(ben: Person) -> None:
    before = ben.balance()
    ids = [ben.submit(said).json()["id"] for said in (LONG, "Second.", "Third.")]
    assert ben.balance() == before - len(LONG.strip()) - len("Second.") - len("Third.")
    withdrawn = ben.http.delete(f"/jobs/{ids[2]}")
    assert (withdrawn.status_code, withdrawn.json()["state"]) == (200, "cancelled")
    assert_error(ben.http.delete(f"/jobs/{ids[2]}"), 409, "conflict")
    assert "cancelled" in assert_error(ben.http.get(f"/jobs/{ids[2]}/audio"), 404, "not_found")
    assert ben.http.get(f"/jobs/{ids[1]}").json()["position"] >= 1

    ben.http.delete(f"/jobs/{ids[0]}")
    assert ben.events(ids[0])[-1]["state"] == "cancelled"
    assert ben.events(ids[1])[-1]["state"] == "succeeded"
    assert ben.balance() == before - len("Second.")


def test_jobs_and_ledger_are_read_in_pages_newest_first(people: list[Person]) -> None:
    carl = people[2]
    ids = []
    for number in range(5):
        ids.append(carl.submit(f"Number {number}.").json()["id"])
        carl.http.delete(f"/jobs/{ids[-1]}")
    for job_id in ids:
        carl.events(job_id)

    def paged(path: str, name: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        cursor: dict[str, Any] = {}
        for _ in range(20):
            page = carl.http.get(path, params={"limit": 2, **cursor}).json()
            assert len(page[name]) <= 2
            found += page[name]
            if page["next_cursor"] is None:
                return found
            cursor = {"cursor": page["next_cursor"]}
        raise AssertionError("the pages have no end")

    assert [job["id"] for job in paged("/jobs", "jobs")] == ids[::-1]
    entries = paged("/credits/ledger", "entries")
    assert entries == carl.http.get("/credits/ledger?limit=100").json()["entries"]
    assert sum(entry["credits"] for entry in entries) == carl.balance()
    assert entries[-1]["note"] == "welcome"


def test_the_account_the_voices_and_the_capabilities_are_there_to_be_read(ann: Person) -> None:
    account = ann.http.get("/account").json()
    assert account == {
        "id": account["id"],
        "name": "person0@example.org",
        "credits": ann.balance(),
        "notices": [],
        "is_owner": False,
        "has_password": False,
        "identities": [{"surface": "password", "subject": "person0@example.org"}],
    }
    [voice] = ann.http.get("/voices").json()["voices"]
    assert (voice["id"], voice["model"]) == ("heart", "hibari")
    found = {item["name"]: item for item in ann.http.get("/capabilities").json()["capabilities"]}
    assert list(found) == ["tts", "vc", "sfx"]
    assert found["tts"]["params"]["properties"]["text"]["maxLength"] == 5000
    assert [offer["unavailable"] for offer in found.values()] == [None] * 3
    assert (found["sfx"]["model"], found["sfx"]["unavailable"]) == ("foley", None)


def test_clips_are_listed_fetched_in_any_format_and_deleted(people: list[Person]) -> None:
    carl = people[2]
    ids = []
    for said in ("One.", "Two.", "Three."):
        ids.append(carl.submit(said).json()["id"])
        carl.events(ids[-1])
    first = carl.http.get("/clips?limit=2").json()
    assert [clip["job_id"] for clip in first["clips"]] == ids[:0:-1]
    rest = carl.http.get(f"/clips?limit=2&cursor={first['next_cursor']}").json()
    assert rest["clips"][0]["job_id"] == ids[0]
    clip = first["clips"][0]
    kept = carl.http.get(f"/clips/{clip['id']}")
    assert kept.headers["content-type"] == "audio/ogg"
    for name, kind in (("wav", "audio/wav"), ("mp3", "audio/mpeg"), ("ogg", "audio/ogg")):
        answer = carl.http.get(f"/clips/{clip['id']}?format={name}")
        assert answer.headers["content-type"] == kind
        assert decode(answer.content, max_seconds=60).seconds == pytest.approx(clip["seconds"], abs=0.1)
    assert_error(carl.http.get(f"/clips/{clip['id']}?format=midi"), 422, "invalid_input", "format")
    assert carl.http.delete(f"/clips/{clip['id']}").status_code == 204
    assert_error(carl.http.get(f"/clips/{clip['id']}"), 404, "not_found")
    assert clip["id"] not in carl.http.get("/clips").text


def test_a_key_is_shown_once_listed_without_its_token_and_ended(service: Service, ann: Person) -> None:
    made = ann.http.post("/keys", json={"name": "laptop"})
    assert made.status_code == 201
    token = made.json()["api_key"]
    with service.client(token) as laptop:
        assert laptop.get("/account").json() == ann.http.get("/account").json()
        assert laptop.get("/account", headers={"authorization": "", "xi-api-key": token}).status_code == 200
        listed = ann.http.get("/keys")
        assert token not in listed.text
        [key] = [key for key in listed.json()["keys"] if key["name"] == "laptop"]
        assert key["hint"] == token[:8]
        assert key["last_used_at"] is not None

        assert ann.http.delete(f"/keys/{key['id']}").status_code == 204
        assert_error(laptop.get("/account"), 401, "unauthorized")
    assert_error(ann.http.delete(f"/keys/{key['id']}"), 404, "not_found")
    assert ann.http.get("/account").status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code", "field"),
    [
        ("GET", "/nothing", None, 404, "not_found", None),
        ("GET", "/jobs/job_unknown", None, 404, "not_found", None),
        ("POST", "/jobs", '{"capability": "fly"}', 404, "not_found", "capability"),
        ("POST", "/jobs", '{"capability": "tts", "params": {"text": "Hi", "voice": "x"}}', 404, "not_found", "voice"),
        ("PUT", "/jobs", "{}", 405, "method_not_allowed", None),
        ("POST", "/account", "{}", 405, "method_not_allowed", None),
        ("POST", "/jobs", '{"capability": ', 422, "invalid_input", None),
        ("POST", "/jobs", "", 422, "invalid_input", None),
        ("POST", "/jobs", "[]", 422, "invalid_input", None),
        ("POST", "/jobs", "{}", 422, "invalid_input", "capability"),
        ("POST", "/jobs", '{"capability": 7}', 422, "invalid_input", "capability"),
        ("POST", "/jobs", '{"capability": "tts", "params": "Hello"}', 422, "invalid_input", "params"),
        ("POST", "/jobs", '{"capability": "tts", "text": "Hello"}', 422, "invalid_input", "text"),
        ("POST", "/jobs", '{"capability": "tts", "params": {}}', 422, "invalid_input", "text"),
        ("POST", "/jobs", '{"capability": "tts", "params": {"text": "Hi", "x": 1}}', 422, "invalid_input", "x"),
        ("POST", "/jobs", '{"capability": "tts", "params": {"text": "\\ud83d"}}', 422, "invalid_input", "text"),
        ("POST", "/jobs", '{"capability": "tts", "params": {"text": "Hi", "\\ud83d": 1}}', 422, "invalid_input", None),
        ("POST", "/jobs", '{"capability": "\\ud83d"}', 422, "invalid_input", "capability"),
        ("POST", "/jobs", '{"capability": "tts", "\\ud83d": 1}', 422, "invalid_input", None),
        ("POST", "/keys", '{"name": ""}', 422, "invalid_input", "name"),
        ("POST", "/session", '{"api_key": "\\ud83d"}', 422, "invalid_input", "api_key"),
        ("GET", "/jobs?limit=0", None, 422, "invalid_input", "limit"),
        ("GET", "/jobs?limit=many", None, 422, "invalid_input", "limit"),
        ("GET", "/jobs?cursor=" + "x" * 41, None, 422, "invalid_input", "cursor"),
        ("GET", "/credits/ledger?cursor=job_1", None, 422, "invalid_input", "cursor"),
        ("GET", "/credits/ledger?cursor=99999999999999999999", None, 422, "invalid_input", "cursor"),
    ],
)
def test_every_refusal_has_one_shape_a_sentence_and_the_id_of_the_request(
    ann: Person, method: str, path: str, body: str | None, status: int, code: str, field: str | None
) -> None:
    answer = ann.http.request(method, path, content=body, headers={"content-type": "application/json"})
    sentence = assert_error(answer, status, code, field)
    assert sentence.endswith(".")
    assert ("allow" in answer.headers) == (status == 405)


@pytest.mark.parametrize(
    "body", [b"\xff\xfe", b'{"a":' * 100_000, b'{"capability": NaN}', b'"' + b"x" * 100_000 + b'"']
)
def test_a_body_that_is_no_json_for_a_job_is_refused_whatever_it_is(ann: Person, body: bytes) -> None:
    answer = ann.http.post("/jobs", content=body, headers={"content-type": "application/json"})
    assert answer.status_code in {400, 422}
    assert_error(answer, answer.status_code, answer.json()["error"]["code"], answer.json()["error"].get("field"))
    assert len(answer.content) < 1000


def test_an_idempotency_key_that_does_not_fit_is_refused(ann: Person) -> None:
    answer = ann.submit("Hello", headers={"idempotency-key": "k" * 191})
    assert_error(answer, 422, "invalid_input", "idempotency-key")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": "Bearer bn_wrong"},
        {"authorization": "Bearer"},
        {"authorization": "Basic YTpi"},
        {"xi-api-key": "bn_wrong"},
        {"cookie": "bernie_session=wrong"},
    ],
)
def test_without_a_valid_key_nobody_comes_in(anonymous: httpx.Client, headers: dict[str, str]) -> None:
    answer = anonymous.get("/api/v1/account", headers=headers)
    assert assert_error(answer, 401, "unauthorized").endswith(".")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_every_route_below_the_api_wants_a_key_but_what_is_for_everybody(anonymous: httpx.Client) -> None:
    free = {
        ("/api/v1/session", "post"),
        ("/api/v1/accounts", "get"),
        ("/api/v1/accounts", "post"),
        ("/api/v1/scopes", "get"),
        ("/api/v1/webhooks/events", "get"),
    }
    for path, methods in anonymous.get("/openapi.json").json()["paths"].items():
        for method in methods:
            if path.startswith(("/api/v1", "/v1", "/v2")) and (path, method) not in free:
                answer = anonymous.request(method, path.replace("{", "").replace("}", ""), json={"capability": "tts"})
                assert answer.status_code == 401, f"{method} {path}"
                assert answer.json().keys() <= {"error", "detail"}


def test_a_link_signs_a_browser_in_and_only_our_own_pages_may_write_with_its_cookie(service: Service) -> None:
    assert service.owner_link is not None
    with httpx.Client(base_url=service.url) as browser:
        entered = browser.get(service.owner_link)
        assert (entered.status_code, entered.headers["location"]) == (303, "/")
        cookie = entered.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
        assert "secure" not in cookie, "the address is plain http"
        assert browser.get("/api/v1/account").json()["name"] == "Owner"

        def write(**headers: str) -> httpx.Response:
            return browser.post("/api/v1/keys", json={"name": "from a page"}, headers=headers)

        foreign = ("https://evil.example", "null", "", service.url + ".evil.example", service.url + "0")
        for origin in foreign:
            assert "another site" in assert_error(write(origin=origin), 403, "not_allowed")
        assert_error(write(), 403, "not_allowed")
        assert write(origin=service.url).status_code == 201

        stolen = dict(browser.cookies)
        assert browser.delete("/api/v1/session", headers={"origin": service.url}).status_code == 204
        assert not browser.cookies
        assert_error(browser.get("/api/v1/account"), 401, "unauthorized")
    with httpx.Client(base_url=service.url, cookies=stolen) as thief:
        assert "signed out" in assert_error(thief.get("/api/v1/account"), 401, "unauthorized")


def test_a_link_that_is_not_valid_leads_to_the_page_and_signs_nobody_in(anonymous: httpx.Client) -> None:
    for token in ("wrong", "", "%00", "%ff"):
        answer = anonymous.get(f"/enter?token={token}")
        assert (answer.status_code, answer.headers["location"]) == (303, "/?link=expired")
        assert "set-cookie" not in answer.headers


def test_a_browser_may_also_sign_in_with_a_key(service: Service, ann: Person) -> None:
    with httpx.Client(base_url=service.url + "/api/v1") as browser:
        assert_error(browser.post("/session", json={"api_key": "bn_wrong"}), 401, "unauthorized")
        assert browser.post("/session", json={"api_key": f" {ann.api_key}\n"}).status_code == 200
        assert browser.get("/account").json()["name"] == "person0@example.org"


def test_every_answer_protects_the_page_that_shows_it(
    anonymous: httpx.Client, ann: Person, spoken: dict[str, Any]
) -> None:
    answers = [
        anonymous.get("/"),
        anonymous.get("/nothing"),
        anonymous.get("/healthz"),
        anonymous.get(spoken["clip"]["url"]),
        ann.http.get("/account"),
        ann.http.get("/jobs/job_unknown"),
    ]
    for answer in answers:
        assert PROTECTION.items() <= answer.headers.items()
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["request-id"].startswith("req_")
        assert "server" not in answer.headers
    assert len({answer.headers["request-id"] for answer in answers}) == len(answers)


def test_health_readiness_and_the_description_need_no_key(anonymous: httpx.Client) -> None:
    assert anonymous.get("/healthz").json() == {"status": "ok"}
    ready = anonymous.get("/readyz").json()
    assert (ready["status"], ready["models"]) == ("ready", {"tts": "hibari", "vc": "world", "sfx": "foley"})
    assert ready["jobs"].keys() == {"queued", "running"}
    description = anonymous.get("/openapi.json").json()
    assert description["info"]["title"] == "Bernie"
    assert "/api/v1/jobs" in description["paths"]


def test_a_burst_of_ten_users_is_answered_whole_and_the_books_are_exact(service: Service, people: list[Person]) -> None:
    crowd = people[2:]
    before = [person.balance() for person in crowd]
    with ThreadPoolExecutor(50) as pool:
        asked = [pool.submit(person.submit, f"Number {number}.") for number in range(5) for person in crowd]
        answers = [future.result() for future in asked]
    assert [answer.status_code for answer in answers] == [202] * 50
    assert len({answer.json()["id"] for answer in answers}) == 50

    for person, had in zip(crowd, before, strict=True):
        newest = person.http.get("/jobs?limit=5").json()["jobs"]
        ended = [person.events(job["id"])[-1] for job in newest]
        assert [(job["state"], job["attempt"]) for job in ended] == [("succeeded", 1)] * 5
        assert person.balance() == had - 5 * len("Number 0.")
    doctor = bernie(service, "doctor", "--json")
    assert (doctor.returncode, json.loads(doctor.stdout)) == (0, []), doctor.stderr


def test_the_log_holds_no_secret_and_no_stack(service: Service, ann: Person, spoken: dict[str, Any]) -> None:
    """Last, when everything above has been logged."""
    log = service.data.with_suffix(".log").read_text()
    assert service.owner_link is not None
    secrets = [service.api_key, ann.api_key, service.owner_link.partition("token=")[2]]
    secrets.append(parse_qs(urlsplit(spoken["clip"]["url"]).query)["signature"][0])
    for secret in secrets:
        assert secret is not None
        assert len(secret) > 20
        assert secret not in log
    assert "Traceback" not in log
    assert "Good morning" not in log, "what people say is theirs"


async def test_an_error_of_ours_is_a_fixed_sentence_with_the_id_and_the_headers_of_every_answer(tmp_path: Path) -> None:
    async with fresh_house("sqlite", tmp_path) as house:
        _, key = await house.engine.keys.create(await house.user("alice"), "key")
        async with begin(house.engine.db) as tx:
            await tx.execute(text("UPDATE ledger SET created_at = 'secret_detail'"))
        app = httpx.ASGITransport(create_app(house.engine, secure_cookies=True), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=app, base_url="https://bernie.test") as http:
            answer = await http.get("/api/v1/credits/ledger", headers={"authorization": f"Bearer {key}"})
            sentence = assert_error(answer, 500, "internal")
            assert answer.headers["request-id"] in sentence
            assert "ledger" not in answer.text
            assert PROTECTION.items() <= answer.headers.items()
            signed_in = await http.post("/api/v1/session", json={"api_key": key})
            assert "secure" in signed_in.headers["set-cookie"].lower(), "this address is https"


async def test_a_clip_that_was_purged_is_told_apart_from_one_that_never_was(tmp_path: Path) -> None:
    async with fresh_house("sqlite", tmp_path) as house:
        alice = await house.user("alice")
        _, key = await house.engine.keys.create(alice, "key")
        job = await house.engine.jobs.submit(alice, "tts", {"text": "Hello"})
        await house.worker.run_until_idle()
        async with begin(house.engine.db) as tx:
            await tx.execute(update(clips).values(expires_at=now()))
        await house.housekeeping.purge_clips()
        app = httpx.ASGITransport(create_app(house.engine, secure_cookies=False))
        headers = {"authorization": f"Bearer {key}"}
        async with httpx.AsyncClient(transport=app, base_url="http://bernie.test/api/v1", headers=headers) as http:
            assert (await http.get(f"/jobs/{job.id}")).json()["clip"] is None
            sentence = assert_error(await http.get(f"/jobs/{job.id}/audio"), 404, "not_found")
            assert sentence == "This clip is no longer kept. Make it again."


@pytest.mark.parametrize("kind", ["postgresql", "mysql"])
async def test_what_a_database_server_cannot_hold_is_no_error_of_ours(kind: str, tmp_path: Path) -> None:
    async with fresh_database(kind, tmp_path) as db:
        engine = build(db, tmp_path).engine
        _, key = await engine.keys.create(await engine.users.create("telegram", "1"), "key")
        app = httpx.ASGITransport(create_app(engine, secure_cookies=False))
        headers = {"authorization": f"Bearer {key}"}
        async with httpx.AsyncClient(transport=app, base_url="http://bernie.test/api/v1", headers=headers) as http:
            for path in ("/jobs/%00", "/jobs?cursor=%00", "/jobs/%F0%9F%8E%99/events", "/jobs/" + "x" * 5000):
                assert (await http.get(path)).status_code in {404, 422}
            assert (await http.delete("/keys/%00")).status_code in {404, 422}
            assert (await http.post("/keys", json={"name": "a\0b🎙"})).json()["name"] == "ab🎙"
            said = {"capability": "tts", "params": {"text": "Hello \0 🎙"}}
            assert (await http.post("/jobs", json=said)).json()["params"]["text"] == "Hello \0 🎙"


def test_a_head_request_is_answered_where_load_balancers_and_players_ask(service: Service) -> None:
    assert httpx.head(service.url + "/healthz").status_code == 200
    assert httpx.head(service.url + "/readyz").status_code == 200


def test_another_site_cannot_sign_its_visitors_in(service: Service) -> None:
    origin = {"origin": "https://elsewhere.example"}
    refused = httpx.post(service.url + "/api/v1/session", json={"api_key": service.api_key}, headers=origin)
    assert refused.status_code == 403
    assert "set-cookie" not in refused.headers


def recording(seconds: float) -> bytes:
    time = np.arange(round(seconds * 24_000)) / 24_000
    return encode(Audio(np.sin(2 * np.pi * 220 * time).astype(np.float32) / 3, 24_000), "mp3")


def test_a_voice_is_added_listed_and_deleted_and_a_clip_uploaded(service: Service) -> None:
    sound = recording(4)
    with service.client() as client:
        form = {"name": "Grandma"}
        refused = client.post("/voices", data=form, files={"file": sound})
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "not_allowed")
        added = client.post("/voices", data=form | {"consent": "true"}, files={"file": sound})
        assert added.status_code == 201
        assert "Grandma" in [voice["name"] for voice in client.get("/voices").json()["voices"]]
        assert client.delete(f"/voices/{added.json()['id']}").status_code == 204
        assert "Grandma" not in [voice["name"] for voice in client.get("/voices").json()["voices"]]
        uploaded = client.post("/uploads", files={"file": ("nameless", sound, "text/html")})
        assert (uploaded.status_code, uploaded.json()["seconds"]) == (201, pytest.approx(4.0, abs=0.05))
        garbage = client.post("/uploads", files={"file": b"not audio"})
        assert (garbage.status_code, garbage.json()["error"]["code"]) == (422, "clip_unreadable")


def test_a_body_that_is_too_large_is_refused(service: Service) -> None:
    with service.client() as client:
        huge = client.post("/jobs", json={"capability": "tts", "params": {"text": "x" * 2_000_000}})
    assert huge.status_code == 413
