"""Every command, button, menu and window: the unmodified discord.py against a local Discord, over both transports."""

from __future__ import annotations

import io
import zipfile
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.audio import Audio
from engine.codecs import encode
from engine.decoding import decode
from engine.generation import Task
from engine.offers import BuiltInVoice, Model, Offer
from engine.sandbox import Sandbox
from tests.databases import fresh_database
from tests.discord.house import Place, place
from tests.discord.person import File
from tests.house import OFFERS, VOICE, Gate

ALTO = BuiltInVoice(id="alto", name="Alto", description="a deeper tone", language="de", model="tone")
SPEAKS = Model(name="tone", revision="1", voices=(VOICE, ALTO), clones=True)
ALL_THREE = OFFERS | {
    "tts": Offer(capability="tts", models=(SPEAKS,)),
    "vc": Offer(capability="vc", models=(SPEAKS,)),
}


@pytest.fixture(scope="module")
def sandbox() -> Sandbox:
    return Sandbox()


@pytest.fixture(params=["gateway", "http"])
async def here(request: pytest.FixtureRequest, tmp_path: Path, sandbox: Sandbox) -> AsyncIterator[Place]:
    async with (
        fresh_database("sqlite", tmp_path) as db,
        place(db, tmp_path, over_http=request.param == "http", offers=ALL_THREE, sandbox=sandbox) as made,
    ):
        yield made


def tone(seconds: float = 4.0) -> File:
    time = np.arange(int(seconds * 16_000)) / 16_000
    samples = np.sin(2 * np.pi * 300 * time).astype(np.float32) / 2
    return File("tone.wav", encode(Audio(samples, 16_000), "wav"), "audio/wav")


def heard(here: Place, message: object) -> Audio:
    """The clip of a message, decoded."""
    attachment = message.attachments[0]  # type: ignore[attr-defined]
    return decode(here.discord.world.file_of(attachment), max_seconds=60)


def loudest_pitch(audio: Audio) -> float:
    spectrum = np.abs(np.fft.rfft(audio.samples * np.hanning(len(audio.samples))))
    return float(np.argmax(spectrum) * audio.sample_rate / len(audio.samples))


async def test_a_text_comes_back_as_a_clip_in_the_one_message_that_was_promised(here: Place) -> None:
    asked = await here.member.run("tts", text="Hello there", voice="alto", seed=40, format="mp3")
    message = await asked.clip()
    assert message is asked.original
    assert asked.interaction.response == 5
    assert message.attachments[0]["filename"].endswith(".mp3")
    assert loudest_pitch(heard(here, message)) == pytest.approx(240, abs=10)  # the tone that seed 40 makes
    assert "Alto" in message.content
    assert await here.balance(here.member) == 10_000 - len("Hello there")


async def test_buttons_make_it_again_in_another_voice_and_faster(here: Place) -> None:
    first = await (await here.member.run("tts", text="Hello", voice="heart", seed=1)).clip()
    again = await (await here.member.press(first, "Again")).clip()
    assert again is not first
    assert loudest_pitch(heard(here, again)) != pytest.approx(loudest_pitch(heard(here, first)), abs=0.5)
    listed = await (await here.member.press(first, "Other voice")).until(lambda message: message.components)
    assert listed.only_for is here.member.account
    other = await (await here.member.choose(listed, "alto")).clip()
    assert "Alto" in other.content
    assert other.only_for is None
    await (await here.member.press(first, "Faster")).clip()
    await (await here.member.press(first, "Slower")).clip()
    jobs = await here.house.engine.jobs.page(await here.user(here.member))
    assert [status.job.params["speed"] for status in jobs[:2]] == [0.87, 1.15]


async def test_a_download_is_a_fresh_link_and_a_deleted_clip_is_gone(here: Place) -> None:
    message = await (await here.member.run("tts", text="Hello")).clip()
    linked = await (await here.member.press(message, "Download")).refusal("http://bernie.test/files/")
    assert "an hour" in linked
    refused = await here.owner.elsewhere(here.channel).press(message, "Again")
    assert await refused.refusal() == "Only the one who asked for this can do that."
    await here.member.press(message, "Delete")
    await here.discord.world.until(lambda: message.deleted)
    assert await here.house.object_keys() == []


