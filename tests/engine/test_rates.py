"""What is counted, where, and what is said when it is too much."""

from __future__ import annotations

import asyncio
import logging
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from bernie import compose
from bernie.settings import RatesSettings, Settings
from engine import Rate, Rates, TooManyRequests, counts
from engine.counts import LocalCounts, SharedCounts

THREE = Rate("test", 3, 60)


@pytest.fixture(scope="module")
def redis_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("no redis-server on this machine")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder: Path = tmp_path_factory.mktemp("redis")
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(10)


async def test_what_is_left_counts_down_and_the_next_one_is_told_when_to_come_back() -> None:
    rates = Rates()
    standings = [await rates.hit(THREE, "alice") for _ in range(3)]
    assert [standing.remaining for standing in standings] == [2, 1, 0]
    assert {(standing.limit, standing.reset_seconds) for standing in standings} == {(3, 60)}
    with pytest.raises(TooManyRequests) as refusal:
        await rates.hit(THREE, "alice")
    assert 59 <= refusal.value.retry_after <= 60
    assert refusal.value.message.startswith("That is too often: 3 are allowed in 1 minute. Try again in ")


async def test_one_subject_does_not_use_up_what_another_may_do() -> None:
    rates = Rates()
    for _ in range(3):
        await rates.hit(THREE, "alice")
    assert (await rates.hit(THREE, "bob")).remaining == 2
    assert (await rates.hit(Rate("other", 3, 60), "alice")).remaining == 2


async def test_it_begins_anew_after_its_time() -> None:
    rates, short = Rates(), Rate("short", 1, 1)
    await rates.hit(short, "alice")
    with pytest.raises(TooManyRequests):
        await rates.hit(short, "alice")
    await asyncio.sleep(1.05)
    assert (await rates.hit(short, "alice")).remaining == 0


async def test_looking_counts_nothing_and_refuses_when_nothing_is_left() -> None:
    rates = Rates()
    for _ in range(5):
        assert (await rates.look(THREE, "alice")).remaining == 3
    for _ in range(3):
        await rates.hit(THREE, "alice")
    with pytest.raises(TooManyRequests):
        await rates.look(THREE, "alice")


async def test_many_at_once_get_exactly_as_many_as_are_allowed() -> None:
    rates = Rates()
    outcomes = await asyncio.gather(*(rates.hit(THREE, "alice") for _ in range(50)), return_exceptions=True)
    assert sum(isinstance(outcome, TooManyRequests) for outcome in outcomes) == 47


async def test_a_flood_of_subjects_does_not_grow_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts, "MOST_SUBJECTS", 100)
    local = LocalCounts()
    rates = Rates(local)
    await rates.hit(THREE, "alice")
    for number in range(1000):
        await rates.hit(Rate("flood", 3, 60), f"address {number}")
        await rates.hit(Rate("flood", 5000, 60), "seen all the time")
        await rates.look(Rate("flood", 3, 60), f"only looked at {number}")
    assert len(local._rates["flood"]) == 100
    assert (await rates.hit(Rate("flood", 5000, 60), "seen all the time")).remaining == 3999
    assert (await rates.hit(THREE, "alice")).remaining == 1


async def test_two_processes_with_one_redis_share_a_count(redis_port: int) -> None:
    url = f"redis://127.0.0.1:{redis_port}/0"
    one, other = Rates(SharedCounts(url)), Rates(SharedCounts(url))
    assert (await one.hit(THREE, "alice")).remaining == 2
    assert (await other.hit(THREE, "alice")).remaining == 1
    assert (await one.hit(THREE, "alice")).remaining == 0
    for rates in (one, other):
        with pytest.raises(TooManyRequests) as refusal:
            await rates.look(THREE, "alice")
        assert 58 <= refusal.value.retry_after <= 60
        await rates.aclose()


async def test_no_subject_stands_in_the_redis_as_it_is(redis_port: int) -> None:
    from redis.asyncio import Redis

    rates = Rates(SharedCounts(f"redis://127.0.0.1:{redis_port}/1"))
    await rates.hit(THREE, "alice@example.org")
    async with Redis(port=redis_port, db=1) as client:
        keys = [key.decode() for key in await client.keys("*")]
    await rates.aclose()
    assert keys
    assert not any("alice" in key for key in keys)


async def test_a_redis_that_is_away_is_said_once_and_this_process_counts_alone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound and not listening: refused
        rates = Rates(SharedCounts(f"redis://127.0.0.1:{unused.getsockname()[1]}/0"))
        with caplog.at_level(logging.WARNING):
            assert (await rates.hit(THREE, "alice")).remaining == 2
            assert (await rates.hit(THREE, "alice")).remaining == 1
            await rates.hit(THREE, "alice")
        with pytest.raises(TooManyRequests):
            await rates.hit(THREE, "alice")
        await rates.aclose()
    assert len([record for record in caplog.records if record.name == "engine.counts"]) == 1


def test_an_address_that_is_none_is_said_at_the_start(tmp_path: Path) -> None:
    for wrong in ("redis://localhost:port/0", "redis://:secret@localhost:99999999/0"):
        with pytest.raises(compose.CannotOpen, match="BERNIE_RATES__REDIS") as refused:
            compose.open_rates(Settings(data=tmp_path, rates=RatesSettings(redis=SecretStr(wrong))))
        assert "secret" not in str(refused.value)
    assert isinstance(compose.open_rates(Settings(data=tmp_path)).counts, LocalCounts)
