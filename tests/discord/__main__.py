"""Runs a local Discord alone: `python -m tests.discord`. Prints its address as a JSON line and takes orders as lines
of JSON on standard input: see `bernie.bench.discord`.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from tests.discord.person import Asked, Person
from tests.discord.server import Discord

PATIENCE_SECONDS = 180


async def main() -> None:
    discord = Discord()
    async with discord.running():
        owner = discord.world.person("olga")
        channel = discord.world.channel("general", discord.world.guild("Here", owner))
        say(url=discord.world.url, token=discord.world.token)
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        while line := await reader.readline():
            order = json.loads(line)
            if order["do"] == "wait":
                await discord.world.until(lambda: discord.gateway.is_connected and discord.world.commands, 60)
                say(connected=True)
            elif order["do"] == "ask":
                people = [Person(discord, discord.world.person(f"p{n}"), channel) for n in range(order["people"])]
                say(**await ask(discord, people, order["count"], order["seconds"]))


async def ask(discord: Discord, people: list[Person], count: int, seconds: float) -> dict[str, Any]:
    """So many interactions, spread evenly; how soon each was acknowledged, and how many got their clip."""
    start = asyncio.get_running_loop().time()
    asked: list[Asked] = []
    for number in range(count):
        await asyncio.sleep(max(0.0, start + number * seconds / count - asyncio.get_running_loop().time()))
        asked.append(await people[number % len(people)].run("tts", text=f"Number {number}."))
    await asyncio.gather(*(one.clip(PATIENCE_SECONDS) for one in asked), return_exceptions=True)
    return {
        "acknowledged": [one.interaction.answered_after for one in asked],
        "clips": sum(1 for one in asked if any(message.attachments for message in one.answers())),
    }


def say(**facts: Any) -> None:
    print(json.dumps(facts), flush=True)


asyncio.run(main())
