"""What goes wrong at Discord, and what its user reads then."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from engine.offers import Model, Offer
from engine.sandbox import Sandbox
from store import deliveries, read
from store.records import Delivery
from tests.databases import fresh_database
from tests.discord.house import Place, place
from tests.discord.person import Asked, File, Person
from tests.discord.world import Fault, Message
from tests.house import OFFERS, VOICE, Gate

ATTACH, SEND, VIEW = 1 << 15, 1 << 11, 1 << 10
VC = Offer(capability="vc", models=(Model(name="tone", revision="1", voices=(VOICE,)),))


@pytest.fixture(scope="module")
def sandbox() -> Sandbox:
    return Sandbox()


@pytest.fixture
async def here(tmp_path: Path, sandbox: Sandbox) -> AsyncIterator[Place]:
    async with (
        fresh_database("sqlite", tmp_path) as db,
        place(db, tmp_path, offers=OFFERS | {"vc": VC}, sandbox=sandbox) as made,
    ):
        yield made


async def under_way(here: Place, person: Person | None = None) -> tuple[Asked, Gate]:
    """A request that the worker has begun and does not finish before the gate opens."""
    gate = Gate()
    here.house.runner.behave = gate
    asked = await (person or here.member).run("tts", text="Hello")
    await gate.reached()
    return asked, gate


async def newest(here: Place, place_of: Person, wanted: Callable[[Message], object] = bool) -> Message:
    """The first message of the bot there that nobody waited for by its interaction."""

    def found() -> Message | None:
        messages = place_of.channel.messages.values()
        fitting = [message for message in messages if message.author is here.discord.world.bot and wanted(message)]
        return fitting[-1] if fitting else None

    message: Message = await here.discord.world.until(found)
    return message


def dm(here: Place) -> Person:
    return here.member.elsewhere(here.discord.world.dm(here.member.account))


async def test_a_line_that_is_cut_in_mid_job_costs_nothing(here: Place) -> None:
    asked, gate = await under_way(here)
    await here.discord.gateway.drop()
    gate.open()
    await asked.clip()
    await here.discord.world.until(lambda: here.discord.gateway.resumed == 1)
    await (await here.member.run("tts", text="And on")).clip()


async def test_what_was_asked_while_the_line_was_cut_is_answered_after_resuming(here: Place) -> None:
    await here.discord.gateway.drop()
    asked = await here.member.run("tts", text="Hello")
    await asked.clip()
    assert here.discord.gateway.resumed == 1


async def test_a_session_that_discord_has_forgotten_is_opened_anew(here: Place) -> None:
    here.discord.gateway.forget_sessions = True
    await here.discord.gateway.ask_to_reconnect()
    await here.discord.world.until(lambda: here.discord.gateway.identified == 2, 30)
    await (await here.member.run("tts", text="Hello")).clip()


async def test_after_a_quarter_of_an_hour_the_clip_comes_into_the_channel(here: Place) -> None:
    asked, gate = await under_way(here)
    asked.interaction.expired = True
    gate.open()
    message = await newest(here, here.member, lambda message: message.attachments)
    assert message is not asked.original
    assert message.content.startswith(f"<@{here.member.account.id}>")
    here.house.runner.behave = lambda task: None
    await (await here.member.press(message, "Again")).clip()


async def test_a_private_clip_that_is_late_comes_as_a_direct_message(here: Place) -> None:
    gate = Gate()
    here.house.runner.behave = gate
    asked = await here.member.run("tts", text="Hello", private=True)
    await gate.reached()
    asked.interaction.expired = True
    gate.open()
    assert (await newest(here, dm(here), lambda message: message.attachments)).content.startswith(
        "Here is what you asked"
    )
    assert not [m for m in here.channel.messages.values() if m.attachments]


async def test_an_answer_that_was_deleted_is_posted_anew(here: Place) -> None:
    asked, gate = await under_way(here)
    assert asked.original is not None
    asked.original.deleted = True
    gate.open()
    await newest(here, here.member, lambda message: message.attachments)


async def test_a_deleted_channel_means_a_direct_message(here: Place) -> None:
    _, gate = await under_way(here)
    here.channel.exists = False
    gate.open()
    message = await newest(here, dm(here), lambda message: message.attachments)
    assert message.content.startswith("The place where you asked is gone")


async def test_a_bot_that_was_kicked_says_so_in_a_direct_message(here: Place) -> None:
    asked, gate = await under_way(here)
    asked.interaction.expired, here.guild.has_bot = True, False
    gate.open()
    message = await newest(here, dm(here), lambda message: message.attachments)
    assert "Where you asked I am missing a permission" in message.content


@pytest.mark.parametrize(
    ("taken", "named", "in_channel"),
    [(ATTACH, "**Attach Files**", True), (SEND, "**Send Messages**", False), (VIEW, "**View Channel**", False)],
)
async def test_a_missing_permission_is_named(here: Place, taken: int, named: str, in_channel: bool) -> None:
    here.channel.bot_permissions &= ~taken
    asked, gate = await under_way(here)
    asked.interaction.expired = True
    gate.open()
    where = here.member if in_channel else dm(here)
    message = await newest(here, where, lambda message: "permission" in message.content)
    assert named in message.content
    assert message.attachments or "http://bernie.test/files/" in message.content


async def test_a_reply_that_may_not_carry_files_has_a_link_and_says_why(here: Place) -> None:
    refused = Fault("PATCH", "/webhooks/", 403, {"code": 50013, "message": "Missing Permissions"})
    here.discord.world.faults.append(refused)
    message = await (await here.member.run("tts", text="Hello")).words("http://bernie.test/files/")
    assert "**Attach Files**" in message.content


async def test_where_no_way_is_left_the_delivery_is_given_up_and_the_clip_kept(here: Place) -> None:
    asked, gate = await under_way(here)
    asked.interaction.expired = True
    here.channel.exists, here.member.account.takes_dms = False, False
    gate.open()
    user = await here.user(here.member)
    job = (await here.house.engine.jobs.page(user))[0].job

    async def given_up() -> Delivery | None:
        async with read(here.house.engine.db) as tx:
            found = await deliveries.of_job(tx, job.id)
        return found[0] if found and found[0].last_error and found[0].due_at is None else None

    async with asyncio.timeout(20):
        while (delivery := await given_up()) is None:  # noqa: ASYNC110  a row, which nobody signals
            await asyncio.sleep(0.05)
    assert "50007" in (delivery.last_error or "")
    assert len(await here.house.engine.jobs.history(user)) == 1


async def test_what_the_model_could_not_do_is_told_to_one_person_and_costs_nothing(here: Place) -> None:
    def fail(task: object) -> None:
        raise RuntimeError("out of tune")

    here.house.runner.behave = fail
    asked = await here.member.run("tts", text="Hello")
    assert "not charged" in await asked.refusal()
    assert asked.original is None
    assert await here.balance(here.member) == 10_000


async def test_a_clip_above_the_size_that_discord_takes_comes_as_a_link(here: Place) -> None:
    here.discord.world.size_limit = 17_000  # less than a clip beside its words
    message = await (await here.member.run("sfx", prompt="rain", format="wav", seconds=1)).words(
        "http://bernie.test/files/"
    )
    assert not message.attachments
    assert "more than can be attached" in message.content


async def test_a_clip_that_discord_refuses_after_all_comes_as_a_link(here: Place) -> None:
    too_large = Fault("PATCH", "/webhooks/", 413, {"code": 40005, "message": "Request entity too large"})
    here.discord.world.faults.append(too_large)
    await (await here.member.run("tts", text="Hello")).words("http://bernie.test/files/")


async def test_when_discord_says_wait_the_bot_waits(here: Place) -> None:
    slow_down = {"message": "You are being rate limited.", "retry_after": 0.3, "global": False}
    headers = {"Retry-After": "1", "Via": "1.1 google", "X-RateLimit-Scope": "user"}
    here.discord.world.faults.append(Fault("PATCH", "/webhooks/", 429, slow_down, headers, times=2))
    begun = time.monotonic()
    await (await here.member.run("tts", text="Hello")).clip()
    assert time.monotonic() - begun >= 0.6


async def test_when_discord_stumbles_it_is_asked_again(here: Place) -> None:
    here.discord.world.faults.append(Fault("PATCH", "/webhooks/", 502, {"code": 0, "message": "Bad Gateway"}))
    await (await here.member.run("tts", text="Hello")).clip()


async def test_an_acknowledgement_that_comes_too_late_makes_no_job(here: Place) -> None:
    late = Fault("POST", "/callback", 404, {"code": 10062, "message": "Unknown interaction"}, times=2)
    here.discord.world.faults.append(late)
    await here.member.run("tts", text="Hello")
    await here.discord.world.until(lambda: late.times == 0)
    assert await here.balance(here.member) == 10_000


@pytest.mark.parametrize(
    ("size", "data", "says"),
    [
        (None, b"", "cannot be read as audio"),
        (30_000_000, bytes(1000) * 30_000, "cannot be read as audio"),
        (60_000_000, b"never fetched", "60 MB, which is too large: at most 50 MB"),
        (None, None, "its link has expired"),
    ],
    ids=["empty", "30 MB of zeros", "60 MB", "expired"],
)
async def test_a_file_that_cannot_be_used_is_refused_in_a_sentence(
    here: Place, size: int | None, data: bytes | None, says: str
) -> None:
    message = await here.member.say("", File("voice.mp3", data or b"", "audio/mpeg"))
    attachment = message.attachments[0]
    attachment["size"] = attachment["size"] if size is None else size
    if data is None:
        here.discord.world.files[attachment["url"].removeprefix(here.discord.world.url)] = None
    assert says in await (await here.member.menu("Convert voice", message)).refusal()
    assert await here.balance(here.member) == 10_000


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("\u200b\u200b\u200d", "nothing in this text"),
        ("…?!", "nothing in this text"),
        ("word " * 800, None),
        ("word " * 3000, "5,000"),
    ],
    ids=["zero width", "no letters", "4,000 characters", "15,000 characters"],
)
async def test_texts_of_every_kind_are_spoken_or_refused_in_a_sentence(
    here: Place, text: str, says: str | None
) -> None:
    asked = await here.member.run("tts", file=File("text.txt", text.encode(), "text/plain"))
    if says is None:
        await asked.clip()
    else:
        assert says in await asked.refusal()
        assert await here.balance(here.member) == 10_000
