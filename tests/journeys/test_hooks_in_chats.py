"""Hooks that are made in a chat and answer there: the unmodified clients against the local Discord and Telegram."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from discord import Permissions

from bernie.bench.botapi import Person
from engine import Job, NotFound
from engine.endpoints import new_secret
from tests.databases import fresh_database
from tests.discord.house import Place, place
from tests.discord.person import Person as Member
from tests.house import House
from tests.telegram import Chatting, chatting

pytestmark = pytest.mark.timeout(60)


def token_in(words: str) -> str:
    found = re.search(r"/hooks/(hook_[\w-]+)", words)
    assert found, words
    return found[1]


async def post(house: House, token: str, document: Any) -> Job:
    inbound = house.engine.inbound
    hook = await inbound.admit(token)
    return await inbound.take(hook, json.dumps(document).encode(), {"content-type": "application/json"})


# Discord


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Place]:
    async with fresh_database("sqlite", tmp_path) as db, place(db, tmp_path) as made:
        yield made


async def test_a_hook_made_in_a_channel_posts_its_clips_there(here: Place) -> None:
    asked = await here.owner.run("hook create", template="New sale: {/name}", voice="heart", name="shop")
    told = await asked.refusal("/hooks/")
    assert asked.original is not None
    assert asked.original.only_for is here.owner.account
    await post(here.house, token_in(told), {"name": "Ann"})
    message = await here.discord.world.until(
        lambda: next((one for one in here.channel.messages.values() if one.attachments), None)
    )
    assert message.only_for is None
    assert message.attachments[0]["filename"].endswith(".ogg")
    assert "<@" not in message.content
    listed = await (await here.owner.run("hook list")).words("shop")
    assert "1 spoken, 0 refused" in listed.content
    [choice] = await here.owner.complete("hook delete", "hook", "sh")
    await (await here.owner.run("hook delete", hook=choice)).words("deleted")
    with pytest.raises(NotFound):
        await post(here.house, token_in(told), {"name": "Ann"})


async def test_a_job_of_a_hook_that_fails_is_told_in_the_channel(here: Place) -> None:
    told = await (await here.owner.run("hook create")).refusal("/hooks/")

    def fail(task: object) -> None:
        raise ValueError("the device is gone")

    here.house.runner.behave = fail
    job = await post(here.house, token_in(told), {"text": "Hello."})
    await here.discord.world.until(lambda: any(job.id in one.content for one in here.channel.messages.values()))


async def test_only_who_manages_webhooks_makes_hooks_in_a_server(here: Place) -> None:
    assert "Manage Webhooks" in await (await here.member.run("hook create")).refusal()
    assert await here.house.engine.hooks.mine(await here.user(here.member)) == []
    here.channel.bot_permissions = Permissions(view_channel=True).value
    assert "Send Messages" in await (await here.owner.run("hook create")).refusal()
    assert await here.house.engine.hooks.mine(await here.user(here.owner)) == []


async def test_a_channel_that_was_switched_off_since_gets_nothing(here: Place) -> None:
    told = await (await here.owner.run("hook create")).refusal("/hooks/")
    await (await here.owner.run("admin channels", channel=here.channel, allowed=False)).words("not be used")
    with pytest.raises(Exception, match="may not be used in this channel"):
        await post(here.house, token_in(told), {"text": "Hello."})


async def test_a_channel_that_is_gone_is_replaced_by_a_direct_message(here: Place) -> None:
    told = await (await here.owner.run("hook create")).refusal("/hooks/")
    here.channel.exists = False
    await post(here.house, token_in(told), {"text": "Hello."})
    direct = here.discord.world.dm(here.owner.account)
    await here.discord.world.until(lambda: any(one.attachments for one in direct.messages.values()))


async def test_a_hook_made_over_http_answers_in_a_direct_message_at_discord(here: Place) -> None:
    user = await here.user(here.member)
    _, token = await here.house.engine.hooks.create(user, capability="tts", template={"text": "{/text}"}, to="discord")
    await post(here.house, token, {"text": "Hello."})
    direct = here.discord.world.dm(here.member.account)
    await here.discord.world.until(lambda: any(one.attachments for one in direct.messages.values()))
    [message] = direct.messages.values()
    assert "The place where you asked is gone" not in message.content


async def test_where_the_bot_is_not_itself_nobody_makes_hooks(here: Place) -> None:
    visitor = Member(here.discord, here.owner.account, here.channel, installed_for_user_only=True)
    assert "cannot post here" in await (await visitor.run("hook create")).refusal()
    direct = here.owner.elsewhere(here.discord.world.dm(here.owner.account))
    told = await (await direct.run("hook create")).refusal("/hooks/")
    await post(here.house, token_in(told), {"text": "Hello."})
    await here.discord.world.until(lambda: any(one.attachments for one in direct.channel.messages.values()))


# Telegram


@pytest.fixture
async def telegram(tmp_path: Path) -> AsyncIterator[Chatting]:
    async with chatting(tmp_path) as made:
        yield made


@pytest.fixture
def ann(telegram: Chatting) -> Person:
    return telegram.person("Ann")


async def test_a_hook_made_in_a_private_chat_speaks_there(telegram: Chatting, ann: Person) -> None:
    await ann.says("/hook New sale: {/name}")
    told = await ann.home.next("text", "/hooks/")
    await post(telegram.house, token_in(told.text), {"name": "Ben"})
    note = await ann.home.next("voice")
    assert "13 credits" in note.text  # New sale: Ben
    await ann.says("/hooks")
    listed = await ann.home.next("text", "1 spoken")
    await ann.presses(listed, "unhook:")
    await ann.home.becomes(listed, lambda posted: "no hooks" in posted.text)
    with pytest.raises(NotFound):
        await post(telegram.house, token_in(told.text), {"name": "Ben"})


async def test_in_a_group_only_administrators_make_hooks_and_the_address_stays_private(
    telegram: Chatting, ann: Person
) -> None:
    group = ann.group("The shop")
    await ann.says("/hook", at=group)
    assert "administrator" in (await group.next("text")).text
    group.chat.admins.add(ann.json["id"])
    await ann.says("/hook", at=group)
    told = await ann.home.next("text", "/hooks/")
    assert "/hooks/" not in (await group.next("text", "private")).text
    await post(telegram.house, token_in(told.text), {"text": "Hello"})
    await group.next("voice")


async def test_whoever_cannot_be_written_to_has_no_hook(telegram: Chatting, ann: Person) -> None:
    group = ann.group("The shop")
    group.chat.admins.add(ann.json["id"])
    ann.home.chat.gone = (403, "Forbidden: bot can't initiate conversation with a user")
    await ann.says("/hook", at=group)
    assert "private chat" in (await group.next("text")).text
    assert await telegram.house.engine.hooks.mine(await telegram.user(ann)) == []


async def test_a_hook_made_over_http_answers_in_the_private_chat_at_telegram(telegram: Chatting, ann: Person) -> None:
    user = await telegram.user(ann)
    _, token = await telegram.house.engine.hooks.create(
        user, capability="tts", template={"text": "{/text}"}, to="telegram", scheme="sha256", secret=new_secret()
    )
    await telegram.house.engine.hooks.change(user, (await telegram.house.engine.hooks.mine(user))[0].id, scheme=None)
    await post(telegram.house, token, {"text": "Hello"})
    await ann.home.next("voice")
