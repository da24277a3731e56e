"""Reading a channel aloud: the unmodified voice client of discord.py against a local voice server."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine.generation import Piece, Task
from tests.databases import fresh_database
from tests.discord.house import place
from tests.discord.lounge import Lounge, lounge, pitch_of, sitting, town
from tests.discord.world import STAGE
from tests.house import Gate, tone


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Lounge]:
    async with fresh_database("sqlite", tmp_path) as db, lounge(db, tmp_path) as made:
        yield made
        assert made.discord.voice.problems() == []


async def test_what_is_written_is_heard_in_order_and_each_in_the_voice_of_its_author(room: Lounge) -> None:
    owner, member = room.here.owner, room.here.member
    await (await owner.run("voice default", voice="alto")).words("Alto")
    await room.discord.enter(owner.account, room.channel)
    await room.join()
    await member.say("400 first")
    await owner.say("1000 second")
    await member.say("600 third")
    heard = await room.utterances(3)
    assert [round(pitch_of(one), -1) for one in heard] == [400, 500, 600]
    assert all(one.rounded_off for one in heard)
    assert await room.here.balance(member) == 10_000 - len("400 first") - len("600 third")
    assert await room.here.balance(owner) == 10_000 - len("1000 second")


async def test_a_message_is_heard_while_the_rest_of_it_is_made(room: Lounge) -> None:
    gate = Gate()

    def in_two_parts(task: Task) -> None:
        task.on_piece(Piece(tone(500, 0.5)))
        gate(task)
        task.on_piece(Piece(tone(500, 0.5)))

    room.here.house.runner.behave = in_two_parts
    room.here.house.runner.sound = lambda task: tone(500, 1.0)
    await room.join()
    await room.here.member.say("500 for 1.0")
    await room.heard_packets(15)
    gate.open()
    (heard,) = await room.utterances(1)
    assert heard.audio.seconds > 0.9


async def test_the_next_message_is_made_while_one_is_heard_and_no_more(room: Lounge) -> None:
    await room.join()
    for text in ("400 for 1.5", "500", "600", "700"):
        await room.here.member.say(text)
    await room.heard_packets(30)
    texts = [text for batch in room.here.house.runner.batches for text in batch]
    assert texts == ["400 for 1.5", "500"]
    first, second, *_ = await room.utterances(4)
    assert second.began - first.ended < 0.5


async def test_skip_cuts_what_is_heard_within_a_second_and_the_next_one_comes(room: Lounge) -> None:
    await room.join()
    await room.here.member.say("400 for 8")
    await room.here.member.say("600")
    await room.heard_packets(20)
    at = time.monotonic()
    await (await room.here.member.run("skip")).words("Skipped")
    first, second = await room.utterances(2)
    assert first.ended - at < 1
    assert [round(pitch_of(one), -1) for one in (first, second)] == [400, 600]
    assert "Nothing is being read" in (await (await room.here.member.run("skip")).words("Nothing")).content


async def test_a_message_that_is_skipped_before_it_is_made_costs_nothing(room: Lounge) -> None:
    gate = Gate()
    room.here.house.runner.behave = gate
    await room.join()
    await room.here.member.say("400 never heard")
    await gate.reached()
    await (await room.here.member.run("skip")).words("Skipped")
    await room.is_withdrawn()
    gate.open()
    await room.here.member.say("600")
    (heard,) = await room.utterances(1)
    assert round(pitch_of(heard), -1) == 600
    assert await room.here.balance(room.here.member) == 10_000 - len("600")
    await room.here.house.assert_books_exact()


async def test_stop_forgets_all_that_wait(room: Lounge) -> None:
    await room.join()
    for text in ("400 for 5", "500", "600", "700"):
        await room.here.member.say(text)
    await room.heard_packets(10)
    await (await room.here.member.run("stop")).words("4 messages")
    await room.here.member.say("900")
    heard = await room.utterances(2)
    assert [round(pitch_of(one), -1) for one in heard] == [400, 900]


async def test_leaving_hangs_up_and_is_not_taken_up_again(room: Lounge) -> None:
    await room.join()
    await (await room.here.member.run("leave")).words("I have left")
    await room.is_left()
    assert "read nothing aloud" in await (await room.here.member.run("leave")).refusal()
    await room.join()
    await room.here.member.say("500")
    await room.utterances(1)


async def test_it_leaves_when_nobody_listens_any_more(room: Lounge) -> None:
    room.here.bot.readers.patience.alone = 0.4
    await room.join()
    await room.discord.go(room.here.member.account, room.here.guild)
    await asyncio.sleep(0.2)
    await room.discord.enter(room.here.member.account, room.channel)
    await asyncio.sleep(0.4)
    assert room.discord.voice.is_connected, "somebody came back in time"
    await room.discord.go(room.here.member.account, room.here.guild)
    await room.is_left()


async def test_who_is_put_out_of_a_channel_stays_out(room: Lounge) -> None:
    await room.join()
    await room.discord.go(room.discord.world.bot, room.here.guild)
    await room.is_left()
    assert len(room.discord.voice.calls) == 1


async def test_who_is_moved_to_another_channel_reads_on_there(room: Lounge) -> None:
    await room.join()
    await room.discord.enter(room.here.member.account, room.other)
    await room.discord.enter(room.discord.world.bot, room.other)
    await room.discord.world.until(lambda: room.discord.voice.is_connected)
    await room.here.member.say("700")
    await room.utterances(1)
    assert room.discord.voice.call is not None
    assert room.discord.voice.call.channel is room.other
    kept = await room.here.house.engine.places.get("discord", str(room.here.guild.id))
    assert kept.rules.reading is not None
    assert kept.rules.reading.voice_channel == str(room.other.id)


@pytest.mark.parametrize("of", ["voice", "text"])
async def test_a_channel_that_is_deleted_ends_it(room: Lounge, of: str) -> None:
    await room.join()
    channel = room.channel if of == "voice" else room.here.channel
    await room.discord.gateway.dispatch("CHANNEL_DELETE", channel.data())
    await room.is_left()


async def test_a_server_that_puts_the_bot_out_ends_it(room: Lounge) -> None:
    room.here.bot.readers.patience.hang_up = 0.3
    await room.join()
    await room.discord.gateway.dispatch("GUILD_DELETE", {"id": str(room.here.guild.id)})
    await room.discord.world.until(lambda: not room.discord.voice.is_connected)


@pytest.mark.parametrize("code", [4006, 4009, 4014, 4015])
async def test_a_voice_connection_that_is_cut_is_made_again_and_nothing_is_lost(room: Lounge, code: int) -> None:
    room.here.bot.readers.patience.come_back = (0.2, 0.5)
    room.here.bot.readers.patience.connect = 1.0
    await room.join()
    await room.here.member.say("400")
    await room.utterances(1)
    if code == 4014:  # the server is replaced: Discord says where the new one is
        await room.discord.gateway.voice_states._admit(room.here.guild, room.channel)
    else:
        await room.discord.voice.cut(code)
    await room.here.member.say("700")
    assert round(pitch_of((await room.utterances(2))[-1]), -1) == 700
    assert room.discord.world.bot.id in room.here.guild.voice_states


async def test_what_was_being_said_when_the_connection_was_cut_is_said_to_its_end(room: Lounge) -> None:
    room.here.bot.readers.patience.come_back = (0.2, 0.5)
    await room.join()
    await room.here.member.say("400 for 3")
    await room.heard_packets(50)
    await room.discord.voice.cut(4006)
    heard = await room.utterances(1)
    assert sum(one.audio.seconds for one in heard) > 2.5
    assert [round(pitch_of(one), -1) for one in heard] == [400, 400]


async def test_a_gateway_that_is_cut_does_not_end_what_is_heard(room: Lounge) -> None:
    await room.join()
    await room.here.member.say("400 for 2")
    await room.heard_packets(10)
    await room.discord.gateway.drop()
    await room.here.member.say("700")
    first, second = await room.utterances(2)
    assert first.audio.seconds > 1.9
    assert round(pitch_of(second), -1) == 700


async def test_who_is_muted_reads_nothing_and_nobody_pays(room: Lounge) -> None:
    await room.join()
    states = room.discord.gateway.voice_states
    await states.flag(room.discord.world.bot, room.here.guild, mute=True)
    await room.here.member.say("400 unheard")
    await asyncio.sleep(0.1)
    await states.flag(room.discord.world.bot, room.here.guild, mute=False)
    await room.here.member.say("700")
    (heard,) = await room.utterances(1)
    assert round(pitch_of(heard), -1) == 700
    assert await room.here.balance(room.here.member) == 10_000 - len("700")


async def test_commands_bots_and_deleted_messages_are_not_read(room: Lounge) -> None:
    await room.join()
    robot = room.here.person("robot")
    robot.account.bot = True
    await room.here.member.say("400 for 1")
    gone = await room.here.member.say("500 by mistake")
    await robot.say("600 beep")
    await room.here.member.say("!play 700")
    await room.discord.gateway.dispatch(
        "MESSAGE_DELETE",
        {"id": str(gone.id), "channel_id": str(gone.channel.id), "guild_id": str(room.here.guild.id)},
    )
    await room.here.member.elsewhere(room.elsewhere).say("800 in another channel")
    await room.here.member.say("900")
    heard = await room.utterances(2)
    assert [round(pitch_of(one), -1) for one in heard] == [400, 900]


async def test_the_pool_pays_first(room: Lounge) -> None:
    pool = await room.here.house.engine.pools.of("discord", str(room.here.guild.id))
    await room.here.house.engine.credits.grant(pool, 10, key="a gift")
    await room.join()
    await room.here.member.say("400")
    await room.utterances(1)
    assert await room.here.house.engine.credits.balance(pool) == 10 - len("400")
    assert await room.here.balance(room.here.member) == 10_000


async def test_who_cannot_pay_is_told_once_and_the_others_are_read(room: Lounge) -> None:
    poor = room.here.person("pia")
    await room.here.house.engine.users.known_as("discord", str(poor.account.id))
    user = await room.here.user(poor)
    await room.here.house.engine.credits.transfer(user, await room.here.user(room.here.owner), 10_000, key="all of it")
    await room.join()
    await poor.say("400 is too dear")
    await poor.say("500 is too dear as well")
    await room.here.member.say("700")
    (heard,) = await room.utterances(1)
    assert round(pitch_of(heard), -1) == 700
    told = list(room.discord.world.dm(poor.account).messages.values())
    assert len(told) == 1
    assert "was not read aloud: This costs 15 credits and you have 0." in told[0].content


async def test_who_is_unknown_and_not_in_the_voice_channel_gets_no_account_but_a_word(room: Lounge) -> None:
    stranger, shy = room.here.person("sam"), room.here.person("shy")
    shy.account.takes_dms = False
    await room.join()
    await stranger.say("400")
    marked = await shy.say("500")
    await room.here.member.say("700")
    await room.utterances(1)
    assert "do not know each other yet" in next(iter(room.discord.world.dm(stranger.account).messages.values())).content
    assert marked.reactions == ["🔇"]
    assert await room.here.house.engine.users.find("discord", str(stranger.account.id)) is None
    await room.discord.enter(stranger.account, room.channel)
    await stranger.say("900")
    assert round(pitch_of((await room.utterances(2))[-1]), -1) == 900


async def test_names_are_said_when_the_speaker_changes_and_long_messages_are_cut(room: Lounge) -> None:
    await (await room.here.owner.run("admin reading", characters=40, names=True)).words("40", "say who")
    await room.discord.enter(room.here.owner.account, room.channel)
    await room.join()
    await room.here.member.say("400 one")
    await room.here.member.say("500 two")
    await room.here.owner.say("600 " + "and on and on " * 10)
    await room.utterances(3)
    texts = [text for batch in room.here.house.runner.batches for text in batch]
    assert texts == ["Mia says: 400 one", "500 two", "Olga says: 600 and on and on and on and and so on"]


async def test_a_call_that_is_encrypted_from_end_to_end_is_understood_by_who_takes_part(room: Lounge) -> None:
    room.discord.voice.listener_id = room.here.member.account.id
    await room.join()
    call = room.discord.voice.call
    assert call is not None
    assert call.dave is not None
    dave = call.dave
    await room.discord.world.until(lambda: dave.listener.ready)
    await asyncio.sleep(0.1)  # the bot hears that its commit counts
    await room.here.member.say("600")
    (heard,) = await room.utterances(1)
    assert round(pitch_of(heard), -1) == 600


async def test_what_prevents_it_is_said(room: Lounge) -> None:
    here, owner = room.here, room.here.owner
    assert "Join a voice channel first" in await (await owner.run("join")).refusal()
    room.channel.bot_permissions &= ~(1 << 21)
    await room.update()
    refused = await (await here.member.run("join")).refusal()
    assert "**Speak**" in refused
    assert "**Connect**" not in refused
    room.channel.bot_permissions = (1 << 53) - 1 & ~(1 << 3) & ~(1 << 24)
    room.channel.user_limit = 1
    await room.update()
    assert "is full" in await (await here.member.run("join")).refusal()
    room.channel.user_limit = 0
    await room.update()
    await room.join()
    assert "already" in await (await here.member.run("join")).refusal()
    visitor = here.person("vera")
    await room.discord.enter(visitor.account, room.other)
    for command in ("join", "skip", "stop", "leave"):
        assert "Only those who listen" in await (await visitor.run(command)).refusal()
    await (await owner.run("leave")).words("I have left")  # may move members
    await (await owner.run("admin channels", channel=here.channel, allowed=False)).words("may not")
    assert "may not be used in this channel" in await (await here.member.run("join")).refusal()


async def test_a_voice_server_out_of_reach_is_said_and_not_tried_again_after_a_restart(room: Lounge) -> None:
    room.here.bot.readers.patience.connect = 0.3
    room.discord.gateway.voice_states.server = None
    assert "did not answer in time" in await (await room.here.member.run("join")).refusal()
    await room.is_left()


async def test_on_a_stage_nothing_is_read_before_it_is_invited(tmp_path: Path) -> None:
    async with fresh_database("sqlite", tmp_path) as db, lounge(db, tmp_path, type=STAGE) as room:
        asked = await room.join()
        await asked.words("invited me to speak")
        await room.here.member.say("400 unheard")
        await asyncio.sleep(0.1)
        await room.discord.gateway.voice_states.flag(room.discord.world.bot, room.here.guild, suppress=False)
        await room.here.member.say("700")
        (heard,) = await room.utterances(1)
        assert round(pitch_of(heard), -1) == 700


async def test_without_the_intent_only_mentions_are_read_and_the_answer_says_how_to_have_it(tmp_path: Path) -> None:
    async with fresh_database("sqlite", tmp_path) as db, lounge(db, tmp_path, intents=False) as room:
        asked = await room.join()
        await asked.words("Message Content", "developer portal")
        await room.here.member.say("400 is hidden")
        await room.here.member.say(f"<@{room.discord.world.bot.id}> 700 is not")
        (heard,) = await room.utterances(1)
        assert round(pitch_of(heard), -1) == 700


async def test_over_http_alone_it_says_that_it_needs_the_gateway(tmp_path: Path) -> None:
    async with fresh_database("sqlite", tmp_path) as db, place(db, tmp_path, over_http=True) as here:
        assert "gateway" in await (await here.member.run("join")).refusal()


async def test_after_a_restart_it_reads_on_where_somebody_is_there(tmp_path: Path) -> None:
    async with fresh_database("sqlite", tmp_path) as db, town() as discord:
        async with sitting(db, tmp_path, discord) as room:
            member, guild = room.here.member, room.here.guild
            await discord.enter(member.account, room.channel)
            await room.join()
        assert discord.world.bot.id not in guild.voice_states
        await discord.say(member.account, member.channel, "400 while nobody was here")
        async with sitting(db, tmp_path, discord) as again:
            await again.is_reading()
            await discord.say(member.account, member.channel, "700")
            (heard,) = await again.utterances(1)
            assert round(pitch_of(heard), -1) == 700
        await discord.go(member.account, guild)
        async with sitting(db, tmp_path, discord) as deserted:
            await deserted.is_left()
        assert len(discord.voice.calls) == 2
