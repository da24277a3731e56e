"""Models that come while the service runs: one at a time, beside the event loop, stopped at once."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest
from huggingface_hub import constants

from engine.background_fetch import Fetcher, Wanted
from engine.nn import hub, transfer
from tests.hub import Fault, LocalHub, running_hub

WEIGHTS = bytes(range(256)) * 2_000
VOICE = hub.Published(
    name="voice",
    repo="someone/voice",
    revision="main",
    files=(hub.PublishedFile("weights.pth"),),
    licence="MIT",
    terms="None.",
    homepage="https://hub.test/someone/voice",
)
OTHER = replace(VOICE, name="other", repo="someone/other", files=(hub.PublishedFile("other.pth"),))


@pytest.fixture
def remote(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalHub]:
    monkeypatch.setattr(transfer, "PAUSES", ())
    monkeypatch.setattr(constants, "HF_HUB_DOWNLOAD_TIMEOUT", 1)
    with running_hub() as local:
        local.publish("someone/voice", {"weights.pth": WEIGHTS})
        local.publish("someone/other", {"other.pth": WEIGHTS})
        yield local


def fetcher(remote: LocalHub, folder: Path, ready: dict[str, Path], *models: hub.Published) -> Fetcher:
    def on_ready(name: str, path: Path) -> None:
        assert threading.current_thread() is threading.main_thread()
        ready[name] = path

    wanted = [Wanted(published=model) for model in models]
    fetch = partial(hub.fetch, endpoint=remote.url)
    return Fetcher(folder, wanted, on_ready, fetch=fetch, pauses=(0.02, 0.05))


async def until(condition: Callable[[], bool]) -> None:
    for _ in range(1000):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come to that")


async def test_what_is_wanted_comes_one_after_the_other_and_is_announced(remote: LocalHub, tmp_path: Path) -> None:
    ready: dict[str, Path] = {}
    fetching = fetcher(remote, tmp_path, ready, VOICE, OTHER)
    assert fetching.progress == {"voice": 0.0, "other": 0.0}
    await asyncio.wait_for(fetching.run(asyncio.Event()), 10)
    assert ready == {"voice": tmp_path / "voice", "other": tmp_path / "other"}
    assert (fetching.progress, fetching.failed) == ({}, {})
    files = [seen.path.rpartition("/")[2] for seen in remote.seen]
    assert files == sorted(files, reverse=True)


async def test_a_model_that_is_here_is_announced_without_a_request(remote: LocalHub, tmp_path: Path) -> None:
    hub.fetch(VOICE, tmp_path, endpoint=remote.url)
    asked, ready = len(remote.seen), dict[str, Path]()
    await asyncio.wait_for(fetcher(remote, tmp_path, ready, VOICE).run(asyncio.Event()), 10)
    assert list(ready) == ["voice"]
    assert len(remote.seen) == asked


async def test_a_busy_hub_and_a_cut_line_are_tried_again_while_others_come(remote: LocalHub, tmp_path: Path) -> None:
    remote.fail("weights.pth", Fault(method="HEAD", status=503, times=3))
    remote.fail("weights.pth", Fault(cut_after=100_000, times=2))
    ready: dict[str, Path] = {}
    await asyncio.wait_for(fetcher(remote, tmp_path, ready, VOICE, OTHER).run(asyncio.Event()), 10)
    assert list(ready) == ["other", "voice"]
    assert remote.sent["weights.pth"] == len(WEIGHTS)


async def test_what_time_does_not_mend_is_given_up_with_its_sentence(remote: LocalHub, tmp_path: Path) -> None:
    remote.publish("someone/voice", {"weights.pth": WEIGHTS}, gated=True)
    ready: dict[str, Path] = {}
    absent = replace(VOICE, name="absent", repo="someone/nobody")
    forged = replace(OTHER, name="forged", files=(hub.PublishedFile("other.pth", sha256="0" * 64),))
    fetching = fetcher(remote, tmp_path, ready, VOICE, absent, forged, OTHER)
    await asyncio.wait_for(fetching.run(asyncio.Event()), 10)
    assert list(ready) == ["other"]
    assert fetching.progress == {}
    assert "Accept them at https://hub.test/someone/voice" in fetching.failed["voice"]
    assert "no repository someone/nobody" in fetching.failed["absent"]
    assert "other.pth is not the file that it should be" in fetching.failed["forged"]


async def test_a_stop_ends_a_silent_download_at_once_and_the_next_start_goes_on(
    remote: LocalHub, tmp_path: Path
) -> None:
    remote.fail("weights.pth", Fault(stall_after=200_000))
    stop, ready = asyncio.Event(), dict[str, Path]()
    fetching = fetcher(remote, tmp_path, ready, VOICE)
    running = asyncio.create_task(fetching.run(stop))
    await until(lambda: fetching.progress["voice"] >= 200_000 / len(WEIGHTS))
    began = time.monotonic()
    stop.set()
    await running
    assert time.monotonic() - began < 0.2
    assert not ready
    await asyncio.wait_for(fetcher(remote, tmp_path, ready, VOICE).run(asyncio.Event()), 10)
    assert remote.gets("weights.pth")[-1].range == "bytes=200000-"
    assert remote.sent["weights.pth"] == len(WEIGHTS)


async def test_a_stop_ends_a_pause_at_once(remote: LocalHub, tmp_path: Path) -> None:
    remote.fail("weights.pth", Fault(method="HEAD", status=503, times=1000))
    stop = asyncio.Event()
    fetching = Fetcher(
        tmp_path,
        [Wanted(published=VOICE)],
        lambda name, path: None,
        fetch=partial(hub.fetch, endpoint=remote.url),
        pauses=(60,),
    )
    running = asyncio.create_task(fetching.run(stop))
    await until(lambda: bool(remote.seen))
    await asyncio.sleep(0.1)
    stop.set()
    await asyncio.wait_for(running, 0.5)
    assert fetching.progress == {"voice": 0.0}


async def test_the_event_loop_goes_on_while_a_model_comes(remote: LocalHub, tmp_path: Path) -> None:
    remote.fail("weights.pth", Fault(stall_after=100_000))
    longest, last = 0.0, time.monotonic()
    running = asyncio.create_task(fetcher(remote, tmp_path, {}, VOICE).run(asyncio.Event()))
    while not running.done():
        await asyncio.sleep(0.005)
        longest, last = max(longest, time.monotonic() - last), time.monotonic()
    assert longest < 0.5


async def test_progress_is_logged_by_tenths(remote: LocalHub, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "engine.background_fetch"):
        await asyncio.wait_for(fetcher(remote, tmp_path, {}, VOICE).run(asyncio.Event()), 10)
    said = [record.percent for record in caplog.records if record.message == "fetching model"]  # type: ignore[attr-defined]
    assert said
    assert all(later - sooner >= 10 for sooner, later in pairwise([0, *said]))
    assert caplog.records[-1].message == "model is here"
