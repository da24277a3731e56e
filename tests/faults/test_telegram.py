"""What goes wrong at Telegram: files, chats that are gone, updates that come twice, a bot that is killed."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bernie.bench.botapi import Person, Refusal, running
from engine import DatabaseUnavailable
from engine.clock import now
from store import begin, deliveries, inbox, read
from tests.house import Gate
from tests.service import start
from tests.telegram import Chatting, answering, chatting, tone

pytestmark = pytest.mark.timeout(90)


@pytest.fixture
async def telegram(tmp_path: Path) -> AsyncIterator[Chatting]:
    async with chatting(tmp_path) as made:
        yield made


@pytest.fixture
def ann(telegram: Chatting) -> Person:
    return telegram.person("Ann")


@dataclass(frozen=True)
class Bad:
    """Something that cannot be used: what is sent, whether a voice is chosen for it, and what the person reads."""

    sends: Callable[[Person], Any]
    reads: str
    chooses: bool = True


UNUSABLE = {
    "21 MB file": Bad(lambda who: who.sends_sound(tone(1), "audio", stated_bytes=21_000_000), "21 MB, which", False),
    "21 MB document": Bad(lambda who: who.sends_sound(tone(1), "document", stated_bytes=21_000_000), "21 MB", False),
    "60-minute voice note": Bad(lambda who: who.sends_sound(tone(1), duration=3600), "lasts 3,600 s, which", False),
    "long file that lies": Bad(lambda who: who.sends_sound(tone(302), duration=9), "lasts more than 5 minutes"),
    "corrupt ogg": Bad(lambda who: who.sends_sound(b"OggS" + os.urandom(5000)), "cannot be read as audio"),
    "cut ogg": Bad(lambda who: who.sends_sound(tone(3)[:1500], duration=3), "cut off"),
    "silence": Bad(lambda who: who.sends_sound(tone(0.1)), "too little to hear"),
    "sticker": Bad(lambda who: who.sends({"sticker": STICKER}), "There is neither in this message", chooses=False),
    "photo": Bad(lambda who: who.sends({"photo": [PHOTO]}), "There is neither in this message", chooses=False),
    "punctuation": Bad(lambda who: who.says("..."), "nothing in this text that can be spoken", chooses=False),
    "unknown command": Bad(lambda who: who.says("/dance"), "do not know this command", chooses=False),
}
PHOTO = {"file_id": "p", "file_unique_id": "p", "width": 1, "height": 1}
STICKER = {
    "file_id": "s", "file_unique_id": "s", "type": "regular", "width": 512, "height": 512,
    "is_animated": False, "is_video": False,
}  # fmt: skip


@pytest.mark.parametrize("case", UNUSABLE)
async def test_what_cannot_be_used_is_answered_with_a_sentence_and_costs_nothing(
    telegram: Chatting, ann: Person, case: str
) -> None:
    bad = UNUSABLE[case]
    await bad.sends(ann)
    if bad.chooses:
        answer = await ann.presses(await ann.home.next("text", "Whose voice"), "Emma")
        assert bad.reads in answer["text"]
        assert answer["show_alert"] == "true"
    else:
        assert bad.reads in (await ann.home.next("text")).text
    assert await telegram.balance(ann) == 10_000
    assert await telegram.house.engine.jobs.page(await telegram.user(ann)) == []


GONE = {
    "blocked bot": (403, "Forbidden: bot was blocked by the user"),
    "deleted account": (403, "Forbidden: user is deactivated"),
    "deleted chat": (400, "Bad Request: chat not found"),
}


@pytest.mark.parametrize("case", GONE)
async def test_a_chat_that_is_gone_is_given_up_at_once_and_nobody_else_is_held_up(
    telegram: Chatting, ann: Person, case: str
) -> None:
    telegram.house.runner.behave = gate = Gate()
    await ann.says("Hello")
    await gate.reached()
    ann.home.chat.gone = GONE[case]
    gate.open()
    bob = telegram.person("Bob")
    await bob.says("And me")
    await bob.home.next("voice")
    row = await _settled(telegram, ann)
    assert (row.attempt, row.delivered_at) == (1, None)
    assert GONE[case][1].split(": ")[1] in (row.last_error or "")


async def _settled(telegram: Chatting, person: Person) -> Any:
    """The delivery of a person's only job, once nothing is due any more."""
    job = (await telegram.house.engine.jobs.page(await telegram.user(person)))[0].job
    for _ in range(200):
        async with read(telegram.house.engine.db) as tx:
            rows = await deliveries.of_job(tx, job.id)
        if rows and rows[0].due_at is None:
            return rows[0]
        await asyncio.sleep(0.05)
    raise AssertionError(f"never settled: {rows}")


