"""What people bring: clips for a job and voices, decoded where nothing can be harmed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import update

from engine import (
    ClipTooLong,
    ClipUnreadable,
    Conflict,
    InvalidInput,
    NotAllowed,
    NotFound,
    User,
)
from engine.audio import Audio
from engine.audit import examine
from engine.clock import now
from engine.codecs import decode, encode
from engine.generation import Task
from engine.offers import Model, Offer
from engine.sandbox import Sandbox
from store import begin
from store.tables import uploads
from tests.house import VOICE, House, fresh_house

CLONING = Model(name="tone", revision="1", voices=(VOICE,), clones=True)
OFFERS = {
    "tts": Offer(capability="tts", models=(CLONING,)),
    "vc": Offer(capability="vc", models=(CLONING,)),
    "sfx": Offer(capability="sfx", unavailable="No sound effects here."),
}


def clip(seconds: float, format: str = "mp3", *, silence: float = 0.0) -> bytes:
    time = np.arange(round(seconds * 24_000)) / 24_000
    tone = np.sin(2 * np.pi * 220 * time).astype(np.float32) / 3
    return encode(Audio(np.concatenate([tone, np.zeros(round(silence * 24_000), np.float32)]), 24_000), format)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """One for all: its process takes a second to start."""
    shared = Sandbox()
    yield shared
    shared.close()


@pytest.fixture
async def house(tmp_path: Path, sandbox: Sandbox) -> AsyncIterator[House]:
    async with fresh_house("sqlite", tmp_path, offers=OFFERS, sandbox=sandbox) as made:
        yield made


async def test_an_upload_becomes_our_own_flac_and_a_job_works_on_it(house: House, alice: User) -> None:
    seen: list[Task] = []
    house.runner.behave = seen.append
    upload = await house.engine.uploads.add(alice, clip(2.0))
    assert upload.seconds == pytest.approx(2.0, abs=0.05)
    job = await house.engine.jobs.submit(alice, "vc", {"source": upload.id, "voice": "heart"})
    assert job.price == 15 * 2
    await house.worker.run_until_idle()
    assert (await house.engine.jobs.get(alice, job.id)).job.state == "succeeded"
    assert seen[0].source is not None
    assert seen[0].source.seconds == pytest.approx(2.0, abs=0.05)
    assert seen[0].reference is None


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", ClipUnreadable),
        (b"\x00" * 10_000, ClipUnreadable),
        (clip(2.0)[:3000], ClipUnreadable),
        (clip(0.2), InvalidInput),
        (clip(0.0, "wav", silence=3.0), InvalidInput),
        (clip(301.0, "ogg"), ClipTooLong),
        (b"x" * 50_000_001, ClipTooLong),
    ],
)
async def test_what_cannot_be_used_is_refused_in_a_sentence(
    house: House, alice: User, data: bytes, error: type[Exception]
) -> None:
    with pytest.raises(error) as refused:
        await house.engine.uploads.add(alice, data)
    assert str(refused.value).endswith(".")
    assert [stored async for stored in house.objects.list("uploads/")] == []


@pytest.mark.parametrize(
    "source", [{"id": "x", "key": "voices/other.flac", "seconds": 1.0}, {"key": "secret.key"}, 7, None, "upload_none"]
)
async def test_a_request_cannot_name_a_file_of_the_store(house: House, alice: User, source: object) -> None:
    with pytest.raises((InvalidInput, NotFound)):
        await house.engine.jobs.submit(alice, "vc", {"source": source, "voice": "heart"})
    assert await house.engine.credits.balance(alice) == 10_000


async def test_somebody_elses_upload_or_voice_cannot_be_used(house: House, alice: User, bob: User) -> None:
    upload = await house.engine.uploads.add(alice, clip(1.0))
    voice = await house.engine.voices.add(alice, clip(4.0), name="Mine", consent=True)
    for options in ({"source": upload.id, "voice": "heart"}, {"source": upload.id, "voice": voice.id}):
        with pytest.raises(NotFound):
            await house.engine.jobs.submit(bob, "vc", options)
    with pytest.raises(NotFound):
        await house.engine.jobs.submit(bob, "tts", {"text": "Hello", "voice": voice.id})
    with pytest.raises(NotFound):
        await house.engine.voices.delete(bob, voice.id)


async def test_an_expired_upload_is_refused_and_purged_with_its_file(house: House, alice: User) -> None:
    upload = await house.engine.uploads.add(alice, clip(1.0))
    async with begin(house.engine.db) as tx:
        await tx.execute(update(uploads).values(expires_at=now() - timedelta(seconds=1)))
    with pytest.raises(NotFound, match="kept for a day"):
        await house.engine.jobs.submit(alice, "vc", {"source": upload.id, "voice": "heart"})
    assert await house.housekeeping.purge_uploads() == 1
    assert [stored async for stored in house.objects.list("uploads/")] == []


async def test_a_voice_is_named_in_a_request_and_its_clip_reaches_the_runner(house: House, alice: User) -> None:
    seen: list[Task] = []
    house.runner.behave = seen.append
    voice = await house.engine.voices.add(alice, clip(4.0), name="Grandma", consent=True)
    assert voice.consent_by == alice.name
    for _ in range(2):
        await house.engine.jobs.submit(alice, "tts", {"text": "Hello", "voice": "grandma"})
    await house.worker.run_until_idle()
    assert [task.params.voice for task in seen] == [voice.id, voice.id]  # type: ignore[attr-defined]
    assert seen[0].reference is not None
    assert seen[0].reference is seen[1].reference, "read from the store once"
    await house.engine.voices.delete(alice, voice.id)
    assert await house.engine.voices.mine(alice) == []
    assert [stored async for stored in house.objects.list("voices/")] == []
    assert await examine(house.engine) == []


@pytest.mark.parametrize(
    ("seconds", "name", "consent", "error"),
    [
        (4.0, "Grandma", False, NotAllowed),
        (4.0, "", True, InvalidInput),
        (4.0, "x" * 61, True, InvalidInput),
        (4.0, "Heart", True, Conflict),
        (1.0, "Short", True, InvalidInput),
        (61.0, "Long", True, ClipTooLong),
    ],
)
async def test_a_voice_that_cannot_be_added_says_why(
    house: House, alice: User, seconds: float, name: str, consent: bool, error: type[Exception]
) -> None:
    with pytest.raises(error) as refused:
        await house.engine.voices.add(alice, clip(seconds), name=name, consent=consent)
    assert str(refused.value).endswith(".")
    assert [stored async for stored in house.objects.list("voices/")] == []


async def test_a_name_is_taken_once_also_when_two_come_at_once(house: House, alice: User) -> None:
    adds = (house.engine.voices.add(alice, clip(4.0), name="Twin", consent=True) for _ in range(2))
    outcomes = await asyncio.gather(*adds, return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict", "Voice"]
    assert len([stored async for stored in house.objects.list("voices/")]) == 1


async def test_a_decoder_that_dies_is_said_and_the_next_file_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox = Sandbox()
    monkeypatch.setattr("engine.sandbox._prepare", _die)
    with pytest.raises(ClipUnreadable, match="more than it should"):
        await sandbox.prepare(b"bomb", max_seconds=1)
    monkeypatch.undo()
    prepared = await sandbox.prepare(clip(1.0), max_seconds=10)
    assert decode(prepared.data, max_seconds=10).seconds == pytest.approx(prepared.seconds)
    await asyncio.to_thread(sandbox.close)


def _die(data: bytes, max_seconds: float) -> None:
    import os

    os._exit(11)


async def test_the_model_may_refuse_before_any_credit_moves(tmp_path: Path) -> None:
    def refuse(params: object) -> None:
        raise InvalidInput("This model does not know that.")

    offers = OFFERS | {"tts": Offer(capability="tts", models=(replace(CLONING, check=refuse),))}
    async with fresh_house("sqlite", tmp_path, offers=offers) as house:
        alice = await house.user("alice")
        with pytest.raises(InvalidInput, match="does not know"):
            await house.engine.jobs.submit(alice, "tts", {"text": "Hello"})
        assert await house.engine.credits.balance(alice) == 10_000
