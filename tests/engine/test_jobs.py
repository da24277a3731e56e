"""Submit, cancel, fail and succeed: what each does to the job, the credits, the clip and the line."""

from __future__ import annotations

import asyncio

import pytest

from engine import (
    Conflict,
    InvalidInput,
    ModelUnavailable,
    NotEnoughCredits,
    NotFound,
    QueueFull,
    ServiceError,
    User,
)
from engine.generation import Task
from tests.house import Gate, House

WELCOME = 10_000


async def test_a_job_is_priced_held_run_stored_and_captured(house: House, alice: User) -> None:
    job = await house.engine.jobs.submit(alice, "tts", {"text": "Hello"})
    assert (job.state, job.price) == ("queued", 5)
    assert await house.engine.credits.balance(alice) == WELCOME - 5

    await house.worker.run_until_idle()

    status = await house.engine.jobs.get(alice, job.id)
    assert status.job.state == "succeeded"
    assert status.clip is not None
    assert status.clip.model == "tone"
    assert (await house.engine.clips.data(status.clip))[:4] == b"OggS"
    kinds = [entry.kind for entry in await house.engine.credits.entries(alice)]
    assert kinds == ["capture", "hold", "grant"]
    await house.assert_books_exact()


async def test_the_same_idempotency_key_gives_the_same_job_charged_once(house: House, alice: User) -> None:
    first = await house.engine.jobs.submit(alice, "tts", {"text": "Hello"}, idempotency_key="k")
    again = await house.engine.jobs.submit(alice, "tts", {"text": "Hello"}, idempotency_key="k")
    assert again.id == first.id
    assert await house.engine.credits.balance(alice) == WELCOME - 5


async def test_twenty_simultaneous_requests_with_one_key_make_one_job(house: House, alice: User) -> None:
    submits = (house.engine.jobs.submit(alice, "tts", {"text": "Hello"}, idempotency_key="k") for _ in range(20))
    jobs = await asyncio.gather(*submits)
    assert len({job.id for job in jobs}) == 1
    assert await house.engine.credits.balance(alice) == WELCOME - 5
    await house.assert_books_exact()


async def test_a_used_key_with_another_request_is_refused(house: House, alice: User) -> None:
    await house.engine.jobs.submit(alice, "tts", {"text": "Hello"}, idempotency_key="k")
    with pytest.raises(Conflict):
        await house.engine.jobs.submit(alice, "tts", {"text": "Goodbye"}, idempotency_key="k")


async def test_two_users_may_use_the_same_key(house: House, alice: User, bob: User) -> None:
    first = await house.engine.jobs.submit(alice, "tts", {"text": "Hello"}, idempotency_key="k")
    second = await house.engine.jobs.submit(bob, "tts", {"text": "Hello"}, idempotency_key="k")
    assert first.id != second.id


async def test_too_few_credits_are_refused_and_nothing_is_stored(house: House) -> None:
    poor = await house.user("poor", credits=4)
    with pytest.raises(NotEnoughCredits, match="costs 5 credits and you have 4"):
        await house.engine.jobs.submit(poor, "tts", {"text": "Hello"})
    assert await house.engine.jobs.page(poor) == []
    assert await house.engine.credits.balance(poor) == 4


@pytest.mark.parametrize(
    ("capability", "raw", "error"),
    [
        ("tts", {}, InvalidInput),
        ("tts", {"text": ""}, InvalidInput),
        ("tts", {"text": " ?! "}, InvalidInput),
        ("tts", {"text": "x" * 5001}, InvalidInput),
        ("tts", {"text": "Hello", "speed": 9}, InvalidInput),
        ("tts", {"text": "Hello", "speed": "fast"}, InvalidInput),
        ("tts", {"text": "Hello", "speed": float("nan")}, InvalidInput),
        ("tts", {"text": "Hello", "format": "aiff"}, InvalidInput),
        ("tts", {"text": "Hello", "seed": -1}, InvalidInput),
        ("tts", {"text": "Hello", "colour": "red"}, InvalidInput),
        ("tts", {"text": "Hello", "voice": "nobody"}, NotFound),
        ("sfx", {"prompt": "rain", "seconds": 31}, InvalidInput),
        ("vc", {"voice": "heart"}, ModelUnavailable),
        ("poetry", {}, NotFound),
    ],
)
async def test_bad_input_is_refused_in_a_sentence_before_any_credit_moves(
    house: House, alice: User, capability: str, raw: dict[str, object], error: type[Exception]
) -> None:
    with pytest.raises(error) as refused:
        await house.engine.jobs.submit(alice, capability, raw)
    assert str(refused.value).endswith((".", "?", "!"))
    assert await house.engine.credits.balance(alice) == WELCOME
    assert await house.engine.jobs.page(alice) == []


async def test_a_queued_job_is_cancelled_at_once_and_its_hold_released(house: House, alice: User) -> None:
    job = await house.engine.jobs.submit(alice, "tts", {"text": "Hello"})
    status = await house.engine.jobs.cancel(alice, job.id)
    assert status.job.state == "cancelled"
    assert await house.engine.credits.balance(alice) == WELCOME
    await house.worker.run_until_idle()
    assert house.runner.batches == []
    with pytest.raises(Conflict):
        await house.engine.jobs.cancel(alice, job.id)
    await house.assert_books_exact()


