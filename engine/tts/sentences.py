"""Sentences of a text, and chunks of them that a network can say in one go.

Every character belongs to exactly one sentence and one chunk, in order: white space goes with what stands before it.
A dot ends a sentence unless it belongs to an abbreviation, an initial, a number of a list, or a lower-case letter
follows it; dots inside numbers and links have no space behind them and never come into question.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from engine.tts.abbreviations import ABBREVIATIONS, BEFORE_NUMBER, NEVER_ENDING, OPENERS
from engine.tts.dates import MONTH_NUMBERS
from engine.tts.pronunciations import INLINE

Span = tuple[int, int]
Measure = Callable[[str], int]  # how many phonemes (or tokens) a text takes


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """In what `Measure` counts. Sentences beyond `longest` are split; those below `shortest` join a neighbour, and
    neighbours in a paragraph are joined while they stay within `best`. The first stands alone where it is long enough:
    it is heard when nothing but it has been made."""

    longest: int
    best: int = 200
    shortest: int = 20


# Kokoro takes 510 phonemes but hurries beyond 400; StyleTTS 2 takes 511 tokens.
KOKORO = Limits(longest=400)
STYLETTS2 = Limits(longest=400)


@dataclass(frozen=True, slots=True)
class Chunk:
    """Characters [start, end) of the text, and how many phonemes they take: 0 where there is nothing to say."""

    text: str
    start: int
    end: int
    size: int


_END = re.compile(
    r"[.!?…]+[\"'”’»)\]*_]{0,4}\s+|[。！？]+[」』”’]?\s*|\s*\n\s*\n\s*|\n(?=\s{0,8}(?:[-*+•#>]|\d{1,3}[.)])\s)"
)
_LAST_WORD = re.compile(r"[\w.'’-]+$")
_LIST_NUMBER = re.compile(r"(?:^|\n)[ \t]*(?:\d{1,3}|[a-zA-Z]|[ivx]{1,5})$")
_FIRST_WORD = re.compile(r"[\"'“‘«(\[*_]*(?P<word>[\w'’]+)?")
_CLAUSE_ENDS = (
    re.compile(r"[:;][\"'”’)\]]{0,3}\s+"),
    re.compile(r",[\"'”’)\]]{0,3}\s+(?!\d)|[—–]\s*|\s-+\s+"),
    re.compile(r"\s+"),
)


def sentences(text: str) -> list[Span]:
    """Spans that cover the text."""
    ends: list[int] = []
    links = [match.span() for match in INLINE.finditer(text)]
    for match in _END.finditer(text):
        while links and links[0][1] <= match.start():
            links.pop(0)
        inside_link = bool(links) and links[0][0] < match.end() - 1
        if not inside_link and 0 < match.end() < len(text) and _ends(text, match):
            ends.append(match.end())
    return list(zip([0, *ends], [*ends, len(text)], strict=True)) if text else []


def _ends(text: str, match: re.Match[str]) -> bool:
    if "\n" in match[0] and match[0].count("\n") > 1:
        return True
    if match[0][0] not in ".!?…":
        return True
    following = _FIRST_WORD.match(text, match.end(), match.end() + 32)
    word = (following["word"] or "") if following else ""
    if word[:1].islower():
        return "\n" in match[0] and match[0][0] != "…"
    return match[0][0] != "." or match[0].startswith("..") or not _goes_on(text, match.start(), word)


def _goes_on(text: str, dot: int, following: str) -> bool:
    """Whether the dot belongs to the word before it rather than to the sentence."""
    before = text[max(0, dot - 40) : dot]
    found = _LAST_WORD.search(before)
    if not found or _LIST_NUMBER.search(before):
        return True
    last = found[0].lstrip("'’.-")
    if last.lower() in NEVER_ENDING:
        return following not in OPENERS or last.lower() not in ("st", "dr")
    if last.lower() in BEFORE_NUMBER or last in MONTH_NUMBERS:
        return following[:1].isdigit()
    if "." in last or last.lower() in ABBREVIATIONS:
        return bool(following) and following not in OPENERS
    initials = len(last) == 1 and last.isupper() and last != "I"
    return initials and following[:1].isupper() and following not in OPENERS - {"A"}


def chunks(text: str, measure: Measure, limits: Limits = KOKORO) -> Iterator[Chunk]:
    """The text in pieces, each within the limits unless a single character is beyond them.

    Measured as they are asked for: the first one is there before the last one was looked at.
    """
    pieces = (piece for span in sentences(text) for piece in _split(text, span, measure, limits))
    return _joined(text, pieces, measure, limits)


def _split(text: str, span: Span, measure: Measure, limits: Limits) -> Iterator[Chunk]:
    start, end = span
    size = measure(text[start:end])
    middle = _middle(text, start, end) if size > limits.longest else None
    if middle is None:
        yield Chunk(text[start:end], start, end, size)
        return
    yield from _split(text, (start, middle), measure, limits)
    yield from _split(text, (middle, end), measure, limits)


def _middle(text: str, start: int, end: int) -> int | None:
    """The best place to cut: nearest the middle, after a clause if there is one in the middle three fifths."""
    margin = (end - start) // 5
    aim = (start + end) // 2
    links = [match.span() for match in INLINE.finditer(text, start, end)]
    for pattern in _CLAUSE_ENDS:
        # A match is looked for in the whole piece: one that begins before the margin may end within it.
        cuts = (match.end() for match in pattern.finditer(text, start, end))
        allowed = [cut for cut in cuts if start + margin < cut < end - margin and not _within(cut, links)]
        if allowed:
            return min(allowed, key=lambda cut: abs(cut - aim))
    aim = next((first for first, stop in links if first < aim < stop), aim)
    while start < aim < end and unicodedata.combining(text[aim]):
        aim += 1
    return aim if start < aim < end else None


def _within(cut: int, links: list[Span]) -> bool:
    return any(first < cut < stop for first, stop in links)


def _joined(text: str, pieces: Iterable[Chunk], measure: Measure, limits: Limits) -> Iterator[Chunk]:
    """Neighbours joined where one is too short to sound well, or both are short and of one paragraph."""
    held: Chunk | None = None
    for piece in pieces:
        joined = _together(text, held, piece, measure, limits) if held else piece
        if joined is None:
            assert held is not None
            yield held
        held = joined or piece
    if held:
        yield held


def _together(text: str, one: Chunk, other: Chunk, measure: Measure, limits: Limits) -> Chunk | None:
    if one.size + other.size > limits.best and one.size and other.size:
        return None
    if one.start == 0 and min(one.size, other.size) >= limits.shortest:
        return None
    paragraph = one.text.count("\n", len(one.text.rstrip())) < 2
    too_short = min(one.size, other.size) < limits.shortest
    if not too_short and not (paragraph and one.size < limits.best // 2):
        return None
    joined = text[one.start : other.end]
    size = measure(joined)
    return Chunk(joined, one.start, other.end, size) if size <= max(limits.best, one.size, other.size) else None
