"""`bernie bench api --hang-ups 1000`: clients that leave in the middle of a stream, and what stays behind."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp

from bernie.bench.api import NO_LIMITS, people
from bernie.bench.children import resident_kilobytes, serving, threads
from bernie.bench.figures import Figure, percentile
from bernie.bench.load import session

LONG = "This sentence is one of many, and each of them takes a moment to be spoken. " * 60
STREAM = "/v1/text-to-speech/heart/stream?output_format=pcm_24000"
SETTLED = 100
"""Hang-ups before memory is looked at: until then pools and caches fill."""


async def measure(folder: Path, times: int) -> list[Figure]:
    """Raises `NotHere`."""
    [key] = await people(folder, 1)
    async with serving(folder, **NO_LIMITS) as (url, pid), session(url, **{"xi-api-key": key}) as client:
        longest_step = await _longest_step(client)
        before = await _balance(client)
        for _ in range(SETTLED):
            await _hang_up(client)
        memory, running = resident_kilobytes(pid), threads(pid)
        waits = [await _hang_up(client) for _ in range(times)]
        return [
            Figure("from hanging up to cancelled, p50", percentile(waits, 0.5) * 1e3, "ms"),
            Figure("from hanging up to cancelled, p99", percentile(waits, 0.99) * 1e3, "ms"),
            Figure("yardstick: the longest step, a sentence", longest_step * 1e3, "ms"),
            Figure("jobs that were not cancelled", sum(wait < 0 for wait in waits), "jobs", "0"),
            Figure("credits that were not given back", before - await _balance(client), "credits", "0"),
            Figure("threads that stayed", threads(pid) - running, "threads", "0"),
            Figure("memory that stayed, each", (resident_kilobytes(pid) - memory) / times, "kB"),
        ]


async def _hang_up(client: aiohttp.ClientSession) -> float:
    """Seconds until its job had ended; less than none when it ended otherwise than cancelled."""
    async with client.post(STREAM, json={"text": LONG}) as answer:
        answer.raise_for_status()
        await answer.content.readany()
        answer.close()
    left = time.time()
    while (job := await _newest(client))["finished_at"] is None:  # noqa: ASYNC110  asked as a client would
        await asyncio.sleep(0.005)
    if job["state"] != "cancelled":
        return -1.0
    return max(0.0, datetime.fromisoformat(job["finished_at"]).timestamp() - left)


async def _longest_step(client: aiohttp.ClientSession) -> float:
    """Seconds between two sentences of a stream that is heard to its end."""
    async with client.post(STREAM, json={"text": LONG}) as answer:
        answer.raise_for_status()
        await answer.content.readany()
        longest, last = 0.0, time.perf_counter()
        async for _ in answer.content.iter_any():
            longest, last = max(longest, time.perf_counter() - last), time.perf_counter()
    return longest


async def _newest(client: aiohttp.ClientSession) -> dict[str, Any]:
    async with client.get("/api/v1/jobs?limit=1") as answer:
        job: dict[str, Any] = (await answer.json())["jobs"][0]
        return job


async def _balance(client: aiohttp.ClientSession) -> int:
    async with client.get("/api/v1/credits") as answer:
        return int((await answer.json())["balance"])
