"""What the service tells people of its own accord, as they read it: both bots, against their platforms' rules."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bernie.bench.botapi import Refusal
from bots.phrases import Phrases
from engine import DeliveryFailed, User
from engine.clock import now
from engine.events import tell_in_chats
from engine.payloads import EndpointFacts, WebhookDisabled
from store import begin, deliveries, read
from store.records import Delivery
from store.tables import deliveries as table
from tests.databases import fresh_database
from tests.discord.house import place
from tests.discord.world import Fault
from tests.house import House
from tests.telegram import chatting

GONE = WebhookDisabled(
    endpoint=EndpointFacts(id="ep_1", name="shop", url="https://example.org/hook"),
    reason="gone",
    failing_since=None,
    last_status=410,
    message="This endpoint answered 410 Gone, so it was disabled.",
)


async def tell(house: House, user: User) -> None:
    async with begin(house.engine.db) as tx:
        assert await tell_in_chats(tx, user.id, "webhook.disabled", GONE) == 1
    house.engine.signals.notify("outbox")


async def notice_of(house: House, user: User) -> Delivery:
    async with read(house.engine.db) as tx:
        [row] = await tx.execute(select(*deliveries.DELIVERY).where(table.c.user_id == user.id))
    return Delivery(**row._asdict())


async def test_telegram_says_it_in_the_chat_with_the_person_in_their_language(tmp_path: Path) -> None:
    async with chatting(tmp_path) as telegram:
        ann = telegram.person("Ann", "de")
        await ann.says("/start")
        await ann.home.next()
        user = await telegram.user(ann)
        await telegram.house.engine.preferences.change(user, language="de")
        await tell(telegram.house, user)
        said = await ann.home.next(containing="shop")
        assert "410 Gone" in said.text
        assert "abgeschaltet" in said.text


async def test_a_person_who_blocked_the_bot_is_not_written_to_again(tmp_path: Path) -> None:
    async with chatting(tmp_path) as telegram:
        ann = telegram.person("Ann")
        user = await telegram.user(ann)
        telegram.api.fail["sendMessage"] = [Refusal(403, "Forbidden: bot was blocked by the user")]
        await tell(telegram.house, user)
        while (given_up := await notice_of(telegram.house, user)).due_at is not None:
            await ann.quiet(0.05)
        assert given_up.delivered_at is None
        assert "blocked" in (given_up.last_error or "")


async def test_discord_says_it_in_a_direct_message(tmp_path: Path) -> None:
    async with fresh_database("sqlite", tmp_path) as db, place(db, tmp_path) as here:
        user = await here.user(here.member)
        await tell(here.house, user)
        room = here.discord.world.dm(here.member.account)
        [said] = await here.discord.world.until(lambda: list(room.messages.values()))
        assert said.content.startswith("Your webhook shop was disabled: it answered 410 Gone.")


async def test_discord_is_asked_no_more_where_the_person_takes_no_messages(tmp_path: Path) -> None:
    async with fresh_database("sqlite", tmp_path) as db, place(db, tmp_path) as here:
        user = await here.user(here.member)
        refused = Fault("POST", "/messages", 403, {"code": 50007, "message": "Cannot send messages to this user"})
        here.discord.world.faults.append(refused)
        await tell(here.house, user)
        while (given_up := await notice_of(here.house, user)).due_at is not None:  # noqa: ASYNC110  rows have no event
            await asyncio.sleep(0.05)
        assert given_up.delivered_at is None
        assert refused.times == 0


async def test_a_notice_for_a_bot_that_is_no_longer_run_is_forgotten_after_a_month(tmp_path: Path) -> None:
    async with chatting(tmp_path, works=False, polls=False, delivers=False) as telegram:
        user = await telegram.house.engine.users.create("discord", "42")
        await tell(telegram.house, user)
        async with begin(telegram.house.engine.db) as tx:
            assert await deliveries.delete_settled(tx, now() - timedelta(days=30)) == 0
            assert await deliveries.delete_settled(tx, now() + timedelta(seconds=1)) == 1


def test_an_event_without_words_is_refused_for_good() -> None:
    from bots.notices import notice

    nothing = Delivery(
        id="msg_1", user_id="user_1", job_id=None, event="credits.low", courier="discord", address={"person": "1"},
        key="k", attempt=1, due_at=None, delivered_at=None, last_error=None, created_at=now(), payload={},
    )  # fmt: skip
    with pytest.raises(DeliveryFailed) as refused:
        notice(Phrases(), nothing)
    assert refused.value.final
