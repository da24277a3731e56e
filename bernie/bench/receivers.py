"""Two receivers for `bernie bench webhooks`, in a process of their own: one accepts, one takes and never answers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection

ACCEPTED = b"HTTP/1.1 204 No Content\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Receivers:
    """Ports on loopback."""

    alive: int
    dead: int


@contextmanager
def receivers() -> Iterator[Receivers]:
    """While open they answer, each with as little work as HTTP allows."""
    spawn = get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    theirs.close()  # so that a process that dies at its start is noticed
    try:
        yield Receivers(*ours.recv())
    finally:
        process.terminate()
        process.join()


def _serve(told: Connection) -> None:
    asyncio.run(_serve_forever(told))


async def _serve_forever(told: Connection) -> None:
    alive = await asyncio.start_server(_accept, "127.0.0.1", 0, backlog=1000)
    dead = await asyncio.start_server(_ignore, "127.0.0.1", 0, backlog=1000)
    told.send([server.sockets[0].getsockname()[1] for server in (alive, dead)])
    await asyncio.Event().wait()


async def _accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            _, _, rest = head.lower().partition(b"content-length:")
            await reader.readexactly(int(rest.partition(b"\r\n")[0]))
            writer.write(ACCEPTED)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def _ignore(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while await reader.read(65_536):
            pass
    except ConnectionError:
        pass
    writer.close()
