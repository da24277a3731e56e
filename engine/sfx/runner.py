"""Make-An-Audio behind the Runner protocol: a job's params to an effect, the effect to a clip."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from engine.capabilities import SfxParams
from engine.generation import Result, Task
from engine.sfx.effect import STEPS, Effect
from engine.sfx.loading import load

MODEL = "make-an-audio"
MAX_BATCH = {"cpu": 1, "cuda": 8}
"""On a CPU a batch gains nothing, and its first job would wait for all."""


class SfxRunner:
    """float32 [S] at 16 kHz. Loaded from a folder of published files; raises `CheckpointMismatch`."""

    capability, model = "sfx", MODEL

    def __init__(self, revision: str, folder: Path, device: str) -> None:
        self.revision = revision
        self.max_batch = MAX_BATCH.get(device.partition(":")[0], 1)
        self._generator = load(folder, device)

    def run(self, tasks: Sequence[Task]) -> list[Result]:
        return list(self._generator.generate([effect_of(task) for task in tasks]))


def effect_of(task: Task) -> Effect:
    params = task.params
    assert isinstance(params, SfxParams)
    return Effect(
        prompt=params.prompt,
        seconds=params.seconds,
        seed=task.seed,
        guidance=params.guidance,
        without=params.negative,
        candidates=params.candidates,
        steps=STEPS[params.quality],
        source=task.source,
        strength=params.strength,
        loop=params.loop,
        on_step=task.on_step,
    )
