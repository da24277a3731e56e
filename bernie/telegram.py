"""The Telegram bot beside the service, imported only where its token is set."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from bernie.chats import CannotStart
from bernie.settings import Settings
from engine import Courier, Engine

WEBHOOK = "/telegram/updates"


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramChat:
    """`run` until the stop event; `receive` keeps an update that Telegram sends, where it does."""

    courier: Courier
    run: Callable[[asyncio.Event], Coroutine[Any, Any, None]]
    receive: Callable[[dict[str, Any]], Awaitable[None]] | None = None


@asynccontextmanager
async def telegram_bot(
    settings: Settings, engine: Engine, *, polls: bool, over_http: bool
) -> AsyncIterator[TelegramChat | None]:
    """Updates come to whoever serves HTTP where there is a secret for them, else to whoever `polls`.

    None without a token, and where no updates would come. Raises `CannotStart`.
    """
    chosen = settings.telegram
    if chosen.token is None or not (over_http if chosen.webhook_secret else polls):
        if chosen.token is not None and polls and not over_http:
            raise CannotStart(
                "BERNIE_TELEGRAM__WEBHOOK_SECRET is set, so Telegram sends updates to `bernie api` or `bernie serve`. "
                "Unset it to poll with `bernie telegram`."
            )
        yield None
        return
    if chosen.webhook_secret and chosen.api_url is None and not settings.public_url.startswith("https://"):
        raise CannotStart(
            "Telegram sends updates to https addresses only. Set BERNIE_HTTP__URL to this service's public one, "
            "or unset BERNIE_TELEGRAM__WEBHOOK_SECRET to poll."
        )
    from aiogram.exceptions import TelegramAPIError

    from bots.phrases import Phrases
    from bots.telegram.client import BadToken, TelegramBot

    try:
        bot = TelegramBot(
            engine, Phrases(), chosen.token.get_secret_value(), api_url=chosen.api_url, stars=chosen.stars
        )
    except BadToken as error:
        raise _not_known() from error
    try:
        try:
            await bot.sign_in()
        except BadToken as error:
            raise _not_known() from error
        except TelegramAPIError as error:
            raise CannotStart(
                f"Telegram does not answer: {error}. Try again, or unset BERNIE_TELEGRAM__TOKEN."
            ) from error
        yield _chat(settings, bot)
    finally:
        await bot.close()


def _not_known() -> CannotStart:
    return CannotStart("Telegram does not know this token. Copy it anew from @BotFather into BERNIE_TELEGRAM__TOKEN.")


def _chat(settings: Settings, bot: Any) -> TelegramChat:
    secret = settings.telegram.webhook_secret
    if secret is None:
        return TelegramChat(courier=bot.courier, run=bot.run)

    async def listen(stop: asyncio.Event) -> None:
        await bot.listen(stop, settings.public_url + WEBHOOK, secret.get_secret_value())

    return TelegramChat(courier=bot.courier, run=listen, receive=bot.receive)
