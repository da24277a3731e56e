"""The networks behind the Runner protocol: a job's params to an utterance, its pieces to one clip."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch

from engine.audio import Audio, join
from engine.capabilities import TtsParams
from engine.generation import Result, Task
from engine.tts.frontend import EspeakFrontend, KokoroFrontend
from engine.tts.network import TtsNetwork
from engine.tts.options import pronunciations_of
from engine.tts.precision import preferred
from engine.tts.styles import SampledStyles, TableStyles
from engine.tts.synthesizer import Manner, Synthesizer
from engine.tts.utterance import Utterance
from engine.tts.weights import opened

MAX_BATCH = {"cpu": 4, "cuda": 32}
"""On a CPU a batch saves only the text side: it is kept small, for the sake of the first one in it."""
MANNERS = {
    "styletts2": Manner(tail_samples=50, pause_seconds=0.15),
    "styletts2-ljspeech": Manner(last_extra_frames=5, pause_seconds=0.15),
    # Each of its clips begins with some 0.3 s of silence: that is the pause.
    "kokoro": Manner(),
}


class TtsRunner:
    """A model of `engine.tts.weights.FILES`, loaded from its folder. Raises `CheckpointMismatch`."""

    capability = "tts"

    def __init__(self, model: str, revision: str, folder: Path, device: str) -> None:
        self.model, self.revision = model, revision
        config, tree = opened(model, folder)
        network = TtsNetwork.load(config, tree, device, preferred(model, torch.device(device)))
        kind = torch.device(device).type
        self.max_batch = MAX_BATCH.get(kind, 1)
        kokoro = model == "kokoro"
        frontend = KokoroFrontend(folder) if kokoro else EspeakFrontend(quotes=model == "styletts2")
        styles = TableStyles(network, folder / "voices") if kokoro else SampledStyles(network)
        self._synthesizer = Synthesizer(network, frontend, styles, MANNERS[model], max_batch=self.max_batch)

    def run(self, tasks: Sequence[Task]) -> list[Result]:
        pieces: list[list[Audio]] = [[] for _ in tasks]
        errors: dict[int, Exception] = {}
        for index, piece in self._synthesizer.run([utterance_of(task) for task in tasks]):
            if isinstance(piece, Exception):
                errors[index] = piece
            else:
                pieces[index].append(piece.audio)
                tasks[index].on_piece(piece)
        return [errors.get(index) or join(made) for index, made in enumerate(pieces)]


def utterance_of(task: Task) -> Utterance:
    params = task.params
    assert isinstance(params, TtsParams)
    return Utterance(
        text=params.text,
        voice=params.voice or "",
        reference=task.reference,
        seed=task.seed,
        speed=params.speed,
        alpha=params.alpha,
        beta=params.beta,
        steps=params.steps,
        guidance=params.guidance,
        pronunciations=pronunciations_of(task),
        on_step=task.on_step,
    )
