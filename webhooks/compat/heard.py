"""A clip as the answer to the request that asked for it, whole or while it is made.

A client that goes away before the end has its job cancelled and gets its credits back.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, suppress
from typing import Any, TypeVar

from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from engine import Engine, Stream, User

T = TypeVar("T")
Parts = Callable[[Stream], AsyncIterator[bytes]]
Headers = Callable[[Stream], Mapping[str, str]]


class ClientGone(Exception):
    """Nobody is there any more to read the answer."""


class Heard(StreamingResponse):
    """Its job ends with it, however that comes about."""

    def __init__(self, parts: AsyncIterator[bytes], stack: AsyncExitStack, headers: Mapping[str, str]) -> None:
        super().__init__(parts, headers=dict(headers))
        self._stack = stack

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self._stack:
            await super().__call__(scope, receive, send)


async def heard(
    request: Request,
    engine: Engine,
    user: User,
    order: tuple[str, Mapping[str, Any]],
    parts: Parts,
    headers: Headers,
    *,
    whole: bool,
) -> Response:
    """`order`: capability and options. An error before the first part is an ordinary one, with its own status."""
    async with AsyncExitStack() as stack:
        opened = engine.streams.open(user, *order, wait_seconds=request.app.state.wait_seconds)
        stream = await while_connected(request, stack.enter_async_context(opened))
        made = parts(stream)
        first = await while_connected(request, anext(made, b""))
        if whole:
            rest = await while_connected(request, _joined(made))
            return Response(first + rest, headers=dict(headers(stream)))
        return Heard(_resumed(first, made), stack.pop_all(), headers(stream))
    raise AssertionError("an exit stack swallows nothing")


async def _joined(parts: AsyncIterator[bytes]) -> bytes:
    return b"".join([part async for part in parts])


async def _resumed(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for part in rest:
        yield part


async def while_connected(request: Request, work: Awaitable[T]) -> T:
    """Raises `ClientGone` as soon as the client hangs up; the work is then cancelled."""

    async def gone() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    working, leaving = asyncio.ensure_future(work), asyncio.ensure_future(gone())
    try:
        await asyncio.wait((working, leaving), return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        raise ClientGone
    finally:
        for task in (working, leaving):
            task.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await task