async def test_a_moderator_can_delete_a_message_and_others_cannot(here: Place) -> None:
    message = await (await here.member.run("tts", text="Hello")).clip()
    other = here.person("otto")
    assert await (await other.press(message, "Delete")).refusal() == "Only the one who asked for this can do that."
    await here.owner.press(message, "Delete")
    await here.discord.world.until(lambda: message.deleted)
    assert len(await here.house.object_keys()) == 1, "the clip is its owner's"


async def test_a_text_without_a_field_is_written_in_a_window(here: Place) -> None:
    asked = await here.member.run("tts", voice="alto", private=True)
    modal = await asked.modal()
    text = "A longer text. " * 200
    message = await (await here.member.fill_in(modal, text=text, speed="1,5")).clip()
    assert message.only_for is here.member.account
    job = (await here.house.engine.jobs.page(await here.user(here.member)))[0].job
    assert (job.params["text"], job.params["voice"], job.params["speed"]) == (text.strip(), "alto", 1.5)
    wrong = await here.member.fill_in(modal, text="Hello", speed="fast")
    assert await wrong.refusal() == "“fast” is not a number."


async def test_a_window_carries_every_option_that_was_chosen(here: Place) -> None:
    numbers = {"alpha": 1 / 3, "beta": 2 / 3, "steps": 20, "guidance": 1 + 1 / 3, "seed": 2**32 - 1}
    asked = await here.member.run("tts", **numbers, format="flac", private=False, voice="alto")
    await (await here.member.fill_in(await asked.modal(), text="Hello")).clip()
    params = (await here.house.engine.jobs.page(await here.user(here.member)))[0].job.params
    assert {name: params[name] for name in numbers} == pytest.approx(numbers, rel=0.01)
    assert params["format"] == "flac"


async def test_a_text_can_be_a_file(here: Place) -> None:
    file = File("story.txt", "Once upon a time.".encode("utf-8-sig"), "text/plain")
    await (await here.member.run("tts", file=file)).clip()
    job = (await here.house.engine.jobs.page(await here.user(here.member)))[0].job
    assert job.params["text"] == "Once upon a time."
    binary = await here.member.run("tts", file=File("story.txt", b"\xff\xfe\x00\x81"))
    assert "UTF-8" in await binary.refusal()


async def test_sounds_are_made(here: Place) -> None:
    message = await (await here.member.run("sfx", prompt="rain", seconds=0.5)).clip()
    assert await here.balance(here.member) == 10_000 - 20
    assert [button["label"] for button in message.buttons] == ["Again", "Download", "Delete"]


async def test_a_clip_is_converted_from_a_file_and_from_the_last_audio_of_the_channel(here: Place) -> None:
    await (await here.member.run("convert", voice="alto", file=tone())).clip()
    assert await here.balance(here.member) == 10_000 - 4 * 15
    await here.owner.say("listen", tone(2.0))
    await here.owner.say("nice")
    await (await here.member.run("convert", voice="alto")).clip()
    assert await here.balance(here.member) == 10_000 - 4 * 15 - 2 * 15
    quiet = here.member.elsewhere(here.discord.world.channel("quiet", here.guild))
    assert "no audio" in await (await quiet.run("convert", voice="alto")).refusal()


async def test_messages_have_menus_to_speak_and_to_convert_them(here: Place) -> None:
    words = await here.owner.say("These are my words.")
    await (await here.member.menu("Speak this message", words)).clip()
    job = (await here.house.engine.jobs.page(await here.user(here.member)))[0].job
    assert job.params["text"] == "These are my words."
    assert "no audio file" in await (await here.member.menu("Convert voice", words)).refusal()
    voice_message = await here.owner.say("", tone())
    listed = await (await here.member.menu("Convert voice", voice_message)).until(lambda message: message.components)
    converted = await (await here.member.choose(listed, "alto")).clip()
    assert "Alto" in converted.content
    silent = await here.owner.say("", File("picture.png", b"png", "image/png"))
    assert "no text" in await (await here.member.menu("Speak this message", silent)).refusal()


