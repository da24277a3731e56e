"""`bernie bench discord`: how soon each of many interactions is acknowledged; whether any job is lost or paid twice.

A whole service and a local Discord, each a process of its own on this machine; the local Discord is the tests', so this
runs in a checkout. Discord gives three seconds: the time counts from when it sends an interaction until it has our
acknowledgement.
"""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from bernie.bench.figures import Figure, percentile

INTERACTIONS, SECONDS, PEOPLE = 200, 2.0, 50
TARGET_MS = 250
ROUNDS = 3
STOP_SECONDS = 20
CHECKOUT = Path(__file__).parents[2]


class NoCheckout(Exception):
    """A sentence that says what to do."""


async def measure(folder: Path) -> list[Figure]:
    """Raises `NoCheckout`."""
    if not (CHECKOUT / "tests" / "discord" / "__main__.py").exists():
        raise NoCheckout("The local Discord is one of the tests: run this in a checkout of Bernie.")
    acknowledged: list[float] = []
    clips, worst = 0, 0.0
    async with _running("-m", "tests.discord") as discord:
        about = await _heard(discord)
        async with _running("-m", "bernie", "serve", "--json", environment=_environment(folder, about)) as service:
            await _heard(service)
            await _say(discord, do="wait")
            await _heard(discord)
            await _say(discord, do="ask", count=1, seconds=0, people=1)  # what only the first costs
            await _heard(discord)
            for _ in range(ROUNDS):
                await _say(discord, do="ask", count=INTERACTIONS, seconds=SECONDS, people=PEOPLE)
                answer = await _heard(discord)
                taken = [1000 * seconds for seconds in answer["acknowledged"] if seconds is not None]
                acknowledged += taken
                worst = max(worst, percentile(taken, 0.99))
                clips += answer["clips"]
    asked = ROUNDS * INTERACTIONS
    jobs, charged = _books(folder / "bernie.db")
    return [
        Figure("acknowledged, median", percentile(acknowledged, 0.5), "ms"),
        Figure("acknowledged, 99 of 100", percentile(acknowledged, 0.99), "ms", f"at most {TARGET_MS}"),
        Figure("the same in the worst round", worst, "ms"),
        Figure("acknowledged, the slowest", max(acknowledged), "ms"),
        Figure("never acknowledged", asked - len(acknowledged), "interactions", "0"),
        Figure("without a clip", asked - clips, "interactions", "0"),
        Figure("jobs too many", jobs - asked - 1, "jobs", "0"),
        Figure("charges too many", charged - asked - 1, "charges", "0"),
    ]


def _environment(folder: Path, about: Mapping[str, Any]) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("BERNIE_")}
    return clean | {
        "BERNIE_DATA": str(folder),
        "BERNIE_HTTP__PORT": "0",
        "BERNIE_TTS__MODEL": "hibari",
        "BERNIE_DISCORD__TOKEN": about["token"],
        "BERNIE_DISCORD__API_URL": f"{about['url']}/api/v10",
        "BERNIE_DISCORD__GATEWAY_URL": about["url"].replace("http", "ws") + "/gateway",
    }


@asynccontextmanager
async def _running(*command: str, environment: Mapping[str, str] | None = None) -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, stdin=PIPE, stdout=PIPE, stderr=asyncio.subprocess.DEVNULL, cwd=CHECKOUT,
        env=environment, limit=2**24,
    )  # fmt: skip
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await asyncio.wait_for(process.wait(), STOP_SECONDS)


async def _say(process: Process, **order: Any) -> None:
    assert process.stdin is not None
    process.stdin.write(json.dumps(order).encode() + b"\n")
    await process.stdin.drain()


async def _heard(process: Process) -> Any:
    assert process.stdout is not None
    return json.loads(await process.stdout.readline())


def _books(database: Path) -> tuple[int, int]:
    """Jobs, and how many of them were charged."""
    with sqlite3.connect(database) as db:
        jobs = db.execute("select count(*) from jobs").fetchone()[0]
        charged = db.execute("select count(*) from ledger where kind = 'capture'").fetchone()[0]
    return int(jobs), int(charged)
