"""The embedded voice: hibari-tts, a small English model that comes with its package and runs on any CPU.

Apache-2.0, 14 MB, voice and phonemiser inside. Only the voice `heart` is in the wheel; others would be downloads.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np
from hibari import SAMPLE_RATE, Hibari

from engine.audio import Audio, join
from engine.capabilities import TtsParams
from engine.errors import InvalidInput, JobCancelled, UserError
from engine.generation import Piece, Result, Task, WordTiming
from engine.tts.normalise import require_sayable
from engine.tts.options import pronunciations_of
from engine.tts.phonemes import KokoroPhonemiser, Spoken
from engine.tts.sentences import Chunk, Limits, chunks

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
        parts: list[Audio] = []
        begun, seconds = 0.0, 0.0
        for phonemes, sentence in self._sentences(task):
            task.on_step(begun)
            # A seed of its own per sentence: the noise of one does not depend on the length of those before it.
            part = self._hibari.from_phonemes(phonemes, task.params.speed, (task.seed + len(parts)) % 2**32)
            parts.append(Audio(part.astype(np.float32, copy=False), SAMPLE_RATE))
            ended = seconds + parts[-1].seconds
            task.on_piece(Piece(parts[-1], (WordTiming(sentence.start, sentence.end, seconds, ended),)))
            begun, seconds = sentence.end / len(task.params.text), ended
        if not seconds:
            raise InvalidInput(
                "The embedded voice found nothing it can say in this text: it speaks English. Write English words.",
                field="text",
            )
        return join(parts)

    def _sentences(self, task: Task) -> Iterator[tuple[str, Chunk]]:
        """Phonemes, and the sentence that they say: read as they are asked for.

        By our own front end, as for the networks: the same text is read alike by every voice.
        """
        assert isinstance(task.params, TtsParams)
        rules = pronunciations_of(task)
        if rules:
            require_sayable(task.params.text, rules)

        @lru_cache(maxsize=16)  # a piece is read to be measured, and most are then said as they were measured
        def read(piece: str) -> Spoken:
            return self._phonemiser.spoken(piece, rules)

        for piece in chunks(task.params.text, lambda piece: len(read(piece).phonemes), ONE_BY_ONE):
            if (said := read(piece.text)).words:
                yield said.phonemes, piece