async def test_a_group_that_became_a_supergroup_is_followed(telegram: Chatting, ann: Person) -> None:
    old, new = ann.group("Friends"), ann.group("Friends")
    telegram.house.runner.behave = gate = Gate()
    await ann.says("/tts Hello", at=old)
    await gate.reached()
    old.chat.migrated_to = new.chat.id
    gate.open()
    await new.next("voice")
    await ann.says("/tts Again", at=new)
    await new.next("voice")


async def test_someone_who_takes_no_voice_notes_gets_an_audio_file(telegram: Chatting, ann: Person) -> None:
    ann.home.chat.no_voice_notes = True
    await ann.says("Hello")
    assert (await ann.home.next()).kind == "audio"


async def test_a_clip_too_large_for_telegram_comes_as_a_link(tmp_path: Path) -> None:
    async with chatting(tmp_path, max_bytes=500) as telegram:
        ann = telegram.person("Ann")
        await ann.says("Hello")
        assert "http://bernie.test/files/clips/" in (await ann.home.next()).text


async def test_a_message_that_was_deleted_meanwhile_is_answered_all_the_same(telegram: Chatting, ann: Person) -> None:
    telegram.house.runner.behave = gate = Gate()
    said = await ann.says("Hello")
    await gate.reached()
    del ann.home.chat.messages[said["message_id"]]
    gate.open()
    assert "reply_to_message" not in (await ann.home.next("voice")).json


async def test_when_telegram_asks_to_wait_the_clip_comes_after_that(telegram: Chatting, ann: Person) -> None:
    telegram.api.fail["sendVoice"] = [Refusal(429, "Too Many Requests: retry after 1", retry_after=1)]
    await ann.says("Hello")
    await ann.home.next("voice")
    refused, taken = [call for call in telegram.api.world.calls if call.method == "sendVoice"]
    assert (refused.status, taken.status) == (429, 200)
    assert taken.at - refused.at >= 1


async def test_a_flood_of_commands_is_answered_within_the_rates(telegram: Chatting, ann: Person) -> None:
    for _ in range(8):
        await ann.says("/credits")
    for _ in range(8):
        await ann.home.next("text")
    assert telegram.api.rates.refused == 0


async def test_an_error_that_nobody_foresaw_is_a_sentence_with_the_updates_number(
    telegram: Chatting, ann: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: Any, **__: Any) -> None:
        raise DatabaseUnavailable("The database does not answer")

    monkeypatch.setattr(type(telegram.house.engine.credits), "balance", fails)
    await ann.says("/credits")
    number = next(telegram.api.world.update_numbers) - 1
    assert f"update {number}" in (await ann.home.next("text")).text


async def test_an_update_that_comes_again_makes_no_second_job(tmp_path: Path) -> None:
    """Not even in another process, and not even where the inbox has forgotten it."""
    async with chatting(tmp_path, polls=False) as telegram:
        ann = telegram.person("Ann")
        await ann.says("Once only")
        update = telegram.api.world.updates[0]
        for _ in range(2):
            await telegram.bot.receive(update)
        async with answering(telegram.api, telegram.house, works=False, polls=False, delivers=False) as another:
            await another.receive(update)
            await ann.home.next("voice")
            async with begin(telegram.house.engine.db) as tx:
                await inbox.delete_came(tx, now() + timedelta(days=1))
            await another.receive(update)
            await ann.quiet(0.3)
        assert len(ann.home.posted()) == 1
        assert await telegram.balance(ann) == 10_000 - len("Once only")


