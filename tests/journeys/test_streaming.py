"""Sound that leaves while it is made, and clients that leave before it does."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import psutil
import pytest

from tests.engine.test_uploads import clip
from tests.service import Service, running_service

LONG = "This sentence is one of many, and each of them takes a moment to be spoken. " * 60
TIMES = 40


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    patient = {"BERNIE_HTTP__WAIT_SECONDS": "1.5", "BERNIE_USERS__CREDITS": "10000000"}
    with running_service(tmp_path_factory.mktemp("bernie"), extra_env=patient) as running:
        yield running


@pytest.fixture(scope="module")
def http(service: Service) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=service.url, headers={"xi-api-key": service.api_key or ""}, timeout=30) as client:
        yield client


def begin(http: httpx.Client, text: str = LONG) -> Any:
    return http.stream("POST", "/v1/text-to-speech/heart/stream", json={"text": text})


def newest(http: httpx.Client) -> dict[str, Any]:
    job: dict[str, Any] = http.get("/api/v1/jobs?limit=1").json()["jobs"][0]
    return job


def ended(http: httpx.Client, job_id: str = "") -> dict[str, Any]:
    """The newest job, or this one, when it has ended."""
    for _ in range(200):
        job: dict[str, Any] = http.get(f"/api/v1/jobs/{job_id}").json() if job_id else newest(http)
        if job["state"] not in ("queued", "running"):
            return job
        time.sleep(0.05)
    raise AssertionError("the job does not end")


def balance(http: httpx.Client) -> int:
    return int(http.get("/api/v1/credits").json()["balance"])


def test_the_first_bytes_leave_long_before_the_last_are_made(http: httpx.Client) -> None:
    with begin(http) as answer:
        parts = answer.iter_raw()
        next(parts)
        assert newest(http)["state"] == "running"
        assert sum(map(len, parts)) > 500_000
    assert newest(http)["state"] == "succeeded"


def test_whoever_hangs_up_in_the_middle_has_the_job_cancelled_and_pays_nothing(http: httpx.Client) -> None:
    before = balance(http)
    with begin(http) as answer:
        next(answer.iter_raw())
    job = ended(http)
    assert job["state"] == "cancelled"
    assert balance(http) == before


def test_whoever_hangs_up_before_the_first_byte_pays_nothing(http: httpx.Client, service: Service) -> None:
    before = balance(http)
    with begin(http) as answer:  # holds the only slot, so that the other one waits in line
        parts = answer.iter_raw()  # kept: a forgotten iterator closes its connection
        next(parts)
        first = newest(http)["id"]
        with (
            pytest.raises(httpx.ReadTimeout),
            httpx.Client(headers={"xi-api-key": service.api_key or ""}, timeout=0.3) as hasty,
        ):
            hasty.post(f"{service.url}/v1/text-to-speech/heart", json={"text": "Never heard."})
        job = ended(http)
        assert (job["state"], job["params"]["text"]) == ("cancelled", "Never heard.")
    assert ended(http, first)["state"] == "cancelled"
    assert balance(http) == before


@pytest.mark.slow
def test_nothing_stays_behind_after_many_who_hung_up(http: httpx.Client, service: Service) -> None:
    before, process = balance(http), psutil.Process(service.process.pid)

    def hang_up() -> None:
        with begin(http) as answer:
            next(answer.iter_raw())
        assert ended(http)["state"] == "cancelled"

    for _ in range(TIMES):
        hang_up()
    memory = process.memory_info().rss
    for _ in range(TIMES):
        hang_up()
    assert process.num_threads() < 60, "pools of threads are bounded"
    assert process.memory_info().rss < memory + 1_000_000 * TIMES, "one clip of this text is 20 MB of samples"
    assert balance(http) == before


def test_a_burst_beyond_the_one_slot_waits_in_line_and_is_answered(http: httpx.Client, service: Service) -> None:
    def speak(number: int) -> int:
        answer = httpx.post(
            f"{service.url}/v1/text-to-speech/heart",
            headers={"xi-api-key": service.api_key or ""},
            json={"text": f"Number {number}."},
            timeout=60,
        )
        return answer.status_code

    with ThreadPoolExecutor(12) as pool:
        assert set(pool.map(speak, range(12))) == {200}


def test_over_the_limit_a_request_waits_and_is_refused_in_its_familys_shape(http: httpx.Client) -> None:
    slow = {"capability": (None, "vc"), "params": (None, '{"voice": "heart"}'), "source": clip(120.0)}
    ours = {"capability": "tts", "params": {"text": "In line."}}
    orders: list[dict[str, Any]] = [{"files": slow}, *({"json": ours} for _ in range(20))]
    waiting = [http.post("/api/v1/jobs", **order).raise_for_status().json()["id"] for order in orders]
    at_once = http.post("/api/v1/jobs", json=ours)
    assert (at_once.status_code, at_once.json()["error"]["code"]) == (429, "queue_full")
    assert int(at_once.headers["retry-after"]) >= 1
    begun = time.monotonic()
    theirs = http.post("/v1/text-to-speech/heart", json={"text": "Too many."})
    assert time.monotonic() - begun >= 1.5
    assert (theirs.status_code, theirs.json()["detail"]["status"]) == (429, "too_many_concurrent_requests")
    assert int(theirs.headers["retry-after"]) >= 1
    openai = http.post("/v1/audio/speech", json={"input": "Too many.", "voice": "heart"})
    assert (openai.status_code, openai.json()["error"]["code"]) == (429, "rate_limit_exceeded")
    with pytest.raises(httpx.ReadTimeout):  # hangs up in line
        http.post("/v1/text-to-speech/heart", json={"text": "Never heard."}, timeout=0.3)
    with ThreadPoolExecutor(1) as pool:
        patient = pool.submit(http.post, "/v1/text-to-speech/heart", json={"text": "In time."})
        time.sleep(0.3)
        assert not patient.done()
        for job_id in waiting:
            http.delete(f"/api/v1/jobs/{job_id}")
        assert patient.result().status_code == 200
    assert "Never heard." not in [job["params"]["text"] for job in http.get("/api/v1/jobs?limit=3").json()["jobs"]]
    assert ended(http, waiting[0])["state"] == "cancelled"
    assert set(httpx.get(f"{http.base_url}/readyz").json()["jobs"].values()) == {0}
