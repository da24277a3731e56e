"""`bernie serve`: everything that is configured, in one process, until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass

import uvicorn

from bernie import arrivals, compose
from bernie.chats import CannotStart, Chat, discord_bot
from bernie.settings import EVERYWHERE, Settings
from bernie.telegram import TelegramChat, telegram_bot
from engine import Courier, Engine

log = logging.getLogger(__name__)

GRACE_SECONDS = 3
"""How long open requests may go on after the stop signal: event streams end only when their reader does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """What is announced once requests are accepted. Link and key only at the very first start."""

    url: str
    owner_link: str | None = None
    api_key: str | None = None


async def run(
    settings: Settings,
    announce: Callable[[Ready], None],
    *,
    api: bool = True,
    jobs: bool = True,
    discord: bool = True,
    telegram: bool = True,
) -> None:
    """Serves HTTP (`api`), works on jobs (`jobs`), listens at Discord's gateway (`discord`) and asks Telegram for
    updates (`telegram`), each where there is a token, until SIGINT or SIGTERM.

    Raises `CannotStart`, and `compose.DataFolderInUse`.
    """
    if api and settings.http.host in EVERYWHERE and settings.http.url is None:
        log.warning("links lead to localhost: set BERNIE_HTTP__URL to the address that others reach this service by")
    listener = _listen(settings) if api else None
    if listener is not None and settings.http.port == 0:
        chosen = settings.http.model_copy(update={"port": listener.getsockname()[1]})
        settings = settings.model_copy(update={"http": chosen})
    async with (
        _owned(settings, jobs),
        compose.opened(settings) as engine,
        discord_bot(settings, engine, gateway=discord, over_http=api) as bot,
        telegram_bot(settings, engine, polls=telegram, over_http=api) as telegram_chat,
    ):
        stop = _stop_on_signals(engine)
        couriers = tuple(chat.courier for chat in (bot, telegram_chat) if chat)
        if not (api or jobs or couriers):
            name = "DISCORD" if discord else "TELEGRAM"
            raise CannotStart(f"There is no bot to run. Set BERNIE_{name}__TOKEN: the README says where it comes from.")
        async with asyncio.TaskGroup() as group:
            if bot:
                group.create_task(bot.run(stop))
            if jobs:
                await _start_backroom(settings, engine, couriers, stop, group)
            else:
                group.create_task(arrivals.follow(settings, engine, stop))
                if couriers:
                    group.create_task(compose.outbox(engine, couriers).run(stop))
            if listener is not None:
                server = _server(settings, engine, bot, telegram_chat)
                group.create_task(_serve_http(server, listener, stop))
                await _started(server)
            if telegram_chat:
                group.create_task(telegram_chat.run(stop))
            _settle_memory()
            announce(await _greeting(settings, engine))


def _settle_memory() -> None:
    """What starting up made stays for good: it need not be looked through again and again for garbage, which takes
    70 ms each time (measured), and all requests wait meanwhile.
    """
    gc.collect()
    gc.freeze()


@contextlib.asynccontextmanager
async def _owned(settings: Settings, jobs: bool) -> AsyncIterator[None]:
    if not (jobs and settings.embedded):
        yield
        return
    lock = compose.own_data_folder(settings)
    try:
        yield
    finally:
        lock.release()


async def _start_backroom(
    settings: Settings,
    engine: Engine,
    couriers: tuple[Courier, ...],
    stop: asyncio.Event,
    group: asyncio.TaskGroup,
) -> None:
    room = compose.backroom(settings, engine, couriers, fetches=True, poster=compose.webhook_courier(settings))
    if settings.embedded:
        # Sole owner of the data folder: whatever is running in it, nobody runs it.
        await room.housekeeping.reclaim()
    group.create_task(room.run(stop))


def _stop_on_signals(engine: Engine) -> asyncio.Event:
    stop = asyncio.Event()

    def tell() -> None:
        stop.set()
        engine.signals.wake_all()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, tell)
    return stop


def _listen(settings: Settings) -> socket.socket:
    """Bound before anything else is opened, so that a port in use is said at once, and port 0 gets its number."""
    family = socket.AF_INET6 if ":" in settings.http.host else socket.AF_INET
    # Its protocol by name: asyncio lets small packets go at once only where it is known.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.http.host, settings.http.port))
    except OSError as error:
        listener.close()
        raise CannotStart(
            f"Cannot listen on {settings.http.host}:{settings.http.port}: {error.strerror}. "
            "Set BERNIE_HTTP__PORT to a free port, or 0 for any."
        ) from error
    return listener


class Server(uvicorn.Server):
    """Signals are ours: one stop event for the whole process."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _server(settings: Settings, engine: Engine, bot: Chat | None, telegram: TelegramChat | None) -> Server:
    from webhooks.app import create_app

    app = create_app(
        engine,
        secure_cookies=settings.public_url.startswith("https://"),
        wait_seconds=settings.http.wait_seconds,
        requests_per_minute=settings.rates.requests_per_minute,
        metrics_token=settings.metrics.token.get_secret_value() if settings.metrics.token else None,
    )
    if bot and bot.receive and settings.discord.public_key:
        from webhooks import discord_interactions

        app.include_router(discord_interactions.routes(settings.discord.public_key, bot.receive))
    if telegram and telegram.receive and settings.telegram.webhook_secret:
        from webhooks import telegram as telegram_updates

        secret = settings.telegram.webhook_secret.get_secret_value()
        app.include_router(telegram_updates.routes(secret, telegram.receive))
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        proxy_headers=True,
    )
    return Server(config)


async def _serve_http(server: Server, listener: socket.socket, stop: asyncio.Event) -> None:
    async def pass_on() -> None:
        await stop.wait()
        server.should_exit = True

    async with asyncio.TaskGroup() as group:
        watching = group.create_task(pass_on())
        await server.serve(sockets=[listener])
        watching.cancel()


async def _started(server: Server) -> None:
    while not server.started:  # noqa: ASYNC110  uvicorn has a flag for it, and no event
        await asyncio.sleep(0.01)


async def _greeting(settings: Settings, engine: Engine) -> Ready:
    """While the owner has no key, the first one is made and announced, with the link that signs them in."""
    owner = await engine.users.owner()
    if await engine.keys.mine(owner):
        return Ready(url=settings.public_url)
    _, api_key = await engine.keys.create(owner, "first key")
    link = f"{settings.public_url}/enter?token={await engine.sessions.create_link(owner)}"
    return Ready(url=settings.public_url, owner_link=link, api_key=api_key)
