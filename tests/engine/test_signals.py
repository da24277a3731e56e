"""Wake-ups within a process: heard by who listens, forwarded once, never awaited longer than said."""

from __future__ import annotations

import asyncio
import time

from engine.signals import Signals, wait


async def test_a_signal_wakes_those_who_listen_to_its_topic_and_nobody_else() -> None:
    signals = Signals()
    with (
        signals.listening("work") as work,
        signals.listening("work", "outbox") as both,
        signals.listening("x") as other,
    ):
        signals.notify("work")
        assert (work.is_set(), both.is_set(), other.is_set()) == (True, True, False)
        both.clear()
        signals.notify("outbox")
        assert both.is_set()


async def test_a_signal_that_comes_between_clearing_and_waiting_is_not_missed() -> None:
    signals = Signals()
    with signals.listening("work") as work:
        work.clear()
        signals.notify("work")
        before = time.monotonic()
        await wait(work, 10)
        assert time.monotonic() - before < 1


async def test_who_stops_listening_is_forgotten() -> None:
    signals = Signals()
    with signals.listening("job:1") as gone:
        pass
    signals.notify("job:1")
    assert not gone.is_set()
    assert not signals._listeners, "topics of jobs do not pile up"


async def test_listening_ends_also_when_the_listener_is_cancelled() -> None:
    signals = Signals()

    async def listen() -> None:
        with signals.listening("job:1") as event:
            await event.wait()

    task = asyncio.create_task(listen())
    await asyncio.sleep(0)
    assert signals._listeners
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert not signals._listeners


async def test_what_happens_here_is_forwarded_and_what_arrived_is_not_sent_back() -> None:
    signals, sent = Signals(), []
    signals.forward = sent.append
    with signals.listening("work") as work:
        signals.arrived("work")
        assert work.is_set()
        assert sent == []
        signals.notify("work", "outbox")
    assert sent == ["work", "outbox"]


async def test_at_the_end_everybody_is_woken_whatever_they_listen_to() -> None:
    signals = Signals()
    with signals.listening("a") as first, signals.listening("b", "c") as second:
        signals.wake_all()
        assert first.is_set()
        assert second.is_set()


async def test_waiting_is_over_at_the_signal_or_at_the_limit() -> None:
    event = asyncio.Event()
    before = time.monotonic()
    await wait(event, 0.05)
    assert 0.04 <= time.monotonic() - before < 1
    asyncio.get_running_loop().call_later(0.05, event.set)
    await wait(event, 10)
    assert time.monotonic() - before < 2
