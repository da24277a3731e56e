"""Text that remembers, character by character, which characters of the original it came from.

Front ends rewrite a text many times before it is spoken, and word timings have to point into what the user wrote.
So each rewriting is a set of edits on a `Traced`, and a replacement stands for all that it replaced.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

Edit = tuple[int, int, str]  # [first, stop) of the text gives way to the string
Reader = Callable[[re.Match[str]], str | None]
Rule = tuple[re.Pattern[str], Reader]


@dataclass(frozen=True, slots=True)
class Traced:
    """Character i of `text` comes from [starts[i], ends[i]) of the original; both never decrease."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    @classmethod
    def of(cls, text: str) -> Traced:
        return cls(text, range(len(text)), range(1, len(text) + 1))

    def origin(self, first: int, stop: int) -> tuple[int, int]:
        """The part of the original that characters [first, stop) came from; empty for an empty range."""
        if first >= stop:
            at = self.starts[first] if first < len(self.starts) else (self.ends[-1] if self.ends else 0)
            return at, at
        return self.starts[first], self.ends[stop - 1]

    def edited(self, edits: Iterable[Edit]) -> Traced:
        """Edits in order and apart from each other."""
        parts: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        done = 0
        for first, stop, new in edits:
            parts += self.text[done:first], new
            origin = self.origin(first, stop)
            starts += *self.starts[done:first], *(origin[:1] * len(new))
            ends += *self.ends[done:first], *(origin[1:] * len(new))
            done = stop
        if not done and not parts:
            return self
        return Traced("".join((*parts, self.text[done:])), (*starts, *self.starts[done:]), (*ends, *self.ends[done:]))

    def read(self, rules: Iterable[Rule]) -> Traced:
        """What each rule's reader makes of its matches. An earlier rule's match is out of reach for the later ones;
        a reader that gives None leaves the match to them. Readings keep a space to the words beside them."""
        taken = bytearray(len(self.text))
        edits: list[Edit] = []
        for pattern, reader in rules:
            for match in pattern.finditer(self.text):
                first, stop = match.span()
                if taken.find(1, first, stop) < 0 and (said := reader(match)) is not None:
                    taken[first:stop] = b"\1" * (stop - first)
                    edits.append((first, stop, said))
        return self.edited((first, stop, self._apart(first, stop, said, taken)) for first, stop, said in sorted(edits))

    def _apart(self, first: int, stop: int, said: str, taken: bytearray) -> str:
        if said[:1].isalnum() and first and (taken[first - 1] or self.text[first - 1].isalnum()):
            said = f" {said}"
        if said[-1:].isalnum() and stop < len(taken) and (taken[stop] or self.text[stop].isalnum()):
            said = f"{said} "
        return said

    def replaced(self, pattern: re.Pattern[str], new: str | Reader) -> Traced:
        """As `re.sub`, without padding."""
        return self.edited(
            (*match.span(), said)
            for match in pattern.finditer(self.text)
            if (said := match.expand(new) if isinstance(new, str) else new(match)) is not None
        )
