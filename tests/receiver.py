"""A webhook receiver on loopback, by the wire: it notes what comes and answers as a test tells it to."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

LOOPBACK = "127.0.0.0/8"


@dataclass(frozen=True)
class Received:
    """One request. Names of headers in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes
    connection: int


Behaviour = Callable[[Received, asyncio.StreamWriter], Awaitable[None]]
"""Writes an answer; the connection stays open for the next request unless it is closed."""


def answering(status: int, body: bytes = b"", **headers: str) -> Behaviour:
    """Names of headers with `_` for `-`."""
    lines = [f"HTTP/1.1 {status} Whatever", f"content-length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    whole = "\r\n".join(lines).encode() + b"\r\n\r\n" + body

    async def answer(received: Received, writer: asyncio.StreamWriter) -> None:
        writer.write(whole)

    return answer


async def reset(received: Received, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def silence(received: Received, writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


async def slow_loris(received: Received, writer: asyncio.StreamWriter) -> None:
    """Headers that never end, a byte at a time."""
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while not writer.is_closing():
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.02)


def endless(total_bytes: int) -> Behaviour:
    """200, and then a body of that size, as fast as it is read."""

    async def answer(received: Received, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % total_bytes)
        for _ in range(total_bytes // 65_536):
            writer.write(b"x" * 65_536)
            await writer.drain()

    return answer


async def dripping(received: Received, writer: asyncio.StreamWriter) -> None:
    """200 at once, and a body that never ends."""
    writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
    while not writer.is_closing():
        writer.write(b"1\r\nx\r\n")
        await writer.drain()
        await asyncio.sleep(0.02)


@dataclass
class Receiver:
    behave: Behaviour = field(default_factory=lambda: answering(204))
    received: list[Received] = field(default_factory=list)
    port: int = 0
    scheme: str = "http"
    connections: int = 0
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}/hook"

    @asynccontextmanager
    async def listening(self, *, tls: ssl.SSLContext | None = None, port: int = 0) -> AsyncIterator[Receiver]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", port, ssl=tls)
        self.port, self.scheme = server.sockets[0].getsockname()[1], "https" if tls else "http"
        try:
            yield self
        finally:
            server.close()
            for writer in list(self._open):
                writer.transport.abort()
            await server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        number = self.connections
        self._open.add(writer)
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while not writer.is_closing():
                received = await _request(reader, number)
                self.received.append(received)
                await self.behave(received, writer)
                await writer.drain()
        self._open.discard(writer)
        writer.close()


async def _request(reader: asyncio.StreamReader, connection: int) -> Received:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:]) if name}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Received(head[0].split()[1], headers, body, connection)
