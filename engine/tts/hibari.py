"""The embedded voice: hibari-tts, a small English model that comes with its package and runs on any CPU.

Apache-2.0, 14 MB, voice and phonemiser inside. Only the voice `heart` is in the wheel; others would be downloads.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from hibari import SAMPLE_RATE, Hibari

from engine.audio import Audio
from engine.capabilities import TtsParams
from engine.errors import InvalidInput, JobCancelled, UserError
from engine.generation import Result, Task
from engine.tts.options import pronunciations_of
from engine.tts.phonemes import KokoroPhonemiser
from engine.tts.sentences import Limits, chunks

MODEL, REVISION = "hibari", "0.2.1"

ONE_BY_ONE = Limits(longest=400, best=1, shortest=1)
"""It was made for single sentences, and a cancelled job stops between two."""


class HibariRunner:
    """float32 [S] in [-1, 1] at 24 kHz, about 90 times faster than real time on two CPU cores."""

    capability, model, revision = "tts", MODEL, REVISION
    max_batch = 1  # its ONNX graph takes one sentence at a time

    def __init__(self) -> None:
        self._hibari = Hibari(voice="heart")
        self._phonemiser = KokoroPhonemiser()

    def run(self, tasks: Sequence[Task]) -> list[Result]:
        return [self._try(task) for task in tasks]

    def _try(self, task: Task) -> Result:
        try:
            return self._speak(task)
        except (UserError, JobCancelled) as error:
            return error

    def _speak(self, task: Task) -> Audio:
        assert isinstance(task.params, TtsParams)
        said = [phonemes for phonemes in self._sentences(task.params) if phonemes]
        parts = []
        for index, phonemes in enumerate(said):
            task.on_step(index / len(said))
            # A seed of its own per sentence: the noise of one does not depend on the length of those before it.
            part = self._hibari.from_phonemes(phonemes, task.params.speed, (task.seed + index) % 2**32)
            parts.append(part.astype(np.float32, copy=False))
            task.on_audio(Audio(parts[-1], SAMPLE_RATE))
        samples = np.concatenate(parts) if parts else np.zeros(0, np.float32)
        if samples.size == 0:
            raise InvalidInput(
                "The embedded voice found nothing it can say in this text: it speaks English. Write English words.",
                field="text",
            )
        return Audio(samples, SAMPLE_RATE)

    def _sentences(self, params: TtsParams) -> list[str]:
        """Phonemes by our own front end, as for the networks: the same text is read alike by every voice."""
        rules = pronunciations_of(params)

        @cache  # a piece is read to be measured, and most are then said as they were measured
        def read(piece: str) -> str:
            return self._phonemiser.phonemes(piece, rules)

        pieces = chunks(params.text, lambda piece: len(read(piece)), ONE_BY_ONE)
        return [read(piece.text) for piece in pieces if piece.size]
