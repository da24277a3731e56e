"""Chat bots beside the service: each is imported only where its token is set."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from bernie.settings import Settings
from engine import Courier, Engine


class CannotStart(Exception):
    """A sentence that says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """`run` until the stop event; `receive` takes what the platform posts to us, where it does."""

    courier: Courier
    run: Callable[[asyncio.Event], Coroutine[Any, Any, None]]
    receive: Callable[[Mapping[str, Any]], None] | None = None


@asynccontextmanager
async def discord_bot(
    settings: Settings, engine: Engine, *, gateway: bool, over_http: bool
) -> AsyncIterator[Chat | None]:
    """None without a token, and where it would neither listen at the `gateway` nor get anything `over_http`.

    Raises `CannotStart` when Discord does not know the token, and for a public key that is none.
    """
    chosen = settings.discord
    over_http = over_http and chosen.public_key is not None
    if chosen.token is None or not (gateway or over_http):
        yield None
        return
    from bots.discord.client import BadToken, Bot, repoint
    from bots.phrases import Phrases

    repoint(chosen.api_url, chosen.gateway_url)
    bot = Bot(engine, Phrases(), chosen.token.get_secret_value())
    try:
        try:
            await bot.log_in()
        except BadToken as error:
            raise CannotStart(
                "Discord does not know this token. Copy it anew from the developer portal, Bot, Reset Token, "
                "into BERNIE_DISCORD__TOKEN."
            ) from error

        async def run(stop: asyncio.Event) -> None:
            await bot.run_until(stop, gateway=gateway)

        yield Chat(courier=bot.courier(), run=run, receive=bot.receive if over_http else None)
    finally:
        await bot.close()
