"""`bernie bench discord`: how soon each of many interactions is acknowledged; whether any job is lost or paid twice.

A whole service and a local Discord, each a process of its own on this machine; the local Discord is the tests', so this
runs in a checkout. Discord gives three seconds: the time counts from when it sends an interaction until it has our
acknowledgement.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bernie.bench.children import CHECKOUT, NotHere, heard, running, say, serving
from bernie.bench.figures import Figure, percentile

INTERACTIONS, SECONDS, PEOPLE = 200, 2.0, 50
TARGET_MS = 250
ROUNDS = 3


async def measure(folder: Path) -> list[Figure]:
    """Raises `NotHere`."""
    if not (CHECKOUT / "tests" / "discord" / "__main__.py").exists():
        raise NotHere("The local Discord is one of the tests: run this in a checkout of Bernie.")
    acknowledged: list[float] = []
    clips, worst = 0, 0.0
    async with running("-m", "tests.discord") as discord:
        about = await heard(discord)
        async with serving(folder, **_settings(about)):
            await say(discord, do="wait")
            await heard(discord)
            await say(discord, do="ask", count=1, seconds=0, people=1)  # what only the first costs
            await heard(discord)
            for _ in range(ROUNDS):
                await say(discord, do="ask", count=INTERACTIONS, seconds=SECONDS, people=PEOPLE)
                answer = await heard(discord)
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


def _settings(about: Mapping[str, Any]) -> dict[str, str]:
    return {
        "DISCORD__TOKEN": about["token"],
        "DISCORD__API_URL": f"{about['url']}/api/v10",
        "DISCORD__GATEWAY_URL": about["url"].replace("http", "ws") + "/gateway",
    }


def _books(database: Path) -> tuple[int, int]:
    """Jobs, and how many of them were charged."""
    with sqlite3.connect(database) as db:
        jobs = db.execute("select count(*) from jobs").fetchone()[0]
        charged = db.execute("select count(*) from ledger where kind = 'capture'").fetchone()[0]
    return int(jobs), int(charged)
