"""People at Telegram: what they write, say and press, and what comes back, with the unmodified aiogram client."""

from __future__ import annotations

import json
import zipfile
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import pytest

from bernie.bench.botapi import Person
from engine import CAPABILITIES
from tests.house import Gate
from tests.telegram import Chatting, chatting, heard, tone

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
async def telegram(tmp_path: Path) -> AsyncIterator[Chatting]:
    async with chatting(tmp_path, stars=10) as made:
        yield made


@pytest.fixture
def ann(telegram: Chatting) -> Person:
    return telegram.person("Ann")


# Words, sounds and options


async def test_plain_words_in_a_private_chat_come_back_as_a_voice_note(telegram: Chatting, ann: Person) -> None:
    said = await ann.says("Hello there")
    note = await ann.home.next("voice")
    assert note.json["reply_to_message"]["message_id"] == said["message_id"]
    assert note.text.startswith("Heart · 0.1 s · 11 credits")
    assert heard(note.data).seconds == pytest.approx(0.1, abs=0.02)
    assert await telegram.balance(ann) == 10_000 - len("Hello there")
    actions = telegram.api.calls("sendChatAction")
    assert {call.params["action"] for call in actions} == {"record_voice"}


async def test_options_stand_before_the_text_and_only_known_names_are_options(telegram: Chatting, ann: Person) -> None:
    await ann.says('/tts voice=Emma speed="1.2" x=5 is an equation')
    note = await ann.home.next("voice")
    job = (await telegram.house.engine.jobs.page(await telegram.user(ann)))[0].job
    assert (job.params["text"], job.params["voice"], job.params["speed"]) == ("x=5 is an equation", "emma", 1.2)
    assert note.text.startswith("Emma")


async def test_a_wrong_option_is_refused_with_a_sentence_and_costs_nothing(telegram: Chatting, ann: Person) -> None:
    await ann.says("/tts speed=9 Hello")
    assert "speed" in (await ann.home.next("text")).text
    await ann.says("/tts voice=nobody Hello")
    assert "nobody" in (await ann.home.next("text")).text
    await ann.says("/tts")
    assert "/tts Hello there" in (await ann.home.next("text")).text
    assert await telegram.balance(ann) == 10_000


async def test_tts_as_a_reply_speaks_the_message_replied_to_or_its_quoted_part(telegram: Chatting, ann: Person) -> None:
    first = await ann.says("The first words. The second.")
    await ann.home.next("voice")
    await ann.says("/tts speed=1.1", reply_to=first)
    assert "28 credits" in (await ann.home.next("voice")).text
    quoting = {"text": "/tts", "quote": {"text": "The second.", "position": 17}}
    await ann.sends(quoting, reply_to=first)
    assert "11 credits" in (await ann.home.next("voice")).text


async def test_a_sound_is_made_of_its_description(telegram: Chatting, ann: Person) -> None:
    await ann.says("/sfx seconds=1 rain on a roof")
    note = await ann.home.next("voice")
    assert "40 credits" in note.text
    assert not any("voice" in label for label in note.buttons)


async def test_a_file_comes_only_where_its_format_is_asked_for(ann: Person) -> None:
    await ann.says("/tts format=mp3 Hello")
    assert (await ann.home.next()).kind == "audio"
    await ann.says("/tts format=wav Hello")
    assert (await ann.home.next()).kind == "document"


async def test_every_capability_has_a_command_in_every_language(telegram: Chatting) -> None:
    commands = telegram.api.world.commands
    await telegram.api.until(lambda: len(commands) == 3)
    names = {"vc": "convert"}
    for language in ("", "de", "es"):
        offered = {command["command"] for command in commands[language]}
        assert {names.get(capability.name, capability.name) for capability in CAPABILITIES} <= offered
    assert commands["de"][0]["description"] != commands[""][0]["description"] != commands["es"][0]["description"]


# While one waits


async def test_one_message_says_how_far_it_is_and_goes_when_the_clip_comes(telegram: Chatting, ann: Person) -> None:
    telegram.house.runner.behave = gate = Gate()
    await ann.says("Slow")
    await ann.says("Slower")
    await gate.reached()
    waiting = await ann.home.next("text", "50 %")
    assert "1 more" in waiting.text
    assert list(waiting.buttons) == ["Cancel"]
    gate.open()
    await ann.home.next("voice")
    await ann.home.next("voice")
    await telegram.api.until(lambda: waiting.id in ann.home.chat.deleted)
    assert [posted.kind for posted in ann.home.posted()] == ["voice", "voice"]


async def test_the_chat_action_is_shown_again_while_it_lasts(telegram: Chatting, ann: Person) -> None:
    telegram.house.runner.behave = gate = Gate()
    await ann.says("Slow")
    await telegram.api.until(lambda: len(telegram.api.calls("sendChatAction")) >= 2)
    first, second = telegram.api.calls("sendChatAction")[:2]
    gate.open()
    assert 4 <= second.at - first.at <= 5.5
    await ann.home.next("voice")


