"""Receivers that misbehave in every way, a service that is killed three times: every event arrives, none is lost."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from engine.clock import now
from store import Database, begin, connect, read
from store.tables import deliveries, endpoints
from tests.receiver import (
    LOOPBACK,
    Behaviour,
    Received,
    Receiver,
    answering,
    dripping,
    endless,
    reset,
    silence,
    slow_loris,
)
from tests.service import Service, start

JOBS, KILLS = 8, 3
GIGABYTE = 10**9
ENDED = ["job.succeeded", "job.failed"]  # three kills while it runs are three attempts
accept = answering(204)


@dataclass
class Moody:
    """Misbehaves on the first `times` attempts of each event, then accepts."""

    mood: Behaviour
    times: int = 1
    doom: asyncio.Event = field(default_factory=asyncio.Event)
    kill: Callable[[], None] = lambda: None
    tries: Counter[str] = field(default_factory=Counter)
    accepted: Counter[str] = field(default_factory=Counter)

    async def __call__(self, received: Received, writer: asyncio.StreamWriter) -> None:
        event = received.headers["webhook-id"]
        self.tries[event] += 1
        if self.tries[event] <= self.times:
            await self.mood(received, writer)
        else:
            self.accepted[event] += 1
            if self.doom.is_set():
                self.doom.clear()
                self.kill()  # it will never know that this one was accepted
            await accept(received, writer)


@dataclass
class Once:
    """Misbehaves on the very first attempt only: each costs a whole time-out."""

    mood: Behaviour
    done: bool = False

    async def __call__(self, received: Received, writer: asyncio.StreamWriter) -> None:
        first, self.done = not self.done, True
        await (self.mood if first else accept)(received, writer)


def certificate(folder: Path) -> ssl.SSLContext:
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=wrong.example -keyout key.pem -out cert.pem"
    subprocess.run(command.split(), cwd=folder, check=True, capture_output=True)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return tls


async def let_time_pass(db: Database) -> None:
    """Pauses are over. What somebody is at stays theirs."""
    async with begin(db) as tx:
        waiting = deliveries.c.due_at.is_not(None) & deliveries.c.claimed.is_(False)
        await tx.execute(update(deliveries).where(waiting).values(due_at=now()))
        await tx.execute(update(endpoints).values(paused_until=None))


async def states(db: Database) -> Counter[str]:
    async with read(db) as tx:
        rows = (await tx.execute(select(deliveries.c.due_at, deliveries.c.delivered_at))).all()
    return Counter("delivered" if row.delivered_at else "waiting" if row.due_at else "given up" for row in rows)


async def killed(service: Service, moods: dict[str, Behaviour]) -> None:
    """With SIGKILL, in the moment in which a receiver accepts, with other deliveries under way."""
    doom = asyncio.Event()
    doom.set()
    for mood in moods.values():
        if isinstance(mood, Moody):
            mood.doom, mood.kill = doom, service.process.kill
    async with asyncio.timeout(60):
        await asyncio.to_thread(service.process.wait)


@pytest.mark.slow
async def test_every_event_arrives_at_least_once_and_none_is_lost(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the wrong certificate for this test, and is not on this machine")
    tls = await asyncio.to_thread(certificate, tmp_path)
    data = tmp_path / "data"
    trap, mended = Receiver(), Receiver()
    async with AsyncExitStack() as stack:
        for plain in (trap, mended):
            await stack.enter_async_context(plain.listening())
        moods: dict[str, Behaviour] = {
            "500": Moody(answering(500, b"no"), times=2),
            "reset": Moody(reset),
            "redirect": Moody(answering(302, location=trap.url)),
            "429": Moody(answering(429, retry_after="3")),
            "a gigabyte": endless(GIGABYTE),
            "never ends": dripping,
            "slow loris": Once(slow_loris),
            "silence": Once(silence),
            "wrong certificate": accept,
        }
        receivers = {name: Receiver(mood) for name, mood in moods.items()}
        for name, receiver in receivers.items():
            wrong = tls if name == "wrong certificate" else None
            await stack.enter_async_context(receiver.listening(tls=wrong))
        service = await asyncio.to_thread(start, data, extra_env={"BERNIE_EGRESS__ALLOW": LOOPBACK})
        db = connect(f"sqlite:///{data / 'bernie.db'}")
        stack.push_async_callback(db.close)
        try:
            made = await asyncio.to_thread(listen_and_ask, service, receivers)
            for _ in range(KILLS):
                await killed(service, moods)
                await let_time_pass(db)
                key = service.api_key
                service = await asyncio.to_thread(start, data, extra_env={"BERNIE_EGRESS__ALLOW": LOOPBACK})
                service.api_key = key
            await asyncio.to_thread(mend, service, made["wrong certificate"], mended.url)
            async with asyncio.timeout(90):
                while (found := await states(db))["delivered"] < JOBS * len(receivers):
                    await asyncio.sleep(0.5)
                    await let_time_pass(db)
        finally:
            await asyncio.to_thread(service.kill)
            if service.process.stdout is not None:
                service.process.stdout.close()
        arrived = {name: Counter(one.headers["webhook-id"] for one in r.received) for name, r in receivers.items()}
        arrived["wrong certificate"] = Counter(one.headers["webhook-id"] for one in mended.received)
        twice = await report(db, moods, arrived, capsys)
        assert twice >= KILLS, "what was accepted as the service died"
        assert found == {"delivered": JOBS * len(receivers)}
        assert trap.received == []
        assert receivers["wrong certificate"].received == []
        for name, events in arrived.items():
            assert len(events) == JOBS, name
        for mood in moods.values():
            if isinstance(mood, Moody):
                assert len(mood.accepted) == JOBS


def listen_and_ask(service: Service, receivers: dict[str, Receiver]) -> dict[str, str]:
    """Ids of the endpoints, one per receiver; the jobs are on their way."""
    with service.client() as http:
        made = {
            name: http.post("/webhooks", json={"url": receiver.url, "events": ENDED}).json()["id"]
            for name, receiver in receivers.items()
        }
        for number in range(JOBS):
            request = {"capability": "tts", "params": {"text": f"Number {number}."}}
            assert http.post("/jobs", json=request).status_code == 202
    return made


def mend(service: Service, endpoint_id: str, url: str) -> None:
    with service.client() as http:
        changed: httpx.Response = http.patch(f"/webhooks/{endpoint_id}", json={"url": url})
        assert changed.status_code == 200, changed.text


async def report(db: Database, moods: dict[str, Any], arrived: dict[str, Counter[str]], capsys: Any) -> int:
    """Duplicates are allowed; how many there were is printed."""
    async with read(db) as tx:
        attempts = sum((await tx.execute(select(deliveries.c.attempt))).scalars())
    moody = [mood for mood in moods.values() if isinstance(mood, Moody)]
    twice = sum(sum(mood.accepted.values()) - len(mood.accepted) for mood in moody)
    events = sum(len(mood.accepted) for mood in moody)
    with capsys.disabled():
        print(f"\n{JOBS * len(arrived)} events, {KILLS} kills, {attempts} attempts; ", end="")
        print(f"of {events} events that were refused at first, {twice} were accepted more than once")
    return twice
