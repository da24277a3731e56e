"""When each character of a text is heard, from when its words are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from pydantic import BaseModel

from engine import WordTiming


class Alignment(BaseModel):
    """Three lists of one length."""

    characters: list[str]
    character_start_times_seconds: list[float]
    character_end_times_seconds: list[float]


def alignment(text: str, words: Iterable[WordTiming], *, within: bool = False) -> Alignment | None:
    """None where no word is timed. `within`: only from the first to the last of these words.

    Within a word the time is shared evenly; what stands between two words is heard, silent, between them.
    """
    timed = sorted(words, key=lambda word: word.start)
    if not timed:
        return None
    start, end = (timed[0].start, timed[-1].end) if within else (0, len(text))
    times = _times(_marks(timed, start, end))
    return Alignment(
        characters=list(text[start:end]),
        character_start_times_seconds=times[:-1],
        character_end_times_seconds=times[1:],
    )


def _marks(timed: Sequence[WordTiming], start: int, end: int) -> list[tuple[int, float]]:
    """Positions whose time is known, rising in both."""
    marks = [(start, timed[0].start_seconds)]
    for word in timed:
        for position, seconds in ((word.start, word.start_seconds), (word.end, word.end_seconds)):
            if position >= marks[-1][0] and seconds >= marks[-1][1]:
                marks.append((position, seconds))
    return [*marks, (max(end, marks[-1][0]), marks[-1][1])]


def _times(marks: Sequence[tuple[int, float]]) -> list[float]:
    """Of every position from the first mark to the last."""
    times: list[float] = []
    for (before, begun), (after, ended) in pairwise(marks):
        times += [begun + (ended - begun) * step / (after - before) for step in range(after - before)]
    return [round(seconds, 4) for seconds in (*times, marks[-1][1])]
