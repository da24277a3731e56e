"""A house whose Discord bot is logged in at a local Discord, over the gateway or over HTTP interactions."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from nacl.signing import SigningKey

from bots.discord.client import Bot, repoint
from engine import Offers, User
from engine.outbox import Outbox
from engine.sandbox import Sandbox
from store import Database
from tests.discord.person import Person
from tests.discord.server import Discord
from tests.discord.world import Account, Channel, Guild
from tests.house import OFFERS, House, build
from tests.phrases import phrases
from webhooks import discord_interactions, errors
from webhooks.requests import RequestIds

KEY = SigningKey(b"the key of a local Discord, 32 b")


@dataclass
class Place:
    """A server with a channel, its owner and a member; everything a test needs of Discord and of us."""

    discord: Discord
    house: House
    bot: Bot
    guild: Guild
    channel: Channel
    owner: Person
    member: Person

    async def user(self, person: Person) -> User:
        return await self.house.engine.users.known_as("discord", str(person.account.id))

    async def balance(self, person: Person) -> int:
        return await self.house.engine.credits.balance(await self.user(person))

    def person(self, name: str, *, locale: str = "en-US", channel: Channel | None = None) -> Person:
        account = self.discord.world.person(name, locale)
        self.guild.members.append(account)
        return Person(self.discord, account, channel or self.channel)

    def stranger(self, name: str) -> Person:
        """In a direct message, with the application installed for themselves."""
        account = self.discord.world.person(name)
        return Person(self.discord, account, self.discord.world.dm(account), installed_for_user_only=True)


@asynccontextmanager
async def place(
    db: Database,
    folder: Path,
    *,
    over_http: bool = False,
    offers: Offers = OFFERS,
    sandbox: Sandbox | None = None,
    discord: Discord | None = None,
) -> AsyncIterator[Place]:
    """`discord`: one that runs already, such as before a restart of the bot."""
    if discord is None:
        async with (
            Discord().running() as fresh,
            place(db, folder, over_http=over_http, offers=offers, sandbox=sandbox, discord=fresh) as made,
        ):
            yield made
        return
    world = discord.world
    owner, guild = _somebody(discord)
    channel = next(channel for channel in world.channels.values() if channel.guild is guild)
    member = world.person("mia")
    guild.members.append(member)
    repoint(discord.api_url, discord.gateway_url)
    house = build(db, folder, offers=offers, sandbox=sandbox)
    bot = Bot(house.engine, phrases(), world.token)
    house.outbox = Outbox(db, house.engine.signals, house.engine.clips, house.engine.notices, [bot.courier()])
    discord.transport = http_transport(bot) if over_http else None
    stop = asyncio.Event()
    async with house.working():
        await bot.log_in()
        listening = asyncio.create_task(bot.run_until(stop, gateway=not over_http))
        try:
            if not over_http:
                await world.until(lambda: discord.gateway.is_connected)
            people = (Person(discord, owner, channel), Person(discord, member, channel))
            yield Place(discord, house, bot, guild, channel, *people)
        finally:
            stop.set()
            await listening
            await bot.close()


def _somebody(discord: Discord) -> tuple[Account, Guild]:
    world = discord.world
    if not world.guilds:
        world.channel("general", world.guild("Here", world.person("olga")))
    return world.guilds[0].owner, world.guilds[0]


def signed(
    payload: Mapping[str, Any], *, key: SigningKey = KEY, at: float | None = None
) -> tuple[bytes, dict[str, str]]:
    """Body and headers as Discord sends them."""
    body = json.dumps(payload).encode()
    timestamp = f"{time.time() if at is None else at:.6f}"
    signature = key.sign(timestamp.encode() + body).signature.hex()
    headers = {"x-signature-ed25519": signature, "x-signature-timestamp": timestamp, "content-type": "application/json"}
    return body, headers


def http_face(bot: Bot) -> httpx.AsyncClient:
    app = FastAPI(max_body_size=1_000_000)
    app.include_router(discord_interactions.routes(KEY.verify_key.encode().hex(), bot.receive))
    errors.install(app)
    app.add_middleware(RequestIds)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bernie.test")


def http_transport(bot: Bot) -> Any:
    client = http_face(bot)

    async def send(payload: dict[str, Any]) -> None:
        body, headers = signed(payload)
        answer = await client.post("/discord/interactions", content=body, headers=headers)
        assert (answer.status_code, answer.content) == (202, b"")

    return send