async def test_what_waits_can_be_seen_and_cancelled(telegram: Chatting, ann: Person) -> None:
    telegram.house.runner.behave = gate = Gate()
    for words in ("first", "second", "third"):
        await ann.says(words)
    await gate.reached()
    await ann.says("/queue")
    queue = await ann.home.next("text", "1. first")
    assert list(queue.buttons) == ["✖ 1", "✖ 2", "✖ 3"]
    await ann.presses(queue, "✖ 3")
    await ann.home.next("text", "Cancelled. 5 credits")
    await ann.says("/cancel")
    await ann.home.next("text", "Cancelled 2 requests")
    gate.open()
    await ann.home.next("text", "Cancelled.")
    await ann.home.next("text", "Cancelled.")
    assert await telegram.balance(ann) == 10_000
    await ann.says("/queue")
    await ann.home.next("text", "waiting for nothing")


# Buttons


async def test_the_buttons_of_a_clip_make_another_change_the_voice_give_a_file_and_delete(
    telegram: Chatting, ann: Person
) -> None:
    await ann.says("Hello")
    note = await ann.home.next("voice")
    await ann.presses(note, "Again")
    again = await ann.home.next("voice")
    assert heard(again.data).samples.tolist() != heard(note.data).samples.tolist()

    await ann.presses(note, "Other voice")
    choosing = await ann.home.becomes(note, lambda posted: "Emma" in posted.buttons)
    await ann.presses(choosing, "Emma")
    assert (await ann.home.next("voice")).text.startswith("Emma")

    await ann.presses(again, "As file")
    file = await ann.home.next("audio")
    assert file.data[:3] in (b"ID3", b"\xff\xfb\x90")
    assert await telegram.balance(ann) == 10_000 - 3 * len("Hello")

    await ann.presses(again, "Delete")
    await telegram.api.until(lambda: again.id in ann.home.chat.deleted)
    assert len(await telegram.house.engine.jobs.history(await telegram.user(ann))) == 2


async def test_nobody_presses_the_buttons_of_somebody_else(telegram: Chatting, ann: Person) -> None:
    bob, group = telegram.person("Bob"), ann.group("Friends")
    await ann.says("/tts Hello", at=group)
    note = await group.next("voice")
    answer = await bob.presses(note, "Again", at=group)
    assert answer["text"] == "You have no such job."
    assert await telegram.balance(bob) == 10_000


# Conversion


@pytest.mark.parametrize("kind", ["voice", "audio", "video_note"])
async def test_a_sound_that_is_sent_can_be_converted_by_a_keyboard(telegram: Chatting, ann: Person, kind: str) -> None:
    sent = await ann.sends_sound(tone(1.5), kind, duration=2)
    offer = await ann.home.next("text")
    assert list(offer.buttons) == ["Heart", "Emma"]
    await ann.presses(offer, "Emma")
    note = await ann.home.next("voice")
    assert note.text.startswith("Emma")
    assert "30 credits" in note.text
    assert note.json["reply_to_message"]["message_id"] == sent["message_id"]
    assert offer.id in ann.home.chat.deleted


async def test_convert_as_a_reply_or_as_a_caption_takes_the_voice_with_it(telegram: Chatting, ann: Person) -> None:
    sent = await ann.sends_sound(tone(1), "document", name="talk.ogg")
    await ann.home.next("text")
    await ann.says("/convert voice=emma semitones=2", reply_to=sent)
    assert (await ann.home.next("voice")).text.startswith("Emma")
    await ann.sends_sound(tone(1), "audio", caption="/convert heart")
    assert (await ann.home.next("voice")).text.startswith("Heart")
    await ann.says("/convert")
    assert "Reply with /convert" in (await ann.home.next("text")).text


# Voices


async def test_voices_can_be_heard_and_one_is_chosen(telegram: Chatting, ann: Person) -> None:
    await ann.says("/voices")
    listed = await ann.home.next("text")
    await ann.presses(listed, "Emma")
    emma = await ann.home.becomes(listed, lambda posted: "second tone" in posted.text)
    await ann.presses(emma, "Hear")
    assert (await ann.home.next("voice")).text.startswith("Emma")
    await ann.presses(emma, "Use always")
    await ann.says("Hello")
    assert (await ann.home.next("voice")).text.startswith("Emma")
    await ann.says("/voice heart")
    assert "Heart" in (await ann.home.next("text")).text
    await ann.says("/voices nothing like it")
    assert "No voice fits" in (await ann.home.next("text")).text


