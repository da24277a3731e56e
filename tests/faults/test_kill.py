"""Killed with SIGKILL at every stage and started again: one clip, one capture, nothing left over."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from bernie import compose
from bernie.settings import Settings
from engine.audit import Problem, examine
from tests.faults.doomed import STAGES
from tests.service import running_service, start

DOOMED = str(Path(__file__).with_name("doomed.py"))
REQUEST = {"capability": "tts", "params": {"text": "Nothing is lost.", "format": "wav"}}
KEY = {"idempotency-key": "the one request"}


@pytest.mark.parametrize("stage", STAGES)
def test_a_service_killed_at_any_stage_loses_nothing_and_charges_once(tmp_path: Path, stage: str) -> None:
    data = tmp_path / "data"
    doomed = start(data, extra_env={"DOOM": stage}, command=(DOOMED, "serve"))
    try:
        with suppress(httpx.TransportError), doomed.client() as client:
            client.post("/jobs", json=REQUEST, headers=KEY)  # it may die before it answers
        assert doomed.process.wait(30) == -9, "it was to be killed"
    finally:
        doomed.kill()

    with running_service(data) as service, service.client(doomed.api_key) as client:
        job = client.post("/jobs", json=REQUEST, headers=KEY).json()
        with client.stream("GET", f"/jobs/{job['id']}/events") as events:
            last = [line for line in events.iter_lines() if line.startswith("data:")][-1]
        finished = json.loads(last.removeprefix("data:"))
        assert finished["state"] == "succeeded"
        audio = client.get(f"/jobs/{job['id']}/audio")
        assert audio.content[:4] == b"RIFF"
        assert len(client.get("/jobs").json()["jobs"]) == 1
        ledger = client.get("/credits/ledger").json()["entries"]
        assert client.get("/credits").json()["balance"] == 10_000 - len("Nothing is lost.")
    assert sorted(entry["kind"] for entry in ledger) == ["capture", "grant", "hold"]

    assert asyncio.run(sweep_and_examine(data)) == []
    files = [path for path in (data / "objects").rglob("*") if path.is_file() and not path.name.startswith(".")]
    assert [path.stat().st_size for path in files] == [len(audio.content)]


async def sweep_and_examine(data: Path) -> list[Problem]:
    settings = Settings(data=data)
    async with compose.opened(settings) as engine:
        await compose.backroom(settings, engine).housekeeping.sweep_attempts()
        return await examine(engine)


def test_a_service_killed_over_and_over_gives_up_after_three_attempts_and_refunds(tmp_path: Path) -> None:
    data = tmp_path / "data"
    doomed = start(data, extra_env={"DOOM": "in mid-run"}, command=(DOOMED, "serve"))
    with doomed.client() as client:
        job = client.post("/jobs", json=REQUEST, headers=KEY).json()
    assert doomed.process.wait(30) == -9
    for _ in range(2):
        again = start(data, extra_env={"DOOM": "in mid-run"}, command=(DOOMED, "serve"))
        assert again.process.wait(30) == -9
    with running_service(data) as service, service.client(doomed.api_key) as client:
        ended = client.get(f"/jobs/{job['id']}").json()
        assert (ended["state"], ended["attempt"]) == ("failed", 3)
        assert client.get("/credits").json()["balance"] == 10_000
