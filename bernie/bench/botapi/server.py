"""The server itself: `/bot<token>/<method>` and `/file/bot<token>/<path>` on a free port."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from aiohttp import web

from bernie.bench.botapi.answering import Answering
from bernie.bench.botapi.posting import Posting
from bernie.bench.botapi.rates import Rates
from bernie.bench.botapi.updates import Updates
from bernie.bench.botapi.world import BOT, JSON, Call, Refusal, World

TOKEN = f"{BOT['id']}:strictly-for-tests"
Method = Callable[[JSON], Awaitable[Any]]


class BotApi:
    """`url` once it runs. `fail`: what a test wants a method to answer, taken once each."""

    def __init__(self) -> None:
        self.world, self.rates, self.url, self.token = World(), Rates(), "", TOKEN
        self.updates = Updates(self.world)
        self.fail: dict[str, list[Refusal]] = {}
        self._methods = _methods(Posting(self.world, self.rates), Answering(self.world), self.updates)

    def calls(self, method: str) -> list[Call]:
        """Those that were answered, in order."""
        return [call for call in self.world.calls if call.method == method and call.status == 200]

    async def until(self, true: Callable[[], Any], seconds: float = 20) -> Any:
        """Waits for it. Raises `AssertionError` with the latest calls when it does not come true."""
        try:
            async with asyncio.timeout(seconds), self.world.changed:
                return await self.world.changed.wait_for(true)
        except TimeoutError:
            latest = [f"{call.method} {call.status} {call.params}"[:300] for call in self.world.calls[-12:]]
            raise AssertionError("waited in vain; the latest calls:\n" + "\n".join(latest)) from None

    async def _answer(self, request: web.Request) -> web.Response:
        if request.match_info["token"] != self.token:
            return _refused(Refusal(401, "Unauthorized"))
        params: JSON = dict(await request.post()) if request.can_read_body else dict(request.query)
        call = Call(request.match_info["method"], params, time.monotonic())
        try:
            result = await self._called(call)
        except Refusal as refusal:
            call.status = refusal.status
            return _refused(refusal)
        finally:
            if call.method != "getUpdates":
                self.world.calls.append(call)
                await self.world.tell()
        return web.json_response({"ok": True, "result": result})

    async def _called(self, call: Call) -> Any:
        if self.fail.get(call.method):
            raise self.fail[call.method].pop(0)
        method = self._methods.get(call.method)
        if method is None:
            raise Refusal(404, "Not Found: method not found")
        return await method(call.params)

    async def _download(self, request: web.Request) -> web.StreamResponse:
        path = request.match_info["path"]
        file = next((file for file in self.world.files.values() if file.path == path), None)
        if request.match_info["token"] != self.token or file is None:
            return _refused(Refusal(404, "Not Found"))
        return web.Response(body=file.data, content_type="application/octet-stream")

    def application(self) -> web.Application:
        app = web.Application(client_max_size=100_000_000)
        app.router.add_route("*", "/bot{token}/{method}", self._answer)
        app.router.add_get("/file/bot{token}/{path:.+}", self._download)
        return app


def _methods(*parts: object) -> dict[str, Method]:
    """By the name that Telegram gives it: `send_voice` answers `sendVoice`."""
    return {
        re.sub(r"_(\w)", lambda letter: letter[1].upper(), name): getattr(part, name)
        for part in parts
        for name in vars(type(part))
        if not name.startswith("_") and name != "deliver"
    }


def _refused(refusal: Refusal) -> web.Response:
    body: JSON = {"ok": False, "error_code": refusal.status, "description": refusal.description}
    if refusal.parameters:
        body["parameters"] = refusal.parameters
    return web.json_response(body, status=refusal.status)


@asynccontextmanager
async def running(port: int = 0) -> AsyncIterator[BotApi]:
    """Runs in this event loop; a `port` of 0 takes a free one."""
    api = BotApi()
    runner = web.AppRunner(api.application(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    api.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    delivering = asyncio.create_task(api.updates.deliver())
    try:
        yield api
    finally:
        delivering.cancel()
        with suppress(asyncio.CancelledError):
            await delivering
        await runner.cleanup()
