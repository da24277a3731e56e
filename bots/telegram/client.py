"""The Telegram bot: signs in, takes updates by polling or from a webhook, and hands outcomes out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import PRODUCTION, TelegramAPIServer
from aiogram.exceptions import TelegramAPIError, TelegramNotFound, TelegramUnauthorizedError
from aiogram.methods import EditMessageText, GetFile, GetMe, GetUpdates, Response, SendChatAction, SendMessage
from aiogram.types import BotCommand, Update
from aiogram.utils.token import TokenValidationError

from bots.phrases import ENGLISH, Phrases
from bots.telegram.address import place_of
from bots.telegram.clips import MAX_UPLOAD_BYTES, Clips
from bots.telegram.courier import TelegramCourier
from bots.telegram.desk import Desk
from bots.telegram.guided import Expected
from bots.telegram.intake import Intake
from bots.telegram.making import makes_a_clip
from bots.telegram.pace import Pace
from bots.telegram.progress import Progress
from bots.telegram.router import MENU, router
from engine import Engine

log = logging.getLogger(__name__)

UPDATES = ["message", "callback_query", "inline_query", "pre_checkout_query"]
AGAIN_SECONDS = 15.0
CONNECTIONS = 32
"""More would be slower in a burst: opening one costs more than waiting for the next that is free."""


# aiogram asks pydantic for these at every answer, and pydantic forgets a model that nobody holds: making one anew takes
# 14 ms.
ANSWERS = tuple(
    Response[method.__returning__]  # type: ignore[name-defined]
    for method in (SendMessage, EditMessageText, SendChatAction, GetUpdates, GetFile, GetMe)
)


class BadToken(Exception):
    """Telegram does not know it."""


class TelegramBot:
    """Opened by `sign_in`, closed by `close`. `stars`: what 1,000 credits cost in Telegram Stars."""

    def __init__(
        self,
        engine: Engine,
        phrases: Phrases,
        token: str,
        *,
        api_url: str | None = None,
        stars: int | None = None,
        max_bytes: int = MAX_UPLOAD_BYTES,
    ) -> None:
        """Raises `BadToken` for what cannot be one."""
        server = TelegramAPIServer.from_base(api_url) if api_url else PRODUCTION
        session = AiohttpSession(api=server, limit=CONNECTIONS)
        try:
            self.bot = Bot(token, session=session)
        except TokenValidationError as error:
            raise BadToken(str(error)) from error
        pace = Pace()
        session.middleware(pace)
        self._phrases = phrases
        self._progress = Progress(engine, self.bot, phrases, pace)
        clips = Clips(self.bot, engine, max_bytes)
        self.courier = TelegramCourier(self.bot, phrases, self._progress, clips)
        desk = Desk(engine, phrases, self.bot, pace, self._progress, clips, Expected(), stars)
        self._dispatcher = Dispatcher(disable_fsm=True)
        self._dispatcher.include_router(router(desk))
        self._sells = stars is not None
        self._intake = Intake(engine.inbox, f"telegram:{self.bot.id}", self._feed, self._greet)

    async def sign_in(self) -> None:
        """Raises `BadToken`, and `TelegramAPIError` when Telegram does not answer."""
        try:
            await self.bot.me()
        except (TelegramUnauthorizedError, TelegramNotFound) as error:
            raise BadToken(str(error)) from error

    async def run(self, stop: asyncio.Event) -> None:
        """Polls until `stop`. A webhook that was set before is taken back: Telegram allows one of the two."""
        await self._intake.resume()
        await self._offer_commands()
        await self._patiently(stop, lambda: self.bot.delete_webhook(drop_pending_updates=False))
        await self._intake.poll(self.bot, stop, UPDATES)
        await self._intake.finish()

    async def listen(self, stop: asyncio.Event, url: str, secret: str) -> None:
        """Has updates sent to `url`, where `receive` takes them, until `stop`. They wait at Telegram after that."""
        await self._intake.resume()
        await self._offer_commands()
        await self._patiently(stop, lambda: self.bot.set_webhook(url, secret_token=secret, allowed_updates=UPDATES))
        await stop.wait()
        await self._intake.finish()

    async def receive(self, update: dict[str, Any]) -> None:
        """Returns once it is kept. Raises `ValidationError` for what is no update."""
        await self._intake.take(update)

    async def close(self) -> None:
        await self._intake.finish()
        await self._progress.stop()
        await self.bot.session.close()

    def _greet(self, update: Update) -> None:
        """The chat says that a voice note is being recorded, before anything is looked up."""
        if update.message is not None and makes_a_clip(update.message):
            self._progress.show(place_of(update.message))

    async def _feed(self, update: Update) -> None:
        await self._dispatcher.feed_update(self.bot, update)

    @staticmethod
    async def _patiently(stop: asyncio.Event, request: Callable[[], Awaitable[bool]]) -> None:
        """Until Telegram says yes, or `stop`: a service that starts while the network is away is to go on."""
        while not stop.is_set():
            try:
                await request()
                return
            except TelegramAPIError as error:
                log.error("Telegram does not let us begin", extra={"error": str(error)})
            with suppress(TimeoutError):
                async with asyncio.timeout(AGAIN_SECONDS):
                    await stop.wait()

    async def _offer_commands(self) -> None:
        """What Telegram shows when somebody types `/`, in every language that we have."""
        names = [name for name in MENU if self._sells or name != "topup"]
        for language in self._phrases.languages:
            commands = [
                BotCommand(command=name, description=self._phrases(language, f"telegram-command-{name}"))
                for name in names
            ]
            code = None if language == ENGLISH else language.partition("-")[0]
            try:
                await self.bot.set_my_commands(commands, language_code=code)
            except TelegramAPIError as error:
                log.warning("commands not offered", extra={"language": language, "error": str(error)})