async def test_a_voice_needs_consent_and_then_is_the_users_own(here: Place) -> None:
    refused = await here.member.run("voice add", name="Grandpa", recording=tone(), agreed=False)
    assert "its speaker agreed" in await refused.refusal()
    added = await here.member.run("voice add", name="Grandpa", recording=tone(), agreed=True, description="warm")
    assert "Grandpa" in await added.refusal()
    voice = (await here.house.engine.voices.mine(await here.user(here.member)))[0]
    assert (voice.consent_by, voice.description) == ("Mia", "warm")
    assert voice.id in await here.member.complete("tts", "voice", "grand")
    assert voice.id not in await here.owner.complete("tts", "voice", "grand")
    message = await (await here.member.run("tts", text="Hello", voice="grandpa")).clip()
    assert "Your voice" in message.content
    info = await (await here.member.run("voice info", voice=voice.id)).words("Grandpa", "Mia", "4")
    assert info.only_for is here.member.account
    assert "/files/voices/" in await (await here.member.run("voice preview", voice=voice.id)).refusal()
    await (await here.member.run("voice rename", voice=voice.id, name="Opa")).words("Opa")
    assert await here.member.complete("voice delete", "voice", "") == [voice.id]
    await (await here.member.run("voice delete", voice="Opa")).words("Opa")
    assert await here.house.engine.voices.mine(await here.user(here.member)) == []


async def test_voices_are_listed_searched_previewed_and_made_the_default(here: Place) -> None:
    await (await here.member.run("voice list")).words("Heart", "Alto", "a deeper tone")
    await (await here.member.run("voice search", text="deeper")).words("Alto")
    assert "No voice" in await (await here.member.run("voice search", text="zzz")).refusal()
    preview = await (await here.member.run("voice preview", voice="alto")).clip()
    assert preview.only_for is here.member.account
    await (await here.member.run("voice default", voice="alto")).words("Alto")
    assert "Alto" in (await (await here.member.run("tts", text="Hello")).clip()).content
    await (await here.member.run("voice default")).words("own voice")
    assert "Heart" in (await (await here.member.run("tts", text="Hello")).clip()).content


async def test_many_voices_are_offered_25_at_a_time(here: Place) -> None:
    user = await here.user(here.member)
    for number in range(30):
        await here.house.engine.voices.add(user, tone(3.1).data, name=f"Voice {number:02}", consent=True)
    assert len(await here.member.complete("tts", "voice", "voice")) == 25
    first = await (await here.member.run("voice list")).words("Voice 00")
    await here.member.press(first, "More voices")
    await here.discord.world.until(lambda: "Heart" in str(first.embeds))
    clip = await (await here.member.run("tts", text="Hello")).clip()
    listed = await (await here.member.press(clip, "Other voice")).until(lambda message: message.components)
    second = await (await here.member.press(listed, "More voices")).until(lambda message: message.components)
    await (await here.member.choose(second, "alto")).clip()


async def test_history_has_pages_and_plays_again(here: Place) -> None:
    assert "nothing yet" in await (await here.member.run("history")).refusal()
    for number in range(12):
        await (await here.member.run("tts", text=f"Number {number}")).clip()
    page = await (await here.member.run("history")).words("Number 11", "Number 2")
    assert "Number 1\n" not in str(page.embeds)
    await here.member.press(page, "Older")
    await here.discord.world.until(lambda: "Number 0" in str(page.embeds))
    option = next(part for part in page.buttons if part["type"] == 3)["options"][0]
    played = await (await here.member.choose(page, option["value"])).clip()
    assert (played.content, played.only_for) == ("Number 1", here.member.account)
    await here.member.press(page, "Newer")
    await here.discord.world.until(lambda: "Number 11" in str(page.embeds))


