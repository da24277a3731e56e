"""From a model's name to its loaded network: the only module that imports the networks, each when it is first used."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from engine.capabilities import TtsParams
from engine.errors import InvalidInput, ServiceError
from engine.generation import Result, Runner, Task
from engine.lineup import speaking_voices
from engine.nn.catalogue import MAKE_AN_AUDIO, MODELS, SEED_VC, SEED_VC_SINGING

if TYPE_CHECKING:  # numpy comes with the first network
    from engine.audio import Audio

SPEECH, SINGING = SEED_VC.name, SEED_VC_SINGING.name

Load = Callable[[str], Runner]
"""By model; loads what is not loaded yet."""
Loader = Callable[[Load], Runner]
"""`Load`: for a network that needs another one, as a conversion needs a voice that speaks."""

SAMPLE_TEXT = (
    "The evening train was late again, so we walked along the river and talked about summer. "
    "A boy with a huge yellow kite ran past us, and his dog chased every shadow on the grass."
)
"""A dozen seconds with most sounds of English: what a built-in voice says to be converted to."""


def embedded() -> dict[str, Loader]:
    """The models that come with their packages or with this one."""
    return {"hibari": _hibari, "foley": _foley, "world": _world}


def _hibari(load: Load) -> Runner:
    from engine.tts.hibari import HibariRunner

    return HibariRunner()


def _foley(load: Load) -> Runner:
    from engine.sfx.foley.runner import FoleyRunner

    return FoleyRunner()


def _world(load: Load) -> Runner:
    from engine.vc.world.runner import WorldRunner

    return WorldRunner(_samples(load))


def published(model: str, folders: Mapping[str, Path], device: str, cache: Path) -> Loader:
    """Of a model in the catalogue. `folders`: where each published model lies; `device`: cpu, cuda, cuda:1, or auto;
    `cache`: a folder for what is worth keeping of the voices.
    """

    def loader(load: Load) -> Runner:
        import torch

        chosen = ("cuda" if torch.cuda.is_available() else "cpu") if device == "auto" else device
        if model in (SPEECH, SINGING):
            return _seed_vc(model, folders, chosen, cache, load)
        return _of_one_folder(model, folders[model], chosen)

    return loader


def _of_one_folder(model: str, folder: Path, device: str) -> Runner:
    revision = MODELS[model].revision
    if model == MAKE_AN_AUDIO.name:
        from engine.sfx.runner import SfxRunner

        return SfxRunner(revision, folder, device)
    from engine.tts.runner import TtsRunner

    return TtsRunner(model, revision, folder, device)


def _seed_vc(model: str, folders: Mapping[str, Path], device: str, cache: Path, load: Load) -> Runner:
    from engine.vc import weights
    from engine.vc.runner import VcRunner

    variant = weights.SINGING if model == SINGING else weights.SPEECH
    return VcRunner(variant, MODELS[model].revision, folders, device, cache=cache / model, sample_of=_samples(load))


def _samples(load: Load) -> Callable[[str], Audio]:
    """What a built-in voice sounds like, by its id."""

    @lru_cache(maxsize=32)
    def sample_of(voice: str) -> Audio:
        speaks = {one.id: one.model for one in speaking_voices(MODELS)}
        if voice not in speaks:
            raise InvalidInput(f"The voice {voice[:60]!r} has no sample to convert to. Choose another voice.")
        params = TtsParams(text=SAMPLE_TEXT, voice=voice, seed=0)
        [sample] = load(speaks[voice]).run([Task(params, 0, lambda fraction: None)])
        if isinstance(sample, Exception):
            raise sample
        return sample

    return sample_of


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
            self._loaded[model] = self._loaders[model](self.load)
        return self._loaded[model]

    def close(self) -> None:
        self._device.shutdown(wait=False, cancel_futures=True)
