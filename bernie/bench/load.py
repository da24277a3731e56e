"""Requests at a fixed pace, whatever answers take: who waits for one before asking again hides the slow ones."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import aiohttp

Send = Callable[[int], Awaitable[None]]


async def paced(send: Send, *, per_second: float, seconds: float) -> list[float]:
    """Seconds that each took, from when it was due; `send` gets its number, and raises for a wrong answer."""
    taken: list[float] = []

    async def one(number: int, due: float) -> None:
        await send(number)
        taken.append(time.perf_counter() - due)

    begun = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(round(per_second * seconds)):
            due = begun + number / per_second
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            group.create_task(one(number, due))
    return taken


def session(url: str, **headers: str) -> aiohttp.ClientSession:
    """As many connections as it takes, and no hurry."""
    connector = aiohttp.TCPConnector(limit=0)
    return aiohttp.ClientSession(
        url, connector=connector, timeout=aiohttp.ClientTimeout(total=None), headers=headers or None
    )
