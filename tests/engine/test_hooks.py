"""Hooks in the engine: who may post, what becomes of it, once, and what is kept of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from engine import Chat, Hook, Job, NotAllowed, NotFound, TooManyRequests, Unauthorized, User, UserError
from engine.clock import now
from engine.codecs import encode
from engine.egress import Egress
from engine.hooks import MOST_HOOKS
from engine.inbound import Inbound
from engine.offers import Model, Offer
from engine.remote_audio import RemoteAudio
from engine.sandbox import Sandbox
from engine.tokens import digest
from store import begin
from store.tables import hook_calls, hooks
from tests.engine.sounds import tone
from tests.house import OFFERS, VOICE, House, fresh_house
from tests.people import everything_stored, rows_of
from tests.receiver import LOOPBACK, Behaviour, Receiver, answering, dripping, endless, reset, silence

SALE = {"customer": "Ann", "amount": 12}
TEMPLATE = {"text": "New sale: {/customer} paid {/amount} euros."}
WORDS = "New sale: Ann paid 12 euros."


async def hook_of(house: House, user: User, **fields: Any) -> tuple[Hook, str]:
    return await house.engine.hooks.create(user, **({"capability": "tts", "template": TEMPLATE} | fields))


async def post(
    house: House, token: str, document: Any = None, *, inbound: Inbound | None = None, **headers: str
) -> Job:
    body = json.dumps(SALE if document is None else document).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    inbound = inbound or house.engine.inbound
    hook = await inbound.admit(token)
    return await inbound.take(hook, body, {"content-type": "application/json"} | named)


async def test_a_post_is_a_job_of_the_hooks_user_with_the_options_of_the_hook(house: House, alice: User) -> None:
    hook, token = await hook_of(house, alice, options={"speed": 1.5, "voice": "heart"})
    job = await post(house, token)
    assert (job.user_id, job.capability) == (alice.id, "tts")
    assert (job.params["text"], job.params["speed"], job.params["voice"]) == (WORDS, 1.5, "heart")
    assert await house.engine.credits.balance(alice) == 10_000 - len(WORDS)
    [call] = await house.engine.hooks.calls(alice, hook.id)
    assert (call.status, call.error, call.job_id) == (202, None, job.id)
    seen = await house.engine.hooks.get(alice, hook.id)
    assert (seen.accepted, seen.refused) == (1, 0)
    assert seen.last_used_at is not None


async def test_a_post_that_is_refused_makes_no_job_and_says_why_in_the_log(house: House, alice: User) -> None:
    hook, token = await hook_of(house, alice)
    with pytest.raises(UserError, match="There is nothing at /amount"):
        await post(house, token, {"customer": "Ann"})
    [call] = await house.engine.hooks.calls(alice, hook.id)
    assert (call.status, call.job_id) == (422, None)
    assert "/amount" in str(call.error)
    assert await house.engine.credits.balance(alice) == 10_000
    assert (await house.engine.hooks.get(alice, hook.id)).refused == 1


@pytest.mark.parametrize("header", ["idempotency_key", "webhook_id", "svix_id", "x_github_delivery"])
async def test_a_post_that_is_delivered_again_is_the_same_job(house: House, alice: User, header: str) -> None:
    hook, token = await hook_of(house, alice)
    first = await post(house, token, **{header: "7"})
    await house.engine.hooks.change(alice, hook.id, template={"text": "{/customer}"})
    again = await asyncio.gather(*(post(house, token, {"customer": "Ben"}, **{header: "7"}) for _ in range(3)))
    assert {job.id for job in again} == {first.id}
    other = await post(house, token, **{header: "8"})
    assert other.id != first.id
    _, second = await hook_of(house, alice)
    assert (await post(house, second, **{header: "7"})).id != first.id
    await house.assert_books_exact()


async def test_the_same_post_at_once_is_one_job(house: House, alice: User) -> None:
    _, token = await hook_of(house, alice)
    made = await asyncio.gather(*(post(house, token, webhook_id="7") for _ in range(5)))
    assert len({job.id for job in made}) == 1
    assert await house.engine.credits.balance(alice) == 10_000 - len(WORDS)


async def test_unknown_disabled_and_deleted_hooks_answer_alike(house: House, alice: User) -> None:
    hook, token = await hook_of(house, alice)
    said = set()
    for prepare in (None, partial(house.engine.hooks.change, alice, hook.id, enabled=False)):
        if prepare:
            await prepare()
        with pytest.raises(NotFound) as refused:
            await post(house, token if prepare else "hook_nobody_knows_this")
        said.add(refused.value.message)
    await house.engine.hooks.change(alice, hook.id, enabled=True)
    assert await post(house, token)
    await house.engine.hooks.delete(alice, hook.id)
    with pytest.raises(NotFound) as refused:
        await post(house, token)
    assert said == {refused.value.message}


async def test_a_new_address_is_good_beside_the_old_one_until_that_ends(house: House, alice: User) -> None:
    hook, first = await hook_of(house, alice)
    _, second = await house.engine.hooks.rotate(alice, hook.id, overlap_hours=1)
    assert await post(house, first)
    assert await post(house, second)
    async with begin(house.engine.db) as tx:
        await tx.execute(update(hooks).values(old_token_until=now() - timedelta(seconds=1)))
    with pytest.raises(NotFound):
        await post(house, first)
    assert await post(house, second)
    _, third = await house.engine.hooks.rotate(alice, hook.id, overlap_hours=0)
    with pytest.raises(NotFound):
        await post(house, second)
    assert await post(house, third)


async def test_too_many_posts_are_refused_for_a_while_and_fill_no_log(house: House, alice: User) -> None:
    hook, token = await hook_of(house, alice, per_minute=2)
    _, other = await hook_of(house, alice)
    await post(house, token)
    await post(house, token)
    with pytest.raises(TooManyRequests) as refused:
        await post(house, token)
    assert 0 < refused.value.retry_after <= 60
    assert len(await house.engine.hooks.calls(alice, hook.id)) == 2
    assert await post(house, other)


async def test_an_unsigned_post_reaches_neither_template_nor_earlier_jobs(house: House, alice: User) -> None:
    hook, token = await hook_of(house, alice, scheme="standard")
    for document in (SALE, {}, {"customer": "Ann"}):
        with pytest.raises(Unauthorized):
            await post(house, token, document, webhook_id="7")
    assert [call.status for call in await house.engine.hooks.calls(alice, hook.id)] == [401] * 3


async def test_the_tokens_and_the_number_of_hooks_are_kept_within_bounds(house: House, alice: User, bob: User) -> None:
    hook, token = await hook_of(house, alice)
    stored = await everything_stored(house.engine.db)
    assert token not in stored
    assert digest(token) in stored
    for _ in range(MOST_HOOKS - 1):
        await hook_of(house, alice)
    with pytest.raises(UserError, match="Delete one first"):
        await hook_of(house, alice)
    with pytest.raises(NotFound):
        await house.engine.hooks.get(bob, hook.id)


async def test_a_preview_makes_nothing_and_says_the_price(house: House, alice: User, bob: User) -> None:
    hook, _ = await hook_of(house, alice, scheme="sha256")
    body = json.dumps(SALE).encode()
    preview = await house.engine.inbound.preview(alice, hook.id, body, "application/json")
    assert (preview.options, preview.price) == ({"text": WORDS}, len(WORDS))
    assert await house.engine.hooks.calls(alice, hook.id) == []
    assert await house.engine.credits.balance(alice) == 10_000
    with pytest.raises(NotFound):
        await house.engine.inbound.preview(bob, hook.id, body, "application/json")


async def test_only_who_is_known_on_a_chat_can_have_outcomes_sent_there(house: House, alice: User) -> None:
    with pytest.raises(UserError, match="not known on Telegram"):
        await hook_of(house, alice, to="telegram")
    ann = await house.engine.users.known_as("telegram", "4711", name="Ann")
    _, token = await hook_of(house, ann, to="telegram")
    job = await post(house, token)
    assert job.reply_to == {"courier": "telegram", "person": "4711", "language": None}


async def test_a_place_that_was_closed_since_refuses_posts(house: House, alice: User) -> None:
    chat = Chat("discord", {"courier": "discord", "channel_id": 5}, place_id="1", channel="5")
    _, token = await hook_of(house, alice, chat=chat)
    assert (await post(house, token)).reply_to == {"courier": "discord", "channel_id": 5}
    await house.engine.places.change("discord", "1", denied_channels=("5",))
    with pytest.raises(NotAllowed):
        await post(house, token)


async def test_the_log_is_kept_for_a_month(house: House, alice: User) -> None:
    hook, token = await hook_of(house, alice)
    await post(house, token)
    await house.housekeeping.forget()
    assert len(await house.engine.hooks.calls(alice, hook.id)) == 1
    async with begin(house.engine.db) as tx:
        await tx.execute(update(hook_calls).values(created_at=now() - timedelta(days=31)))
    await house.housekeeping.forget()
    assert await house.engine.hooks.calls(alice, hook.id) == []


async def test_hooks_go_with_their_user_and_move_with_them(house: House, alice: User) -> None:
    ann = await house.engine.users.known_as("telegram", "4711", name="Ann")
    hook, token = await hook_of(house, ann, scheme="standard", name="the shop")
    await house.engine.hooks.change(ann, hook.id, scheme=None)
    exported = b"".join([piece async for piece in house.engine.privacy.export(ann)])
    assert token.encode() not in exported
    assert (await house.engine.hooks.mine(ann))[0].name == "the shop"
    await house.engine.linking.redeem(ann, await house.engine.linking.link_code(alice))
    assert (await post(house, token)).user_id == alice.id
    await house.engine.privacy.delete(alice)
    assert not {"hooks", "hook_calls"} & set(await rows_of(house.engine.db, alice))
    with pytest.raises(NotFound):
        await post(house, token)


# Audio at an address

CONVERTS = OFFERS | {"vc": Offer(capability="vc", models=(Model(name="tone", revision="1", voices=(VOICE,)),))}


@pytest.fixture(scope="module")
def sandbox() -> Sandbox:
    return Sandbox()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver().listening() as listening:
        yield listening


async def convert(house: House, url: str, *, inbound: Inbound | None = None) -> Job:
    user = await house.engine.users.known_as("password", "carol@example.org")
    fields = {"capability": "vc", "template": {"source": "/file/url"}, "options": {"voice": "heart"}}
    _, token = await hook_of(house, user, **fields)
    return await post(house, token, {"file": {"url": url}}, inbound=inbound)


def reaching(networks: str) -> Any:
    return lambda: Egress.allowing(networks)


async def test_audio_is_fetched_from_where_the_post_says(tmp_path: Path, receiver: Receiver, sandbox: Sandbox) -> None:
    receiver.behave = answering(200, encode(tone(2.0), "mp3"), content_type="text/html")
    async with fresh_house("sqlite", tmp_path, egress=reaching(LOOPBACK), offers=CONVERTS, sandbox=sandbox) as house:
        job = await convert(house, f"{receiver.url}/voice.mp3?x=1")
        assert job.params["source"]["seconds"] == pytest.approx(2, abs=0.1)
        assert job.price == 30
        [request] = receiver.received
        assert request.path == "/hook/voice.mp3?x=1"
        assert "authorization" not in request.headers


async def test_nobody_has_all_fetches_wait_for_addresses_that_do_not_answer(
    tmp_path: Path, receiver: Receiver, sandbox: Sandbox
) -> None:
    receiver.behave = silence
    async with fresh_house("sqlite", tmp_path, egress=reaching(LOOPBACK), offers=CONVERTS, sandbox=sandbox) as house:
        remote = RemoteAudio(house.engine.inbound.audio.egress, seconds=0.5)
        inbound = replace(house.engine.inbound, audio=remote)
        made = await asyncio.gather(
            *(convert(house, receiver.url, inbound=inbound) for _ in range(5)), return_exceptions=True
        )
        assert sum(isinstance(one, TooManyRequests) for one in made) == 3
        assert len(receiver.received) == 2
        assert not remote.under_way


async def test_audio_in_a_network_of_ours_is_not_fetched(tmp_path: Path, receiver: Receiver) -> None:
    async with fresh_house("sqlite", tmp_path, offers=CONVERTS) as house:
        for url in (receiver.url, "http://169.254.169.254/a", "file:///etc/passwd", "ftp://1.1.1.1/a", "a", ""):
            with pytest.raises(UserError, match=r"^`source`") as refused:
                await convert(house, url)
            assert refused.value.field == "source"
    assert receiver.received == []


@pytest.mark.parametrize(
    ("behave", "says"),
    [
        (answering(404), "answered 404"),
        (answering(302, location="http://169.254.169.254/"), "Redirects are not followed"),
        (answering(200, b"<html>", content_type="audio/mpeg"), "."),
        (answering(200, b""), "."),
        (endless(4_000_000), "too large"),
        (dripping, "not here within"),
        (silence, "not here within"),
        (reset, "could not be fetched"),
    ],
    ids=["missing", "redirect", "lying", "empty", "large", "dripping", "silent", "cut"],
)
async def test_audio_that_cannot_be_had_is_refused(
    tmp_path: Path, receiver: Receiver, sandbox: Sandbox, behave: Behaviour, says: str
) -> None:
    receiver.behave = behave
    async with fresh_house("sqlite", tmp_path, egress=reaching(LOOPBACK), offers=CONVERTS, sandbox=sandbox) as house:
        patience = 0.5 if says == "not here within" else 20
        remote = RemoteAudio(house.engine.inbound.audio.egress, seconds=patience, most_bytes=1_000_000)
        with pytest.raises(UserError, match=says):
            await convert(house, receiver.url, inbound=replace(house.engine.inbound, audio=remote))
        user = await house.engine.users.known_as("password", "carol@example.org")
        assert await house.engine.jobs.page(user) == []