async def test_a_voice_is_added_step_by_step_and_the_consent_comes_first(telegram: Chatting, ann: Person) -> None:
    await ann.says("/addvoice")
    await ann.says("Grandma Ruth", reply_to=await ann.home.next("text", "called"))
    consent = await ann.home.next("text", "agree")
    await ann.presses(consent, "They agreed")
    record = await ann.home.next("text", "Now send me")
    await ann.sends_sound(tone(4), duration=4, reply_to=record)
    await ann.home.next("text", "is yours now")
    await ann.says('/tts voice="grandma ruth" Hello')
    assert (await ann.home.next("voice")).text.startswith("Grandma Ruth")
    voice = (await telegram.house.engine.voices.mine(await telegram.user(ann)))[0]
    assert (voice.consent_by, voice.seconds) == ("Ann", pytest.approx(4, abs=0.1))
    await ann.says("/voice Grandma Ruth")
    await ann.presses(await ann.home.next("text", "Grandma"), "Delete")
    assert await telegram.house.engine.voices.mine(await telegram.user(ann)) == []


async def test_a_recording_without_consent_is_only_offered_for_conversion(telegram: Chatting, ann: Person) -> None:
    await ann.says("/addvoice Ruth")
    consent = await ann.home.next("text", "agree")
    await ann.sends_sound(tone(4), duration=4, reply_to=consent)
    await ann.home.next("text", "Whose voice")
    assert await telegram.house.engine.voices.mine(await telegram.user(ann)) == []


# What one has


async def test_the_account_can_be_seen_linked_and_set(telegram: Chatting, ann: Person) -> None:
    await ann.says("/start")
    assert "@bernie_bot" in (await ann.home.next("text")).text
    await ann.says("/credits")
    assert "10,000 credits" in (await ann.home.next("text")).text
    await ann.says("/settings")
    settings = await ann.home.next("text")
    await ann.presses(settings, "1.5")
    await ann.home.becomes(settings, lambda posted: "Speed: 1.5" in posted.text)
    await ann.says("Hello")
    await ann.home.next("voice")
    job = (await telegram.house.engine.jobs.page(await telegram.user(ann)))[0].job
    assert job.params["speed"] == 1.5

    elsewhere = await telegram.house.engine.users.create("discord", "77", credits=500)
    code = await telegram.house.engine.linking.link_code(elsewhere)
    await ann.says(f"/link {code}")
    assert "one person" in (await ann.home.next("text")).text
    assert (await telegram.user(ann)).id == elsewhere.id
    assert await telegram.balance(ann) == 500 + 10_000 - 5
    await ann.says("/link")
    assert "**" not in (await ann.home.next("text")).text


async def test_the_language_is_telegrams_until_another_is_chosen(telegram: Chatting) -> None:
    eva = telegram.person("Eva", "de-AT")
    await eva.says("/credits")
    assert "Credits" in (await eva.home.next("text")).text
    await eva.says("...")
    assert "nichts, was man sprechen kann" in (await eva.home.next("text")).text
    await eva.says("/language")
    languages = await eva.home.next("text")
    assert {"English", "Deutsch", "Español"} <= set(languages.buttons)
    await eva.presses(languages, "English")
    await eva.says("/queue")
    assert (await eva.home.next("text")).text == "You are waiting for nothing."


async def test_the_history_is_paged_and_plays_without_a_new_clip(telegram: Chatting, ann: Person) -> None:
    user = await telegram.user(ann)
    for number in range(8):
        job = await telegram.house.engine.jobs.submit(user, "tts", {"text": f"number {number}"})
        _ = [status async for status in telegram.house.engine.jobs.watch(user, job.id)]
    balance = await telegram.balance(ann)
    await ann.says("/history")
    page = await ann.home.next("text")
    assert "number 7" in page.text
    assert "number 1" not in page.text
    await ann.presses(page, "older:")
    older = await ann.home.becomes(page, lambda posted: "number 1" in posted.text)
    await ann.presses(older, "▶ 2")
    assert (await ann.home.next("voice")).text.startswith("Heart")
    await ann.presses(older, "newer:")
    await ann.home.becomes(page, lambda posted: "number 7" in posted.text)
    assert await telegram.balance(ann) == balance


async def test_all_that_is_kept_can_be_had_and_be_deleted(telegram: Chatting, ann: Person) -> None:
    await ann.says("Remember this")
    await ann.home.next("voice")
    await ann.says("/privacy")
    privacy = await ann.home.next("text")
    await ann.presses(privacy, "everything")
    archive = zipfile.ZipFile(BytesIO((await ann.home.next("document")).data))
    account = json.loads(archive.read("account.json"))
    assert "Remember this" in json.dumps(account)
    await ann.presses(privacy, "Delete everything")
    sure = await ann.home.becomes(privacy, lambda posted: "no way back" in posted.text)
    await ann.presses(sure, "Delete everything")
    await ann.home.becomes(privacy, lambda posted: "Everything is deleted" in posted.text)
    assert await telegram.house.object_keys() == []
    assert await telegram.balance(ann) == 0  # known anew, and not welcomed again


