"""Taken apart: processes for HTTP and for work on one PostgreSQL, clips in a bucket, workers that die."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from engine.codecs import decode
from tests.databases import SERVERS, database_name, unreachable
from tests.seaweed import S3Server
from tests.service import Service, environment, running_service, start

WORKER = ("-m", "bernie", "worker")
API = ("-m", "bernie", "api")
LONG = "This sentence is one of many, and each of them takes a moment to be spoken. " * 20


@pytest.fixture
def postgresql() -> dict[str, str]:
    """Settings for an empty database of this test process."""
    unreachable.cache_clear()  # it makes the database anew
    if (reason := unreachable("postgresql")) is not None:
        pytest.skip(reason)
    url = SERVERS["postgresql"].rpartition("/")[0] + "/" + database_name()
    return {"BERNIE_DATABASE__URL": url, "BERNIE_WORKER__LEASE_SECONDS": "1"}


@pytest.fixture
def processes() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def launch(stack: ExitStack, data: Path, env: dict[str, str], command: tuple[str, ...]) -> Service:
    service = start(data, extra_env=env, command=command)
    assert service.process.stdout is not None
    stack.callback(service.process.stdout.close)
    stack.callback(service.kill)
    return service


def speak(client: httpx.Client, text: str) -> dict[str, object]:
    """The finished job."""
    job = client.post("/jobs", json={"capability": "tts", "params": {"text": text}}).raise_for_status().json()
    with client.stream("GET", f"/jobs/{job['id']}/events") as events:
        lines = [line for line in events.iter_lines() if line.startswith("data:")]
    finished: dict[str, object] = json.loads(lines[-1].removeprefix("data:"))
    return finished


@pytest.mark.slow
def test_api_and_worker_processes_share_the_work_over_postgresql(
    tmp_path: Path, postgresql: dict[str, str], processes: ExitStack
) -> None:
    data = tmp_path / "data"
    api = launch(processes, data, postgresql, API)
    launch(processes, data, postgresql, WORKER)
    with api.client() as client:
        speak(client, "Warm up.")
        begun = time.monotonic()
        finished = speak(client, "Two processes.")
        assert finished["state"] == "succeeded"
        # The wake-ups crossed: polling alone takes a second to start and more to be seen.
        assert time.monotonic() - begun < 1.0
        with client.stream("POST", f"{api.url}/v1/text-to-speech/heart/stream", json={"text": LONG}) as answer:
            parts = answer.iter_raw()
            first = next(parts)
            [job] = client.get("/jobs?limit=1").json()["jobs"]
            assert job["state"] == "running", "heard while another process makes it"
            heard = decode(first + b"".join(parts), max_seconds=600)
        job = client.get(f"/jobs/{job['id']}").json()
        assert job["state"] == "succeeded"
        assert heard.seconds == pytest.approx(job["clip"]["seconds"], abs=0.3)
        audio = decode(client.get(f"/jobs/{finished['id']}/audio").content, max_seconds=60)
    assert audio.seconds > 0.5


@pytest.mark.slow
def test_when_a_worker_is_killed_another_takes_its_job_over_and_who_listens_hears_it_once(
    tmp_path: Path, postgresql: dict[str, str], processes: ExitStack
) -> None:
    data = tmp_path / "data"
    doomed = str(Path(__file__).parents[1] / "faults" / "doomed.py")
    api = launch(processes, data, postgresql, API)
    first = launch(processes, data, postgresql | {"DOOM": "in mid-run"}, (doomed, "worker"))
    said = "Take over. And go on from where it was left."
    with api.client() as client, ThreadPoolExecutor(1) as pool:
        speech = f"{api.url}/v1/text-to-speech/heart/stream?output_format=pcm_24000"
        hearing = pool.submit(client.post, speech, json={"text": said}, timeout=90)
        assert first.process.wait(30) == -9
        launch(processes, data, postgresql, WORKER)
        heard = hearing.result().raise_for_status().content
        [job] = client.get("/jobs").json()["jobs"]
        assert (job["state"], job["attempt"] > 1) == ("succeeded", True)
        assert len(heard) / 2 / 24_000 == pytest.approx(job["clip"]["seconds"], abs=0.02)
        assert client.get("/credits").json()["balance"] == 10_000 - len(said)
    doctor = [sys.executable, "-m", "bernie", "doctor", "--json"]
    done = subprocess.run(doctor, env=environment(data, postgresql), capture_output=True, check=False)
    assert (done.returncode, json.loads(done.stdout)) == (0, [])


@pytest.mark.slow
def test_with_a_bucket_the_clip_lies_there_and_its_link_leads_there(tmp_path: Path, s3_server: S3Server) -> None:
    bucket = s3_server.environment | {
        "BERNIE_S3__BUCKET": s3_server.bucket,
        "BERNIE_S3__ENDPOINT": s3_server.endpoint,
        "BERNIE_S3__PUBLIC_ENDPOINT": (public := s3_server.endpoint.replace("127.0.0.1", "localhost")),
        "BERNIE_S3__REGION": s3_server.region,
        "BERNIE_S3__PREFIX": "journey",
    }
    with running_service(tmp_path / "data", extra_env=bucket) as service, service.client() as client:
        finished = speak(client, "Into the bucket.")
        clip = finished["clip"]
        assert isinstance(clip, dict)
        assert clip["url"].startswith(public)
        linked = httpx.get(clip["url"])
        assert linked.status_code == 200
        assert linked.content == client.get(f"/jobs/{finished['id']}/audio").content
        assert httpx.get(service.url + "/readyz").status_code == 200
        link = client.post("/uploads/link", json={"bytes": len(linked.content)}).raise_for_status().json()
        assert link["url"].startswith(public)
        assert httpx.put(link["url"], content=linked.content + b"x").status_code == 403
        assert httpx.put(link["url"], content=linked.content).status_code == 200
        told = client.post(f"/uploads/{link['id']}/complete").raise_for_status().json()
        assert told["seconds"] == pytest.approx(clip["seconds"], abs=0.1)
    assert not (tmp_path / "data" / "objects").exists()
    found = s3_server.client().list_objects_v2(Bucket=s3_server.bucket, Prefix="journey/")
    made, brought = [item["Key"] for item in found["Contents"]]
    assert made == f"journey/clips/{finished['id']}/1.ogg"
    assert brought.startswith(f"journey/uploads/{link['id']}/clip_")


@pytest.mark.slow
def test_without_its_bucket_the_service_is_not_ready_and_a_job_is_refunded(tmp_path: Path) -> None:
    nowhere = {
        "BERNIE_S3__BUCKET": "absent",
        "BERNIE_S3__ENDPOINT": "http://127.0.0.1:9",
        "AWS_ACCESS_KEY_ID": "a",
        "AWS_SECRET_ACCESS_KEY": "b",
    }
    with running_service(tmp_path / "data", extra_env=nowhere) as service, service.client() as client:
        ready = httpx.get(service.url + "/readyz", timeout=60)
        assert (ready.status_code, ready.json()["error"]["code"]) == (503, "unavailable")
        finished = speak(client, "Nowhere to go.")
        assert finished["state"] == "failed"
        assert client.get("/credits").json()["balance"] == 10_000
