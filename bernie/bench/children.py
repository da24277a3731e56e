"""Processes that a measurement runs beside itself: each says in a line of JSON when it is ready."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

STOP_SECONDS = 20
CHECKOUT = Path(__file__).parents[2]


class NotHere(Exception):
    """What cannot be measured on this machine: a sentence that says what to do."""


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """For a service with its data in `folder`, on a free port, with the embedded voice and no other setting of ours."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("BERNIE_")}
    ours = {"DATA": str(folder), "HTTP__PORT": "0", "TTS__MODEL": "hibari"} | settings
    return clean | {f"BERNIE_{name}": value for name, value in ours.items()}


@asynccontextmanager
async def running(*command: str, environment: Mapping[str, str] | None = None) -> AsyncIterator[Process]:
    """A Python process with these arguments."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, cwd=CHECKOUT, env=environment, limit=2**24
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await asyncio.wait_for(process.wait(), STOP_SECONDS)


@asynccontextmanager
async def serving(folder: Path, part: str = "serve", **settings: str) -> AsyncIterator[tuple[str, int]]:
    """`bernie serve`, or another of its parts, once it is ready: its address and its process id."""
    async with running("-m", "bernie", part, "--json", environment=environment(folder, **settings)) as process:
        yield (await heard(process))["url"], process.pid


async def say(process: Process, **order: Any) -> None:
    assert process.stdin is not None
    process.stdin.write(json.dumps(order).encode() + b"\n")
    await process.stdin.drain()


async def heard(process: Process) -> Any:
    """Its next line. Raises `NotHere` when it has ended instead."""
    assert process.stdout is not None
    line = await process.stdout.readline()
    if not line:
        raise NotHere("A process of the measurement ended early: run `bernie serve` by itself to see why.")
    return json.loads(line)


def resident_kilobytes(pid: int) -> int:
    """Memory of a process. Raises `NotHere`."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        raise NotHere("Memory of another process is read from /proc: run this on Linux.")
    [line] = [line for line in status.read_text().splitlines() if line.startswith("VmRSS:")]
    return int(line.split()[1])


def processor_seconds(pid: int) -> float:
    """What a process has used so far, of all cores. Raises `NotHere`."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        raise NotHere("The processor time of another process is read from /proc: run this on Linux.")
    user, system = stat.read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def threads(pid: int) -> int:
    """Raises `NotHere`."""
    tasks = Path(f"/proc/{pid}/task")
    if not tasks.exists():
        raise NotHere("Threads of another process are counted in /proc: run this on Linux.")
    return len(list(tasks.iterdir()))
