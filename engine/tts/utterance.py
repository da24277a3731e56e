"""What is to be said, and what comes of it: the values around the synthesizer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from engine.audio import Audio
from engine.generation import Piece, WordTiming
from engine.tts.pronunciations import Pronunciation
from engine.tts.spoken import WordSpan

__all__ = ["Chunk", "Frontend", "Piece", "Utterance", "WordTiming"]


def _no_step(fraction: float) -> None:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """A text and how to say it.

    `voice`: one of the model's, or "" with a `reference`. `alpha` and `beta`, 0 to 1: how much of timbre and of prosody
    comes from the text instead of the reference. `steps` of the diffusion, at least 2; `guidance` 1 for none.
    `on_step(fraction)` between the steps, 0 to 1; what it raises becomes this utterance's result.
    """

    text: str
    voice: str = ""
    reference: Audio | None = None
    seed: int = 0
    speed: float = 1.0
    alpha: float = 0.3
    beta: float = 0.7
    steps: int = 5
    guidance: float = 1.0
    pronunciations: tuple[Pronunciation, ...] = ()
    on_step: Callable[[float], None] = _no_step


@dataclass(frozen=True, slots=True)
class Chunk:
    """What the network says at once: token ids with the zeros their model wants, and which tokens say which words.

    `reached`: how much of the text is said with it, above 0 to 1.
    """

    tokens: tuple[int, ...]
    phoneme_count: int
    words: tuple[WordSpan, ...]
    reached: float = 1.0
    ends_paragraph: bool = False


class Frontend(Protocol):
    """From text to what a network reads, chunk by chunk as it is asked for.

    Raises `InvalidInput` for a text without anything to say, at the latest when its end is reached.
    """

    def chunks(self, text: str, voice: str, pronunciations: Sequence[Pronunciation]) -> Iterator[Chunk]: ...
