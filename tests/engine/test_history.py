"""What a chat shows of the past: clips page by page, one more take, and clips that are deleted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from engine import NotFound, ServiceError, User
from engine.audit import examine
from engine.clock import now
from store import begin
from store.objects import ObjectsUnavailable
from store.tables import uploads
from tests.house import House
from tests.people import own_upload, spoken


async def ids(house: House, user: User, **where: object) -> list[str]:
    statuses = await house.engine.jobs.history(user, **where)  # type: ignore[arg-type]
    assert all(status.clip and status.clip.job_id == status.job.id for status in statuses)
    return [status.clip.id for status in statuses if status.clip]


async def test_clips_are_paged_back_and_forth(house: House, alice: User, bob: User) -> None:
    made = [(await spoken(house, alice, f"number {number}")).id for number in range(5)][::-1]
    await spoken(house, bob)
    waiting = await house.engine.jobs.submit(alice, "tts", {"text": "not yet"})
    await house.engine.jobs.cancel(alice, waiting.id)
    first = await ids(house, alice, limit=2)
    second = await ids(house, alice, limit=2, before=first[-1])
    last = await ids(house, alice, limit=2, before=second[-1])
    assert [first, second, last] == [made[:2], made[2:4], made[4:]]
    assert await ids(house, alice, limit=2, before=last[-1]) == []
    assert await ids(house, alice, limit=2, after=last[0]) == second
    assert await ids(house, alice, limit=2, after=first[0]) == []


async def test_a_deleted_clip_is_gone_with_its_file_and_its_job_stays(house: House, alice: User, bob: User) -> None:
    clip, kept = await spoken(house, alice), await spoken(house, alice)
    with pytest.raises(NotFound):
        await house.engine.clips.delete(bob, clip.id)
    await house.engine.clips.delete(alice, clip.id)
    assert await house.object_keys() == [kept.object_key]
    assert await ids(house, alice) == [kept.id]
    status = await house.engine.jobs.get(alice, clip.job_id)
    assert (status.job.state, status.clip) == ("succeeded", None)
    with pytest.raises(NotFound):
        await house.engine.clips.delete(alice, clip.id)
    assert await examine(house.engine) == []


async def test_a_clip_whose_file_cannot_be_deleted_stays(
    house: House, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(self: object, keys: object) -> None:
        raise ObjectsUnavailable("The folder is full.")

    clip = await spoken(house, alice)
    with monkeypatch.context() as broken:
        broken.setattr(type(house.objects), "delete", fail)
        with pytest.raises(ServiceError):
            await house.engine.clips.delete(alice, clip.id)
    assert await ids(house, alice) == [clip.id]


async def test_another_take_has_the_same_options_but_for_what_is_changed(house: House, alice: User) -> None:
    job = await house.engine.jobs.submit(alice, "tts", {"text": "Hello", "speed": 1.2, "seed": 7, "format": "wav"})
    again = await house.engine.jobs.again(alice, job.id, {"seed": None, "speed": 0.8})
    other = await house.engine.jobs.submit(alice, again.capability, again.options)
    assert other.params == job.params | {"seed": None, "speed": 0.8}
    same = await house.engine.jobs.again(alice, job.id)
    assert (await house.engine.jobs.submit(alice, same.capability, same.options)).params == job.params


async def test_another_take_of_a_clip_that_one_brought_while_it_is_kept(house: House, alice: User, bob: User) -> None:
    upload = await own_upload(house, alice)
    job = await house.engine.jobs.submit(alice, "sfx", {"prompt": "rain", "source": upload.id})
    again = await house.engine.jobs.again(alice, job.id)
    assert again.options["source"] == upload.id
    assert (await house.engine.jobs.submit(alice, "sfx", again.options)).params == job.params
    with pytest.raises(NotFound):
        await house.engine.jobs.again(bob, job.id)
    async with begin(house.engine.db) as tx:
        await tx.execute(update(uploads).values(expires_at=now() - timedelta(seconds=1)))
    with pytest.raises(NotFound, match="Send the file again"):
        await house.engine.jobs.again(alice, job.id)