async def test_an_update_that_was_confirmed_and_not_finished_is_taken_up_by_the_next_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with chatting(tmp_path, works=False, delivers=False) as telegram:
        ann = telegram.person("Ann")
        jobs, never = type(telegram.house.engine.jobs), asyncio.Event()
        with monkeypatch.context() as patched:
            patched.setattr(jobs, "submit", lambda *_, **__: never.wait())
            await ann.says("Nothing is lost")
            await telegram.api.until(lambda: not telegram.api.world.updates)
            await telegram.bot.close()
        assert await telegram.house.engine.jobs.page(await telegram.user(ann)) == []
        async with answering(telegram.api, telegram.house):
            await ann.home.next("voice")
            await ann.quiet(1)
        name = f"telegram:{telegram.bot.bot.id}"
        assert await telegram.house.engine.inbox.unfinished(name) == []


async def test_an_update_is_not_confirmed_while_it_cannot_be_kept(
    telegram: Chatting, ann: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: Any) -> None:
        raise DatabaseUnavailable("The database does not answer")

    with monkeypatch.context() as patched:
        patched.setattr(type(telegram.house.engine.inbox), "keep", fails)
        await ann.says("Hello")
        await ann.quiet(0.5)
        assert len(telegram.api.world.updates) == 1
    await ann.home.next("voice")


async def test_the_message_of_waiting_is_taken_away_by_the_next_process_too(tmp_path: Path) -> None:
    async with chatting(tmp_path, works=False) as telegram:
        ann = telegram.person("Ann")
        await ann.says("Hello")
        waiting = await ann.home.next("text", "In the queue")
        user = await telegram.user(ann)
        for _ in range(100):
            job = (await telegram.house.engine.jobs.page(user))[0].job
            if (job.reply_to or {})["status_id"]:
                break
            await asyncio.sleep(0.05)
        telegram.bot._progress._lines.clear()  # as if the process had ended here
        async with answering(telegram.api, telegram.house, polls=False):
            await ann.home.next("voice")
            await telegram.api.until(lambda: waiting.id in ann.home.chat.deleted)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("stage", "way"),
    [
        ("after submit", "polling"),  # the update was not confirmed and comes again
        ("in mid-run", "polling"),
        ("after settlement", "polling"),
        ("after submit", "webhook"),  # it was not answered and comes again
    ],
)
async def test_a_bot_killed_on_the_way_answers_once_after_the_restart(tmp_path: Path, stage: str, way: str) -> None:
    doomed = str(Path(__file__).with_name("doomed.py"))
    async with running() as api:
        ann = Person(api, "Ann")
        settings = {"BERNIE_TELEGRAM__TOKEN": api.token, "BERNIE_TELEGRAM__API_URL": api.url}
        if way == "webhook":
            settings["BERNIE_TELEGRAM__WEBHOOK_SECRET"] = "a-secret-of-the-tests"
        first = await asyncio.to_thread(
            start, tmp_path / "data", extra_env=settings | {"DOOM": stage}, command=(doomed, "serve")
        )
        try:
            await ann.says("Nothing is lost.")
            assert await asyncio.to_thread(first.process.wait, 60) == -9, "it was to be killed"
            assert not any(posted.kind == "voice" for posted in ann.home.posted())
        finally:
            first.kill()
        second = await asyncio.to_thread(start, tmp_path / "data", extra_env=settings)
        try:
            note = await ann.home.next("voice", seconds=60)
            assert "16 credits" in note.text
            await ann.says("/credits")
            assert f"{10_000 - 16:,}" in (await ann.home.next("text", "You have")).text
            await api.until(lambda: not api.world.updates)
            assert [posted.kind for posted in ann.home.posted()].count("voice") == 1
        finally:
            assert await asyncio.to_thread(second.stop) == 0
