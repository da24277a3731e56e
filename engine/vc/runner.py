"""Seed-VC behind the Runner protocol: a job's params to a conversion."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import torch

from engine.audio import Audio
from engine.capabilities import Quality, VcParams
from engine.generation import Result, Task
from engine.nn.precision import has_bfloat16
from engine.vc.converter import Conversion, Converter
from engine.vc.weights import Variant

STEPS: Mapping[Quality, int] = {"draft": 10, "good": 25, "best": 50}
MAX_BATCH = {"cpu": 1, "cuda": 16}
"""Jobs at once, and pieces: on a CPU a batch gains nothing, and its first job would wait for all."""


class VcRunner:
    """float32 [S] at the rate of the variant's vocoder, 22.05 or 44.1 kHz. `folders`: where each of the variant's
    models lies; `cache`: a folder for the voices that were listened to; `sample_of` gives what a built-in voice sounds
    like, by its id. Raises `CheckpointMismatch`.
    """

    capability = "vc"

    def __init__(
        self,
        variant: Variant,
        revision: str,
        folders: Mapping[str, Path],
        device: str,
        *,
        cache: Path | None,
        sample_of: Callable[[str], Audio],
    ) -> None:
        self.model, self.revision = variant.model, revision
        self._sample_of = sample_of
        place = torch.device(device)
        self.max_batch = MAX_BATCH.get(place.type, 1)
        self._converter = Converter.open(
            variant,
            folders,
            device,
            model=f"{variant.model}@{revision}",
            folder=cache,
            pieces_at_once=self.max_batch,
            precision=torch.bfloat16 if has_bfloat16(place) else torch.float32,
        )

    def run(self, tasks: Sequence[Task]) -> list[Result]:
        wanted = [self._conversion(task) for task in tasks]
        made = iter(self._converter.convert([each for each in wanted if isinstance(each, Conversion)]))
        return [next(made) if isinstance(each, Conversion) else each for each in wanted]

    def _conversion(self, task: Task) -> Conversion | Exception:
        params = task.params
        assert isinstance(params, VcParams)
        assert task.source is not None
        reference = task.reference
        if reference is None:
            try:
                reference = self._sample_of(params.voice)
            except Exception as error:  # of this task alone: the others have their own voices
                return error
        return Conversion(
            source=task.source,
            reference=reference,
            seed=task.seed,
            steps=STEPS[params.quality],
            guidance=params.guidance,
            length_adjust=params.length_adjust,
            semitones=params.semitones,
            auto_pitch=params.auto_pitch,
            on_step=task.on_step,
        )
