"""HTTP traffic, counted: by the address as it is declared, never as it was asked, so its names stay few."""

from __future__ import annotations

import time
from collections import Counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine import Distribution

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
NOWHERE = "none"
MOST_ROUTES = 300
"""More than there are: a bound that holds whatever is asked."""


class Traffic:
    """`seconds`: until the answer begins, so a stream counts by its first part; `streams`: open now, by kind."""

    def __init__(self) -> None:
        self.requests: Counter[tuple[str, str, int]] = Counter()
        self.seconds: dict[tuple[str, str], Distribution] = {}
        self.streams: Counter[str] = Counter()

    def note(self, method: str, route: str, status: int, seconds: float) -> None:
        method = method if method in METHODS else "other"
        known = (method, route)
        if known not in self.seconds and len(self.seconds) >= MOST_ROUTES:
            known = (method, NOWHERE)
        self.seconds.setdefault(known, Distribution(BOUNDS)).add(seconds)
        self.requests[*known, status] += 1


class Watched:
    """Pure ASGI, so that it neither buffers nor delays what streams."""

    def __init__(self, app: ASGIApp, traffic: Traffic) -> None:
        self.app, self.traffic = app, traffic

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await _Exchange(self.traffic, scope).run(self.app, receive, send)
        elif scope["type"] == "websocket":
            self.traffic.streams["socket"] += 1
            try:
                await self.app(scope, receive, send)
            finally:
                self.traffic.streams["socket"] -= 1
        else:
            await self.app(scope, receive, send)


class _Exchange:
    """One request and its answer."""

    def __init__(self, traffic: Traffic, scope: Scope) -> None:
        self._traffic, self._scope = traffic, scope
        self._began = time.perf_counter()
        self._status: int | None = None
        self._type = b""
        self._stream = ""

    async def run(self, app: ASGIApp, receive: Receive, send: Send) -> None:
        async def noting_send(message: Message) -> None:
            self._see(message)
            await send(message)

        try:
            await app(self._scope, receive, noting_send)
        finally:
            if self._status is None:  # it broke before it had said anything, which will be said outside
                self._note(500)
            if self._stream:
                self._traffic.streams[self._stream] -= 1

    def _see(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._note(int(message["status"]))
            self._type = dict(message.get("headers", [])).get(b"content-type", b"")
        elif message["type"] == "http.response.body" and message.get("more_body") and not self._stream:
            self._stream = "events" if self._type.startswith(b"text/event-stream") else "body"
            self._traffic.streams[self._stream] += 1

    def _note(self, status: int) -> None:
        self._status = status
        seconds = time.perf_counter() - self._began
        self._traffic.note(self._scope["method"], route_of(self._scope), status, seconds)


def route_of(scope: Scope) -> str:
    """The address with the names of what stands in it: `/api/v1/jobs/{job_id}`. `none` where nothing is."""
    if "route" not in scope and "endpoint" not in scope:
        return NOWHERE
    path = str(scope["path"])
    if mounted := scope.get("root_path"):  # a folder of files
        return f"{mounted}/{{file}}"
    for name, value in reversed(scope.get("path_params", {}).items()):  # from the end: a value may stand twice
        before, found, after = f"{path}/".rpartition(f"/{value}/")
        if found:
            path = f"{before}/{{{name}}}/{after}".removesuffix("/")
    return path
