"""The embedded voice conversion behind the Runner protocol, when the weights of Seed-VC are not here."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Sequence

from engine.audio import Audio
from engine.capabilities import VcParams
from engine.errors import JobCancelled, UserError
from engine.generation import Result, Task
from engine.vc.world import MODEL, REVISION
from engine.vc.world.converter import converted, voice_of
from engine.vc.world.melody import Tuning
from engine.vc.world.portrait import Portrait

KEPT = 16
"""Portraits in memory, at most 6 MB each."""


class WorldRunner:
    """float32 [S] at 24 kHz. `sample_of` gives what a built-in voice sounds like, by its id."""

    capability, model, revision = "vc", MODEL, REVISION
    max_batch = 1  # nothing is shared between two clips

    def __init__(self, sample_of: Callable[[str], Audio]) -> None:
        self._sample_of = sample_of
        self._voices: OrderedDict[bytes, Portrait] = OrderedDict()

    def run(self, tasks: Sequence[Task]) -> list[Result]:
        return [self._try(task) for task in tasks]

    def _try(self, task: Task) -> Result:
        try:
            return self._convert(task)
        except (UserError, JobCancelled) as error:
            return error

    def _convert(self, task: Task) -> Audio:
        params = task.params
        assert isinstance(params, VcParams)
        assert task.source is not None
        reference = self._sample_of(params.voice) if task.reference is None else task.reference
        return converted(
            task.source,
            self._voice(reference),
            Tuning(semitones=params.semitones, singing=params.singing, auto=params.auto_pitch),
            length_adjust=params.length_adjust,
            on_step=task.on_step,
        )

    def _voice(self, reference: Audio) -> Portrait:
        """Listened to once, and then known by what the clip holds."""
        key = hashlib.sha256(f"{reference.sample_rate} ".encode() + reference.samples.tobytes()).digest()
        if key not in self._voices:
            self._voices[key] = voice_of(reference)
            if len(self._voices) > KEPT:
                self._voices.popitem(last=False)
        self._voices.move_to_end(key)
        return self._voices[key]
