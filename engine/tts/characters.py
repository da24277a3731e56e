"""The first pass over a text: what cannot be spoken goes, what is written in many ways is written in one.

Unicode's NFKC does most of it, cluster by cluster, so that origins are kept. Where it would change the meaning it is
not asked: superscripts (x² is not x2), vulgar fractions (3½ is not 31/2), the ellipsis, signs that are words.
"""

from __future__ import annotations

import re
import unicodedata

from engine.tts.traced import Traced

MARKS_PER_LETTER = 4  # "Zalgo" text stacks hundreds; no language needs more

PLAIN = {
    **dict.fromkeys("‘’‚‛ʼʻ´′＇", "'"),
    **dict.fromkeys("“”„‟«»″＂〝〞「」『』", '"'),
    **dict.fromkeys("‐‑‒−﹣－", "-"),
    **dict.fromkeys("–―─⸺⸻", "—"),
    **dict.fromkeys("…⋯", "…"),
    **dict.fromkeys("、，", ", "),
    **dict.fromkeys("。｡", ". "),
    **dict.fromkeys("！", "! "),
    **dict.fromkeys("？", "? "),
    **dict.fromkeys("；", "; "),
    **dict.fromkeys("：", ": "),
    **dict.fromkeys("•‣⁃∙·●○◦▪▫■□◆◇", "•"),
    "\u2028": "\n",
    "\u2029": "\n\n",
    "\x0b": "\n",
    "\x0c": "\n",
    "\x85": "\n",
    "№": "No.",
    "µ": "μ",
    "⁄": "/",
    "∕": "/",
    "⨯": "×",
}
KEPT = frozenset("²³¹⁰⁴⁵⁶⁷⁸⁹⁻™©®℃℉¡¿")  # read, or dropped, by name later
UNSPOKEN = frozenset({"Cc", "Cf", "Co", "Cn", "Cs", "Mn"})
# control, format (zero-width), private, unassigned, broken; marks without a letter
NARROW_SPACES = frozenset("\u00a0\u202f\u2009")


_COLOUR = re.compile(r"\x1b\[[0-9;]{0,16}[A-Za-z]")  # what terminals understand, pasted along


def cleaned(text: str) -> Traced:
    """No control, zero-width, private or broken characters left; one form of quotes, dashes, letters and spaces."""
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    first = 0
    while first < len(text):
        colour = _COLOUR.match(text, first)
        stop = colour.end() if colour else _cluster_end(text, first)
        new = "" if colour else _plain(text, first, stop)
        parts.append(new)
        starts += [first] * len(new)
        ends += [stop] * len(new)
        first = stop
    return Traced("".join(parts), starts, ends)


def _cluster_end(text: str, first: int) -> int:
    stop = first + 1
    while stop < len(text) and unicodedata.combining(text[stop]):
        stop += 1
    return stop


def _plain(text: str, first: int, stop: int) -> str:
    character = text[first]
    if stop == first + 1:
        if " " <= character <= "_" or "a" <= character <= "~" or character in "\n\t":
            return character
        return _single(character, text[first - 1 : first], text[stop : stop + 3])
    base = _single(character, text[first - 1 : first], "")
    if not base.isalpha():
        return base
    marks = text[first + 1 : min(stop, first + 1 + MARKS_PER_LETTER)]
    return unicodedata.normalize("NFC", base + marks)


def _single(character: str, before: str, after: str) -> str:
    if character == "\r":
        return "" if after[:1] == "\n" else "\n"
    # 10 000 as printers and much of Europe write ten thousand.
    if character in NARROW_SPACES and before.isdecimal() and len(after) == 3 and after.isdecimal():
        return ","
    if (plain := PLAIN.get(character)) is not None:
        return plain
    category = unicodedata.category(character)
    if category in UNSPOKEN:
        return ""
    if category.startswith("Z"):
        return " "
    return character if character in KEPT else _compatible(character, before)


def _compatible(character: str, before: str) -> str:
    if "<fraction>" in unicodedata.decomposition(character):
        new = unicodedata.normalize("NFKC", character).replace("⁄", "/")
        return f" {new}" if before.isdecimal() else new
    new = "".join(PLAIN.get(part, part) for part in unicodedata.normalize("NFKC", character))
    # Arabic and other digits have the values of ours; what is no decimal digit (Ethiopic ten) stays.
    return "".join(
        str(unicodedata.decimal(part)) if part.isdecimal() else part for part in new if not unicodedata.combining(part)
    )
