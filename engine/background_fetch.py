"""Fetches models while the service runs: nothing waits for it, and what answers now goes on answering."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from engine.errors import ModelUnavailable, ServiceError
from engine.nn import hub
from engine.nn.published import Published

log = logging.getLogger(__name__)

PAUSES = (5.0, 15.0, 60.0, 300.0, 900.0)
"""Seconds before each new round over what is still missing; the last one repeats, bytes that came start them over."""
LOG_SECONDS, LOG_SHARE = 10.0, 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """`source`: in place of the publisher's repository; see `engine.nn.published.placed`."""

    published: Published
    source: str | None = None


class Fetch(Protocol):
    def __call__(
        self, published: Published, folder: Path, on_progress: hub.OnProgress, *, source: str | None
    ) -> Path: ...


class Stopped(Exception):
    """Raised inside a fetch to end it. What has arrived stays for the next start."""


class Fetcher:
    """`run` until all are here, given up, or the stop event is set. One at a time, in the order wanted.

    `progress`: share of each model that is still awaited, 0 to 1. `failed`: why a model was given up, as a sentence.
    `on_ready` is called on the event loop, also for a model that was here already.
    """

    def __init__(
        self,
        folder: Path,
        wanted: Sequence[Wanted],
        on_ready: Callable[[str, Path], None],
        *,
        progress: dict[str, float] | None = None,
        failed: dict[str, str] | None = None,
        fetch: Fetch = hub.fetch,
        pauses: Sequence[float] = PAUSES,
    ) -> None:
        self.progress: dict[str, float] = {} if progress is None else progress
        self.progress.update({one.published.name: 0.0 for one in wanted})
        self.failed: dict[str, str] = {} if failed is None else failed
        self._folder = folder
        self._wanted = list(wanted)
        self._on_ready = on_ready
        self._fetch = fetch
        self._pauses = pauses

    async def run(self, stop: asyncio.Event) -> None:
        stopping = threading.Event()
        try:
            await self._rounds(stop, stopping)
        finally:
            stopping.set()

    async def _rounds(self, stop: asyncio.Event, stopping: threading.Event) -> None:
        missing, fruitless = self._wanted, 0
        while missing and not stop.is_set():
            before = dict(self.progress)
            missing = [one for one in missing if not await self._settled(one, stop, stopping)]
            fruitless = 0 if self.progress != before else fruitless + 1
            if missing:
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._pauses[min(fruitless, len(self._pauses) - 1)]):
                        await stop.wait()

    async def _settled(self, one: Wanted, stop: asyncio.Event, stopping: threading.Event) -> bool:
        """False: worth another try."""
        name = one.published.name
        if stop.is_set():
            return False
        try:
            path = await self._in_a_thread(one, stop, stopping)
            self.progress.pop(name)
            log.info("model is here", extra={"model": name, "path": str(path)})
            self._on_ready(name, path)
        except Stopped:
            return False
        except ServiceError as error:
            if error.retryable:
                log.warning("model not fetched yet", extra={"model": name, "reason": str(error)})
                return False
            self._give_up(name, str(error))
        except ModelUnavailable as error:
            self._give_up(name, error.message)
        except Exception:
            log.exception("model given up", extra={"model": name})
            self._give_up(name, f"{name} could not be made ready: the log says why.")
        return True

    def _give_up(self, name: str, reason: str) -> None:
        log.error("model given up", extra={"model": name, "reason": reason})
        self.progress.pop(name, None)
        self.failed[name] = reason

    async def _in_a_thread(self, one: Wanted, stop: asyncio.Event, stopping: threading.Event) -> Path:
        """Raises `Stopped` at once when told; the thread ends at its next chunk."""
        name, outcome = one.published.name, Future[Path]()
        report = _Report(self.progress, name, stopping)

        def work() -> None:
            outcome.set_running_or_notify_cancel()
            try:
                outcome.set_result(self._fetch(one.published, self._folder, report, source=one.source))
            except BaseException as error:
                outcome.set_exception(error)

        # Not an executor: its threads are waited for at exit, however long a silent network takes.
        threading.Thread(target=work, name=f"fetch {name}", daemon=True).start()
        fetched: asyncio.Future[Any] = asyncio.wrap_future(outcome)
        told: asyncio.Future[Any] = asyncio.ensure_future(stop.wait())
        try:
            await asyncio.wait((fetched, told), return_when=asyncio.FIRST_COMPLETED)
            if not fetched.done():
                raise Stopped
            return Path(fetched.result())
        finally:
            told.cancel()
            fetched.cancel()


class _Report:
    """Progress of one fetch, said now and then. Called in the fetching thread."""

    def __init__(self, progress: dict[str, float], name: str, stopping: threading.Event) -> None:
        self._progress = progress
        self._name = name
        self._stopping = stopping
        self._said, self._said_at = 0.0, time.monotonic()

    def __call__(self, have: int, total: int) -> None:
        if self._stopping.is_set():
            raise Stopped
        if not total:
            return
        share = self._progress[self._name] = have / total
        moment = time.monotonic()
        if abs(share - self._said) >= LOG_SHARE or moment - self._said_at >= LOG_SECONDS:
            self._said, self._said_at = share, moment
            log.info(
                "fetching model", extra={"model": self._name, "percent": round(100 * share), "bytes": have, "of": total}
            )