async def test_what_waits_is_listed_and_cancelled(here: Place) -> None:
    assert "waiting for nothing" in await (await here.member.run("queue")).refusal()
    gate = Gate()
    here.house.runner.behave = gate
    running = await here.member.run("tts", text="The first")
    await gate.reached()
    waiting = [await here.member.run("tts", text=f"Number {number}") for number in (2, 3)]
    shown = await waiting[1].words("2nd in line")
    await (await here.member.run("queue")).words("The first", "1st in line", "Number 3")
    assert "several" in await (await here.member.run("cancel")).refusal()
    second = min(await here.member.complete("cancel", "job", "number"))
    await (await here.member.run("cancel", job=second)).words("Cancelled", "8 credits")
    assert "given back" in await waiting[0].refusal()
    await here.member.press(shown, "Cancel")
    assert "given back" in await waiting[1].refusal()
    gate.open()
    await running.clip()
    assert await here.balance(here.member) == 10_000 - len("The first")


async def test_credits_are_shown_given_and_put_into_the_pool_that_pays_first(here: Place) -> None:
    await (await here.member.run("credits show")).words("10,000 credits")
    await (await here.member.run("credits give", member=here.owner.account, amount=100)).words("100 credits")
    assert await here.balance(here.owner) == 10_100
    assert (
        "cannot give"
        in await (await here.member.run("credits give", member=here.owner.account, amount=10**6)).refusal()
    )
    await (await here.member.run("credits transfer", amount=7)).words("7 credits")
    await (await here.owner.run("tts", text="Hello")).clip()
    assert await here.balance(here.owner) == 10_100, "the pool paid"
    await (await here.owner.run("tts", text="Hello")).clip()
    assert await here.balance(here.owner) == 10_095, "2 are not enough"
    private = here.stranger("lea")
    assert "server only" in await (await private.run("credits transfer", amount=7)).refusal()
    await here.house.assert_books_exact()


async def test_settings_fill_in_what_a_command_leaves_out(here: Place) -> None:
    chosen = {"voice": "alto", "speed": 1.5, "format": "mp3", "language": "de", "private": True}
    await (await here.member.run("settings", **chosen)).words("alto", "1.5", "mp3", "Gespeichert")
    message = await (await here.member.run("tts", text="Hello")).clip()
    assert message.only_for is here.member.account
    assert message.attachments[0]["filename"].endswith(".mp3")
    assert "Nochmal" in [button["label"] for button in message.buttons]
    job = (await here.house.engine.jobs.page(await here.user(here.member)))[0].job
    assert (job.params["voice"], job.params["speed"]) == ("alto", 1.5)
    public = await (await here.member.run("tts", text="Hello", private=False)).clip()
    assert public.only_for is None


async def test_an_answer_is_in_the_language_of_the_client(here: Place) -> None:
    german, spanish, polish = (
        here.person(name, locale=tag) for name, tag in (("uwe", "de"), ("ana", "es-ES"), ("ola", "pl"))
    )
    assert "Credits" in (await (await german.run("credits show")).words("Du hast")).content
    await (await spanish.run("credits show")).words("Tienes")
    await (await polish.run("credits show")).words("You have")
    assert "nichts, was man sprechen kann" in await (await german.run("tts", text="...")).refusal()
    await (await spanish.run("voice info", voice="zzz")).refusal("No hay ninguna voz llamada «zzz»")

    def fail(task: Task) -> None:
        raise RuntimeError("out of tune")

    here.house.runner.behave = fail
    assert "nichts berechnet" in await (await german.run("tts", text="Hallo")).refusal()


async def test_a_code_makes_two_accounts_one(here: Place) -> None:
    elsewhere = await here.house.engine.users.create("telegram", "77", credits=5)
    code = (await (await here.member.run("link")).words("code")).content.split("**")[1]
    await here.house.engine.linking.redeem(elsewhere, code)
    assert await here.balance(here.member) == 10_005
    assert "own code" not in await (await here.owner.run("link", code="WRONGONE")).refusal()


async def test_help_names_the_commands(here: Place) -> None:
    await (await here.member.run("help")).words("/tts", "/convert", "/sfx", "Speak this message")


async def test_what_is_kept_can_be_taken_along_and_deleted(here: Place) -> None:
    await (await here.member.run("tts", text="Hello")).clip()
    export = await (await here.member.run("privacy export")).clip()
    assert export.only_for is here.member.account
    names = zipfile.ZipFile(io.BytesIO(here.discord.world.file_of(export.attachments[0]))).namelist()
    assert "account.json" in names
    user = await here.user(here.member)
    question = await (await here.member.run("privacy delete")).words("no way back")
    assert await here.house.engine.users.find("discord", str(here.member.account.id)) == user
    await here.member.press(question, "Delete everything")
    await here.discord.world.until(lambda: "deleted" in question.content)
    assert await here.house.engine.users.find("discord", str(here.member.account.id)) is None
    assert await here.house.object_keys() == []


