"""Published checkpoints, from the hub to the disk. Knows of files only, nothing of what is in them.

HF_ENDPOINT, HF_TOKEN, HF_HUB_OFFLINE, HF_HUB_DOWNLOAD_TIMEOUT and the proxy variables act as everywhere;
huggingface_hub reads them when it is first imported, which is in here, when something has to be fetched.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from engine.nn import hub_errors, transfer
from engine.nn.published import Published, PublishedFile, digest, placed, present, whole

__all__ = ["OnProgress", "Published", "PublishedFile", "fetch", "present"]

log = logging.getLogger(__name__)

OnProgress = Callable[[int, int], None]
"""Bytes here, bytes in all (0: not known yet). Called often, also while nothing moves; raising ends the fetch."""

SPARE_BYTES = 200_000_000
"""Stays free on the disk, which is the database's too."""
PARTS, LOCK = ".parts", ".lock"


def fetch(
    published: Published,
    folder: Path,
    on_progress: OnProgress = lambda have, total: None,
    *,
    source: str | None = None,
    endpoint: str | None = None,
) -> Path:
    """Where the model lies whole; what of it is here already is not fetched again. Blocks: belongs in a thread.

    `folder`: that of all models, each in a folder of its own. `source`: see `placed`. A fetch that ends early, by an
    error, a kill or what `on_progress` raises, leaves what has arrived to the next one. Two at once take turns.
    What only a person can download is asked for before anything is fetched.
    Raises `ModelUnavailable` for what stays so until somebody acts, else `ServiceError` (see its `retryable`).
    """
    published, home = placed(published, folder, source)
    for portion in published.portions():
        if all(whole(home, file) for file in portion.files):
            continue
        if not (portion.repo or portion.address):
            raise hub_errors.to_be_added(portion, home, [file for file in portion.files if not whole(home, file)])
        _go_online(portion, home)
        with hub_errors.explained(portion, home):
            home.mkdir(parents=True, exist_ok=True)
            with _alone(home, lambda: on_progress(0, 0)):
                _Fetch(portion, home, on_progress, endpoint).run()
    return home


@contextmanager
def _alone(home: Path, waiting: Callable[[], None]) -> Iterator[None]:
    """One process at a time: the next one finds the model whole. The system frees the lock however we end."""
    lock = FileLock(home / LOCK)
    while True:
        waiting()
        try:
            lock.acquire(timeout=0.1)
            break
        except Timeout:
            continue
    try:
        yield
    finally:
        lock.release()


def _go_online(published: Published, home: Path) -> None:
    """Before the rest of the library is loaded, which takes 12 MB."""
    from huggingface_hub import constants

    if constants.is_offline_mode():
        raise hub_errors.offline(published, home)
    # Else it tells the hub which torch is here, and asks it daily how to recognise an agent that runs it.
    constants.HF_HUB_DISABLE_TELEMETRY = True
    # Each request would be a line, with an address that is signed: whoever reads the log could fetch what we may.
    logging.getLogger("httpx2").setLevel(logging.WARNING)


@dataclass
class _Fetch:
    published: Published
    home: Path
    on_progress: OnProgress
    endpoint: str | None
    have: int = 0
    total: int = 0

    def run(self) -> None:
        here = [file for file in self.published.files if whole(self.home, file)]
        missing = self._announced([file for file in self.published.files if file not in here])
        self.have = sum((self.home / file.path).stat().st_size for file in here)
        self.total = self.have + sum(remote.bytes or 0 for remote in missing)
        self._make_sure_of_room(missing)
        for remote in missing:
            target = self.home / remote.file.path
            transfer.receive(remote, self._part(remote), target, self._moved)
            digest(self.home, remote.file.path)
            self.have += target.stat().st_size
        shutil.rmtree(self.home / PARTS, ignore_errors=True)
        self.on_progress(self.total, self.total)

    def _announced(self, files: list[PublishedFile]) -> list[transfer.Remote]:
        """All of one commit: a branch may move between two requests."""
        remotes: list[transfer.Remote] = []
        revision = self.published.revision
        for file in files:

            def ask(file: PublishedFile = file, revision: str = revision) -> tuple[transfer.Remote, str]:
                if self.published.address:
                    return transfer.announced_at(self.published.address, file), revision
                return transfer.announced(file, repo=self.published.repo, revision=revision, endpoint=self.endpoint)

            remote, revision = transfer.patiently(ask, self._waiting)
            remotes.append(remote)
            self._waiting()
        log.debug("fetching", extra={"model": self.published.name, "commit": revision, "files": len(files)})
        return remotes

    def _make_sure_of_room(self, missing: list[transfer.Remote]) -> None:
        parts = [part for remote in missing if (part := self._part(remote)).exists()]
        needed = sum(remote.bytes or 0 for remote in missing) - sum(part.stat().st_size for part in parts)
        if missing and shutil.disk_usage(self.home).free < needed + SPARE_BYTES:
            raise hub_errors.no_room(self.published, self.home, needed + SPARE_BYTES)

    def _part(self, remote: transfer.Remote) -> Path:
        return self.home / PARTS / remote.part

    def _moved(self, arrived: int) -> None:
        self.on_progress(self.have + arrived, max(self.total, self.have + arrived))

    def _waiting(self) -> None:
        self.on_progress(0, 0)