# Groups


async def test_in_a_group_the_bot_answers_only_when_it_is_meant(telegram: Chatting, ann: Person) -> None:
    group = ann.group("Friends")
    await ann.says("Nobody speaks to a bot here", at=group)
    await ann.says("@bernie_bot Hello", at=group)
    note = await group.next("voice")
    assert "5 credits" in note.text
    await ann.says("And again", at=group, reply_to=note)
    assert "9 credits" in (await group.next("voice")).text
    first = await ann.says("Some old words", at=group)
    await ann.says("@bernie_bot", at=group, reply_to=first)
    assert "14 credits" in (await group.next("voice")).text
    await ann.says("/tts@bernie_bot Hi", at=group)
    assert "2 credits" in (await group.next("voice")).text
    await ann.says("/tts@other_bot Hi", at=group)
    await ann.sends_sound(tone(1), at=group)
    await ann.quiet()
    assert len(group.posted()) == 4


async def test_the_topic_of_a_forum_is_kept_and_a_deleted_one_does_not_lose_the_clip(
    telegram: Chatting, ann: Person
) -> None:
    forum = ann.group("Forum", threads={7})
    await ann.says("/tts Hello", at=forum, thread=7)
    assert (await forum.next("voice")).json["message_thread_id"] == 7
    telegram.house.runner.behave = gate = Gate()
    await ann.says("/tts Hello", at=forum, thread=7)
    await gate.reached()
    forum.chat.threads = set()
    gate.open()
    assert "message_thread_id" not in (await forum.next("voice")).json


# Inline


async def test_inline_a_sentence_is_spoken_once_it_ends_and_is_found_again(telegram: Chatting, ann: Person) -> None:
    typing = await ann.asks_inline("Good morn")
    assert typing["results"] == []
    assert "9 credits" in typing["button"]["text"]
    assert await telegram.balance(ann) == 10_000
    spoken = await ann.asks_inline("Good morning!")
    note = await ann.home.next("voice")
    assert [result["voice_file_id"] for result in spoken["results"]] == [note.json["voice"]["file_id"]]
    assert (await ann.asks_inline("Good morning!"))["results"] == spoken["results"]
    assert (await ann.asks_inline(""))["results"] == spoken["results"]
    assert await telegram.balance(ann) == 10_000 - len("Good morning!")
    telegram.bot.courier._clips.sent.clear()  # as after a restart: Telegram is given the clip once more
    assert len((await ann.asks_inline("morning"))["results"]) == 1
    assert len(ann.home.posted()) == 1


# Payments


async def test_credits_are_bought_once_per_payment_and_refunded_while_unspent(telegram: Chatting, ann: Person) -> None:
    await ann.says("/topup")
    packs = await ann.home.next("text")
    await ann.presses(packs, "5,000 credits for 50")
    invoice = await ann.home.next("invoice")
    assert invoice.json["invoice"]["total_amount"] == 50
    assert (await ann.pays(invoice, amount=1))["ok"] == "false"
    assert (await ann.pays(invoice))["ok"] == "true"
    await ann.home.next("text", "Thank you")
    assert await telegram.balance(ann) == 15_000
    paid = [message for message in ann.home.chat.messages.values() if "successful_payment" in message]
    await telegram.api.world.queue("message", paid[-1])  # told again, as another update
    await ann.home.next("text", "Thank you")
    assert await telegram.balance(ann) == 15_000
    await ann.says("/refund")
    await ann.home.next("text", "Refunded: 5,000")
    assert await telegram.balance(ann) == 10_000
    assert [charge["refunded"] for charge in telegram.api.world.charges.values()] == [True]
    await ann.says("/paysupport")
    await ann.home.next("text", "/refund")


async def test_a_purchase_whose_credits_are_spent_is_not_refunded(telegram: Chatting, ann: Person) -> None:
    await ann.says("/topup 1000")
    await ann.pays(await ann.home.next("invoice"))
    await ann.home.next("text", "Thank you")
    bob = await telegram.house.user("bob")
    await telegram.house.engine.credits.transfer(await telegram.user(ann), bob, 10_500)
    await ann.says("/refund")
    assert "500 are left" in (await ann.home.next("text")).text
    assert [charge["refunded"] for charge in telegram.api.world.charges.values()] == [False]


async def test_nothing_is_sold_without_a_price(tmp_path: Path) -> None:
    async with chatting(tmp_path) as telegram:
        ann = telegram.person("Ann")
        await ann.says("/topup")
        assert "not sold" in (await ann.home.next("text")).text
        offered = {command["command"] for command in telegram.api.world.commands[""]}
        assert "topup" not in offered
