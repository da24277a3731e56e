"""`bernie bench api`: how soon a job is accepted, how soon a stream is heard, and what it costs to be listened to.

The service is a process of its own, as is the yardstick, a FastAPI route that does nothing. Requests come at a fixed
pace, and each is timed from when it was due.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from multiprocessing import get_context
from multiprocessing.pool import Pool
from pathlib import Path
from statistics import median
from typing import Any

import aiohttp

from bernie import compose
from bernie.bench.children import heard, processor_seconds, resident_kilobytes, running, serving
from bernie.bench.figures import Figure, percentile
from bernie.bench.load import paced, session
from bernie.settings import NewUsers, Settings

PACES, SECONDS = (100, 300), 10.0
PEOPLE = 50
LISTENERS = 500
SETTLED_SECONDS, WATCHED_SECONDS = 4.0, 10.0
FIRST = "The birch canoe slid on the smooth planks."
TEXT = f"{FIRST} Glue the sheet to the dark blue background. It's easy to tell the depth of a well."
STREAMS = 15
NO_LIMITS = {"RATES__REQUESTS_PER_MINUTE": "0", "USERS__QUEUE_LIMIT": "100000"}


async def measure(folder: Path) -> list[Figure]:
    """`folder` should lie on the disk that the service uses. Raises `NotHere`."""
    accepting = folder / "api"
    keys = await people(accepting, PEOPLE)
    async with _bare() as bare, serving(accepting, "api", **NO_LIMITS) as (url, pid):
        figures = await _listeners(url, pid, keys)
        for pace in PACES:
            figures += await _accepted(bare, url, keys, pace)
    speaking = folder / "serve"
    [key, *others] = await people(speaking, PEOPLE)
    async with serving(speaking, **NO_LIMITS) as (url, _):
        figures += await _first_bytes(url, key)
        figures += await _accepted_while_it_speaks(url, others)
    return figures


async def people(folder: Path, count: int) -> list[str]:
    """API keys of so many users with credits enough, one each, on a data folder that nobody runs on yet."""
    plenty = NewUsers(credits=10**6, queue_limit=100_000)
    async with compose.opened(Settings(data=folder, users=plenty)) as engine:
        made = [await engine.users.create("bench", f"person {number}") for number in range(count)]
        return [(await engine.keys.create(user, "bench"))[1] for user in made]


@asynccontextmanager
async def _bare() -> AsyncIterator[str]:
    async with running("-m", "bernie.bench.bare") as process:
        yield (await heard(process))["url"]


async def _accepted(bare: str, url: str, keys: list[str], pace: int) -> list[Figure]:
    nothing = await _submit_paced(bare, "/jobs", keys, pace)
    ours = await _submit_paced(url, "/api/v1/jobs", keys, pace)
    name = f"202 at {pace} a second"
    return [
        Figure(f"{name}, p50", percentile(ours, 0.5) * 1e3, "ms"),
        Figure(f"{name}, p99", percentile(ours, 0.99) * 1e3, "ms"),
        Figure(f"{name}, yardstick: bare FastAPI, p50", percentile(nothing, 0.5) * 1e3, "ms"),
        Figure(f"{name}, yardstick: bare FastAPI, p99", percentile(nothing, 0.99) * 1e3, "ms"),
        Figure(f"{name}, p50 of its yardstick", percentile(ours, 0.5) / percentile(nothing, 0.5), "times"),
        Figure(f"{name}, p99 of its yardstick", percentile(ours, 0.99) / percentile(nothing, 0.99), "times"),
    ]


async def _accepted_while_it_speaks(url: str, keys: list[str]) -> list[Figure]:
    taken = await _submit_paced(url, "/api/v1/jobs", keys, PACES[0])
    name = f"202 at {PACES[0]} a second while the voice speaks"
    return [
        Figure(f"{name}, p50", percentile(taken, 0.5) * 1e3, "ms"),
        Figure(f"{name}, p99", percentile(taken, 0.99) * 1e3, "ms"),
    ]


async def _submit_paced(url: str, path: str, keys: list[str], pace: int) -> list[float]:
    async with session(url) as client:

        async def submit(number: int) -> None:
            headers = {"authorization": f"Bearer {keys[number % len(keys)]}"}
            async with client.post(path, json=_order(number), headers=headers) as answer:
                await answer.read()
                if answer.status != 202:
                    raise RuntimeError(f"{path} answered {answer.status}: {(await answer.text())[:200]}")

        await paced(submit, per_second=pace, seconds=1)  # connections, and whatever comes with the first requests
        return await paced(submit, per_second=pace, seconds=SECONDS)


def _order(number: int) -> dict[str, Any]:
    return {"capability": "tts", "params": {"text": f"Number {number}."}}


async def _listeners(url: str, pid: int, keys: list[str]) -> list[Figure]:
    """Each follows a job that waits: in this process nobody works on it."""
    async with session(url) as client, AsyncExitStack() as open_streams:
        jobs = [await _new_job(client, key) for key in keys]
        await _listen(client, open_streams, jobs[0], keys[0])  # what only the first costs
        before = resident_kilobytes(pid)
        for number in range(LISTENERS):
            who = number % len(keys)
            await _listen(client, open_streams, jobs[who], keys[who])
        await asyncio.sleep(SETTLED_SECONDS)
        after, used = resident_kilobytes(pid), processor_seconds(pid)
        await asyncio.sleep(WATCHED_SECONDS)
        share = 100 * (processor_seconds(pid) - used) / WATCHED_SECONDS
    return [
        Figure(f"{LISTENERS} idle listeners, memory each", (after - before) / LISTENERS, "kB"),
        Figure(f"{LISTENERS} idle listeners, processor", share, "% of a core"),
    ]


async def _new_job(client: aiohttp.ClientSession, key: str) -> str:
    async with client.post("/api/v1/jobs", json=_order(0), headers={"authorization": f"Bearer {key}"}) as answer:
        return str((await answer.json())["id"])


async def _listen(client: aiohttp.ClientSession, stack: AsyncExitStack, job_id: str, key: str) -> None:
    """Until the first event is there; then it stays open."""
    events = client.get(f"/api/v1/jobs/{job_id}/events", headers={"authorization": f"Bearer {key}"})
    answer = await stack.enter_async_context(events)
    while not (await answer.content.readline()).startswith(b"data:"):
        pass


async def _first_bytes(url: str, key: str) -> list[Figure]:
    """Streams and bare syntheses of the first sentence take turns; of each pair the difference counts."""
    first: dict[str, list[float]] = {"pcm_24000": [], "mp3_44100_128": []}
    alone: list[float] = []
    with get_context("spawn").Pool(1, _load) as pool:
        async with session(url, **{"xi-api-key": key}) as client:
            for form in first:
                await _first_byte(client, form)  # loads the voice
            for _ in range(STREAMS):
                alone.append(await asyncio.to_thread(_synthesis, pool))
                for form, taken in first.items():
                    taken.append(await _first_byte(client, form))
    spoken = median(alone)
    figures = [Figure("first sentence, synthesis alone", spoken * 1e3, "ms")]
    for form, taken in first.items():
        figures += [
            Figure(f"first byte of a stream, {form}", median(taken) * 1e3, "ms"),
            Figure(f"the same above the synthesis, {form}", (median(taken) - spoken) * 1e3, "ms", "at most 30"),
        ]
    return figures


async def _first_byte(client: aiohttp.ClientSession, form: str) -> float:
    """Seconds to the first byte of sound; the rest is read, so that the next begins with nothing running."""
    begun = time.perf_counter()
    address = f"/v1/text-to-speech/heart/stream?output_format={form}"
    async with client.post(address, json={"text": TEXT}) as answer:
        answer.raise_for_status()
        await answer.content.readany()
        taken = time.perf_counter() - begun
        await answer.read()
    return taken


_runner: object = None


def _load() -> None:
    global _runner  # noqa: PLW0603  a process of a pool has nowhere else to keep it
    from engine.tts.hibari import HibariRunner

    _runner = HibariRunner()
    _speak()


def _synthesis(pool: Pool) -> float:
    """Seconds that the voice itself takes for the first sentence, in a process that does nothing else."""
    return pool.apply(_speak)


def _speak() -> float:
    from engine.capabilities import TtsParams
    from engine.generation import Task
    from engine.tts.hibari import HibariRunner

    assert isinstance(_runner, HibariRunner)
    begun = time.perf_counter()
    [made] = _runner.run([Task(TtsParams(text=FIRST), 1, lambda done: None)])
    taken = time.perf_counter() - begun
    if isinstance(made, Exception):
        raise made
    return taken
