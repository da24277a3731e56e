"""From a capability to its loaded network: the only module that imports the networks, each when it is first used."""

from __future__ import annotations

import asyncio
import importlib.metadata
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from engine.generation import Result, Runner, Task
from engine.offers import BuiltInVoice, Offer, Offers

HEART = BuiltInVoice(
    id="heart", name="Heart", description="American English, female, warm", language="en-US", model="hibari"
)


def offers() -> Offers:
    """What this installation can do, without importing a network."""
    return {
        "tts": _embedded_voice(),
        "vc": Offer(
            capability="vc",
            model="",
            unavailable="Voice conversion is not installed here yet: this version of Bernie has no model for it. "
            "Upgrade Bernie, or ask whoever runs this service to. Nothing was charged.",
        ),
        "sfx": Offer(
            capability="sfx",
            model="",
            unavailable="Sound effects are not installed here yet: this version of Bernie has no model for them. "
            "Upgrade Bernie, or ask whoever runs this service to. Nothing was charged.",
        ),
    }


def _embedded_voice() -> Offer:
    try:
        revision = importlib.metadata.version("hibari-tts")
    except importlib.metadata.PackageNotFoundError:
        missing = "The embedded voice is not installed. Run `make install`, or `pip install 'hibari-tts[fast]==0.2.1'`."
        return Offer(capability="tts", model="hibari", unavailable=missing)
    return Offer(capability="tts", model="hibari", revision=revision, licence="Apache-2.0", voices=(HEART,))


def _hibari() -> Runner:
    from engine.tts.hibari import HibariRunner

    return HibariRunner()


LOADERS: Mapping[str, Callable[[], Runner]] = {"hibari": _hibari}


class LocalRunners:
    """Networks on this machine: one thread per device, so that a device runs one batch at a time.

    An asyncio timeout does not stop such a thread; a batch stops at its next step (see `Task.on_step`).
    """

    def __init__(self, offers: Offers, loaders: Mapping[str, Callable[[], Runner]] = LOADERS) -> None:
        self._models = {name: offer.model for name, offer in offers.items() if offer.unavailable is None}
        self._loaders = loaders
        self._loaded: dict[str, Runner] = {}
        self._device = ThreadPoolExecutor(max_workers=1, thread_name_prefix="device")

    @property
    def capabilities(self) -> Sequence[str]:
        return tuple(self._models)

    def max_batch(self, capability: str) -> int:
        runner = self._loaded.get(capability)
        return runner.max_batch if runner else 1  # the first batch, which loads the network, is of one

    async def run(self, capability: str, tasks: Sequence[Task]) -> tuple[Runner, list[Result]]:
        return await asyncio.get_running_loop().run_in_executor(self._device, self._run, capability, tasks)

    def _run(self, capability: str, tasks: Sequence[Task]) -> tuple[Runner, list[Result]]:
        runner = self.load(capability)
        return runner, runner.run(tasks)

    def load(self, capability: str) -> Runner:
        """Takes as long as the network needs to come from disk, the first time."""
        if capability not in self._loaded:
            self._loaded[capability] = self._loaders[self._models[capability]]()
        return self._loaded[capability]

    def close(self) -> None:
        self._device.shutdown(wait=False, cancel_futures=True)
