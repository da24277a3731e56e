"""`bernie serve` that is killed with SIGKILL when it comes to the stage named in DOOM. Run as a script."""

from __future__ import annotations

import functools
import os
import signal
from collections.abc import Callable
from typing import Any

from bernie.cli import main
from engine.jobs import Jobs
from engine.settlement import Settlement
from engine.tts.hibari import HibariRunner
from engine.worker import Worker
from store import folder, queue
from store.folder import Folder


def die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def before(owner: Any, name: str) -> None:
    setattr(owner, name, die)


def after(owner: Any, name: str) -> None:
    original: Callable[..., Any] = getattr(owner, name)

    @functools.wraps(original)
    async def wrapped(*arguments: Any, **options: Any) -> Any:
        await original(*arguments, **options)
        die()

    setattr(owner, name, wrapped)


def in_mid_run() -> None:
    original = HibariRunner._speak

    def wrapped(self: HibariRunner, task: Any) -> Any:
        original(self, task)
        die()

    HibariRunner._speak = wrapped  # type: ignore[method-assign]


STAGES: dict[str, Callable[[], None]] = {
    "after submit": lambda: after(Jobs, "submit"),
    "after claim": lambda: before(Worker, "_run_batch"),
    "in mid-run": in_mid_run,
    "in mid-upload": lambda: before(folder.os, "replace"),
    "after upload": lambda: after(Folder, "put"),
    "before settlement": lambda: before(Settlement, "succeed"),
    "in mid-settlement": lambda: before(queue, "promote"),
    "after settlement": lambda: after(Settlement, "succeed"),
}

if __name__ == "__main__":
    STAGES[os.environ["DOOM"]]()
    main()
