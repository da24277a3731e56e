"""The seam between the worker and the networks: a task in, audio or an error out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

from engine.capabilities import Params
from engine.pronunciations import PronunciationRule

if TYPE_CHECKING:  # numpy comes with the first network, not with the service
    from engine.audio import Audio


@dataclass(frozen=True, slots=True)
class WordTiming:
    """Characters `start` to `end` of the text are heard from `start_seconds` to `end_seconds` of the clip."""

    start: int
    end: int
    start_seconds: float
    end_seconds: float


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a clip. `words`: where its text is heard, as finely as the model knows; empty where it does not."""

    audio: Audio
    words: tuple[WordTiming, ...] = ()


@dataclass(frozen=True, slots=True)
class Task:
    """One request of a batch.

    `seed` is always there. `source`: the clip to convert; `reference`: the clip of a user's own voice;
    `pronunciations`: the rules of the user's dictionaries, which come after those in the params.
    `on_step(fraction)` is called by the runner between steps with what is done, 0 to 1; it raises `JobCancelled`
    when the user withdrew the job, which is then that task's result. `on_piece(piece)` is called with what is finished,
    in order, by a runner that makes a clip in pieces: together they are the result.
    """

    params: Params
    seed: int
    on_step: Callable[[float], None]
    source: Audio | None = None
    reference: Audio | None = None
    pronunciations: tuple[PronunciationRule, ...] = ()
    on_piece: Callable[[Piece], None] = lambda piece: None


Result: TypeAlias = "Audio | Exception"
"""A `UserError` is shown to the user; a retryable `ServiceError` earns another attempt."""


class Runner(Protocol):
    """A loaded network. Called on its device's own thread, never on the event loop."""

    capability: str
    model: str
    revision: str
    max_batch: int

    def run(self, tasks: Sequence[Task]) -> list[Result]:
        """As many results as tasks, in order."""
        ...


class Runners(Protocol):
    """Where generation happens: on this machine's devices, or on a cluster's."""

    @property
    def capabilities(self) -> Sequence[str]: ...

    def max_batch(self, capability: str) -> int: ...

    async def run(self, model: str, tasks: Sequence[Task]) -> tuple[Runner, list[Result]]:
        """All tasks are for the one model.

        Raises only for what is wrong with all of the batch, such as a checkpoint that does not load.
        """
        ...
