"""From a model's name to its loaded network: the only module that imports the networks, each when it is first used."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from engine.errors import ServiceError
from engine.generation import Result, Runner, Task

Loader = Callable[[], Runner]


def embedded() -> dict[str, Loader]:
    """The models that come with their packages or with this one."""
    return {"hibari": _hibari, "foley": _foley}


def _hibari() -> Runner:
    from engine.tts.hibari import HibariRunner

    return HibariRunner()


def _foley() -> Runner:
    from engine.sfx.foley.runner import FoleyRunner

    return FoleyRunner()


def published(model: str, revision: str, folder: Path, device: str) -> Loader:
    """Of a model in the catalogue that lies in `folder`. `device`: cpu, cuda, cuda:1, or auto."""

    def load() -> Runner:
        import torch

        from engine.tts.runner import TtsRunner

        chosen = ("cuda" if torch.cuda.is_available() else "cpu") if device == "auto" else device
        return TtsRunner(model, revision, folder, chosen)

    return load


class LocalRunners:
    """Networks on this machine: one thread per device, so that a device runs one batch at a time.

    An asyncio timeout does not stop such a thread; a batch stops at its next step (see `Task.on_step`).
    """

    def __init__(self, capabilities: Sequence[str], loaders: Mapping[str, Loader]) -> None:
        self.capabilities = tuple(capabilities)
        self._loaders = loaders
        self._loaded: dict[str, Runner] = {}
        self._device = ThreadPoolExecutor(max_workers=1, thread_name_prefix="device")

    def max_batch(self, capability: str) -> int:
        """The first batch, which loads its network, is of one."""
        sizes = [runner.max_batch for runner in self._loaded.values() if runner.capability == capability]
        return max(sizes, default=1)

    async def run(self, model: str, tasks: Sequence[Task]) -> tuple[Runner, list[Result]]:
        return await asyncio.get_running_loop().run_in_executor(self._device, self._run, model, tasks)

    def _run(self, model: str, tasks: Sequence[Task]) -> tuple[Runner, list[Result]]:
        runner = self.load(model)
        return runner, runner.run(tasks)

    def load(self, model: str) -> Runner:
        """Takes as long as the network needs to come from disk, the first time."""
        if model not in self._loaded:
            if model not in self._loaders:
                raise ServiceError(f"this worker has no model called {model}", retryable=True)
            self._loaded[model] = self._loaders[model]()
        return self._loaded[model]

    def close(self) -> None:
        self._device.shutdown(wait=False, cancel_futures=True)