async def test_those_who_manage_a_server_set_its_limits(here: Place) -> None:
    assert "may manage" in await (await here.member.run("admin pool")).refusal()
    await (await here.owner.run("admin grant", amount=1000)).words("1,000", "this server")
    await (await here.owner.run("admin grant", amount=50, member=here.member.account)).words("50")
    assert await here.balance(here.member) == 10_050
    await (await here.owner.run("admin pool")).words("1,000 credits")
    await (await here.owner.run("admin limits", characters=10, daily=12)).words("10", "12")
    assert "at most 10" in await (await here.member.run("tts", text="Longer than that")).refusal()
    await (await here.member.run("tts", text="Ten or so.")).clip()
    assert "for today" in await (await here.member.run("tts", text="Three")).refusal()
    await (await here.owner.run("admin usage")).words("Mia: 10")
    await (await here.owner.run("admin limits", characters=0, daily=0)).words("no limit")
    await (await here.owner.run("admin channels", channel=here.channel, allowed=False)).words("may not")
    assert "may not be used in this channel" in await (await here.member.run("tts", text="Hello")).refusal()
    await (await here.owner.run("admin channels", channel=here.channel, allowed=True)).words("may be used")
    await (await here.member.run("tts", text="Hello")).clip()


async def test_only_who_owns_the_bot_makes_credits_out_of_nothing(here: Place) -> None:
    second = here.discord.world.guild("There", here.person("kim").account)
    manager = here.owner.elsewhere(here.discord.world.channel("talk", second))
    manager = replace(manager, account=second.owner)
    assert "Only whoever runs this bot" in await (await manager.run("admin grant", amount=5)).refusal()
    not_enough = await manager.run("admin grant", amount=5, member=here.member.account)
    assert "cannot give" in await not_enough.refusal()


async def test_it_works_in_a_direct_message_in_a_thread_and_installed_for_one_person(here: Place) -> None:
    await (await here.stranger("lea").run("tts", text="Hello")).clip()
    thread = here.discord.world.channel("a thread", here.guild, type=11, parent=here.channel)
    await (await here.member.elsewhere(thread).run("tts", text="Hello")).clip()
    foreign = here.discord.world.guild("Elsewhere", here.owner.account)
    foreign.has_bot = False
    visitor = here.member.elsewhere(here.discord.world.channel("talk", foreign))
    visitor.installed_for_user_only = True
    await (await visitor.run("tts", text="Hello")).clip()


async def test_a_voice_message_is_a_bubble_in_the_channel(here: Place) -> None:
    await (await here.member.run("settings", bubbles=True)).words("yes")
    answer = await (await here.member.run("tts", text="Hello")).words("voice message")
    bubble = list(here.channel.messages.values())[-1]
    assert bubble.flags == 1 << 13
    assert bubble.attachments[0]["duration_secs"] == pytest.approx(0.1, abs=0.05)
    assert not answer.attachments
    here.channel.bot_permissions &= ~(1 << 46)
    assert (await (await here.member.run("tts", text="Hello")).clip()).attachments


async def test_an_interaction_that_is_delivered_twice_is_done_and_paid_once(here: Place) -> None:
    asked = await here.member.run("tts", text="Hello")
    await here.discord.ask(asked.interaction)
    await asked.clip()
    converted = await here.member.run("convert", voice="alto", file=tone())
    await converted.clip()
    await here.discord.ask(converted.interaction)
    given = await here.member.run("credits give", member=here.owner.account, amount=100)
    await given.words("100")
    await here.discord.ask(given.interaction)
    await (await here.member.run("tts", text="Last one")).clip()
    user = await here.user(here.member)
    assert len(await here.house.engine.jobs.page(user)) == 3
    assert await here.balance(here.member) == 10_000 - 5 - 60 - 100 - 8
    await here.house.assert_books_exact()
