"""`bernie bench say`: what the service costs on top of the voice.

The same ten sentences, first through the whole service (submit, queue, generate, encode, store, settle, fetch) and
then by calling the voice library directly, in one process each, so that both begin with nothing loaded.
"""

from __future__ import annotations

import asyncio
import time
from multiprocessing import get_context
from pathlib import Path

from bernie import compose
from bernie.bench.figures import Figure
from bernie.settings import Settings

SENTENCES = (
    "The birch canoe slid on the smooth planks.",
    "Glue the sheet to the dark blue background.",
    "It's easy to tell the depth of a well.",
    "These days a chicken leg is a rare dish.",
    "Rice is often served in round bowls.",
    "The juice of lemons makes fine punch.",
    "The box was thrown beside the parked truck.",
    "The hogs were fed chopped corn and garbage.",
    "Four hours of steady work faced us.",
    "A large size in stockings is hard to sell.",
)
ROUNDS = 5
UP_SECONDS = 2
"""How long the service has been up when the first request comes; its voice is loaded by that request."""


def through_the_service(folder: str) -> list[float]:
    """Wall seconds per sentence, from submit to the clip's bytes."""
    return asyncio.run(_serve(Settings(data=Path(folder))))


async def _serve(settings: Settings) -> list[float]:
    stop, seconds = asyncio.Event(), []
    async with compose.opened(settings) as engine, asyncio.TaskGroup() as group:
        group.create_task(compose.backroom(settings, engine).run(stop))
        owner = await engine.users.owner()
        await asyncio.sleep(UP_SECONDS)
        for text in SENTENCES:
            begun = time.perf_counter()
            job = await engine.jobs.submit(owner, "tts", {"text": text})
            async for status in engine.jobs.watch(owner, job.id):
                if status.clip is not None:
                    await engine.clips.data(status.clip)
            seconds.append(time.perf_counter() - begun)
        stop.set()
        engine.signals.wake_all()
    return seconds


def directly() -> list[float]:
    """Wall seconds per sentence, from text to samples. Importing the library counts with the first."""
    seconds, voice = [], None
    for text in SENTENCES:
        begun = time.perf_counter()
        if voice is None:
            from hibari import Hibari

            voice = Hibari()
        voice(text, seed=1)
        seconds.append(time.perf_counter() - begun)
    return seconds


def measure(folder: Path) -> list[Figure]:
    """Medians over rounds that take turns, so that a machine whose speed drifts wrongs neither side."""
    service, library = [], []
    for number in range(ROUNDS):
        service.append(_alone(through_the_service, str(folder / str(number))))
        library.append(_alone(directly))
    figures = []
    for name, index in (("first", 0), ("tenth", 9)):
        whole = sorted(run[index] for run in service)[ROUNDS // 2] * 1e3
        bare = sorted(run[index] for run in library)[ROUNDS // 2] * 1e3
        figures += [
            Figure(f"{name} sentence through the service", whole, "ms"),
            Figure(f"{name} sentence from the library", bare, "ms"),
            Figure(f"{name} sentence, overhead of the service", whole - bare, "ms", "at most 25"),
        ]
    return figures


def _alone(work: object, *arguments: str) -> list[float]:
    """In a fresh process: whatever one side loads, the other does not find loaded."""
    with get_context("spawn").Pool(1) as pool:
        found: list[float] = pool.apply(work, arguments)  # type: ignore[arg-type]
        return found