async def test_a_running_job_stops_at_its_next_step_and_its_hold_is_released(house: House, alice: User) -> None:
    house.runner.behave = gate = Gate()
    async with house.working():
        job = await house.engine.jobs.submit(alice, "tts", {"text": "Hello"})
        await gate.reached()
        await house.engine.jobs.cancel(alice, job.id)
        async with asyncio.timeout(5):
            while not any(running.stop for running in house.worker._running.values()):  # noqa: ASYNC110  read only
                await asyncio.sleep(0.01)
        gate.open()
        states = [status.job.state async for status in house.engine.jobs.watch(alice, job.id)]
    assert states[-1] == "cancelled"
    assert await house.engine.credits.balance(alice) == WELCOME
    assert await house.object_keys() == []
    await house.assert_books_exact()


async def test_a_user_error_of_the_model_fails_the_job_with_its_sentence(house: House, alice: User) -> None:
    def refuse(task: Task) -> None:
        raise InvalidInput("Nothing in this can be spoken.")

    house.runner.behave = refuse
    job = await house.engine.jobs.submit(alice, "tts", {"text": "Hello"})
    await house.worker.run_until_idle()
    status = await house.engine.jobs.get(alice, job.id)
    assert (status.job.state, status.job.error_message) == ("failed", "Nothing in this can be spoken.")
    assert status.job.attempt == 1
    assert await house.engine.credits.balance(alice) == WELCOME
    await house.assert_books_exact()


async def test_a_retryable_failure_is_tried_three_times_then_released(house: House, alice: User) -> None:
    def overload(task: Task) -> None:
        raise ServiceError("the device is out of memory", retryable=True)

    house.runner.behave = overload
    job = await house.engine.jobs.submit(alice, "tts", {"text": "Hello"})
    await house.worker.run_until_idle()
    status = await house.engine.jobs.get(alice, job.id)
    assert (status.job.state, status.job.attempt, len(house.runner.batches)) == ("failed", 3, 3)
    assert job.id in (status.job.error_message or "")
    assert "memory" not in (status.job.error_message or "")
    assert await house.engine.credits.balance(alice) == WELCOME


async def test_an_unexpected_error_is_not_tried_again_and_not_told(house: House, alice: User) -> None:
    def crash(task: Task) -> None:
        raise KeyError("secret detail")

    house.runner.behave = crash
    job = await house.engine.jobs.submit(alice, "tts", {"text": "Hello"})
    await house.worker.run_until_idle()
    status = await house.engine.jobs.get(alice, job.id)
    assert (status.job.state, status.job.attempt) == ("failed", 1)
    assert "secret" not in (status.job.error_message or "")
    await house.assert_books_exact()


async def test_the_queue_of_a_user_has_a_limit(house: House, alice: User) -> None:
    for _ in range(alice.slots + alice.queue_limit):
        await house.engine.jobs.submit(alice, "tts", {"text": "Hi"})
    with pytest.raises(QueueFull):
        await house.engine.jobs.submit(alice, "tts", {"text": "Hi"})
    await house.assert_books_exact()


async def test_somebody_elses_job_cannot_be_seen_cancelled_or_watched(house: House, alice: User, bob: User) -> None:
    job = await house.engine.jobs.submit(alice, "tts", {"text": "Hello"})
    with pytest.raises(NotFound):
        await house.engine.jobs.get(bob, job.id)
    with pytest.raises(NotFound):
        await house.engine.jobs.cancel(bob, job.id)
    with pytest.raises(NotFound):
        await anext(house.engine.jobs.watch(bob, job.id))


async def test_watching_shows_the_position_the_progress_and_the_end(house: House, alice: User, bob: User) -> None:
    house.runner.behave = gate = Gate()
    async with house.working():
        await house.engine.jobs.submit(bob, "tts", {"text": "Before"})
        await gate.reached()
        await house.engine.jobs.submit(bob, "tts", {"text": "x"})
        job = await house.engine.jobs.submit(alice, "tts", {"text": "Hello"})
        seen = []
        async for status in house.engine.jobs.watch(alice, job.id):
            seen.append((status.job.state, status.position))
            gate.open()
    assert seen[0] == ("queued", 1)
    assert seen[-1] == ("succeeded", 0)
    assert status.clip is not None


async def test_a_request_without_a_seed_gets_one_that_survives_a_retry(house: House, alice: User) -> None:
    seeds = []

    def fail_once(task: Task) -> None:
        seeds.append(task.seed)
        if len(seeds) == 1:
            raise ServiceError("once", retryable=True)

    house.runner.behave = fail_once
    await house.engine.jobs.submit(alice, "tts", {"text": "Hello"})
    await house.engine.jobs.submit(alice, "tts", {"text": "Hello"})
    await house.worker.run_until_idle()
    assert seeds[0] == seeds[1] != seeds[2]
