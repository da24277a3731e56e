"""What a listener expects of written English: numbers, dates, money, links and abbreviations in words.

One reading serves every voice, so that they say the same thing and word timings have one origin. hibari's front end
has a normaliser of its own; we hand its phonemiser words only and switch that one off (`normalize_text=False`): read
twice, 3/4/2024 would be spoiled by whichever comes second, and origins would be lost.

Order of the rules matters: what is longest and most specific is first, and takes its characters for good.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from engine.errors import InvalidInput
from engine.tts import abbreviations, addresses, amounts, dates, figures, signs
from engine.tts.characters import cleaned
from engine.tts.pronunciations import MOST_SAID, PINS, Pinned, Pronunciation, pinned, too_long
from engine.tts.traced import Rule, Traced

RULES: tuple[Rule, ...] = (
    *signs.LANGUAGE_RULES,
    *addresses.RULES,
    *dates.DATE_RULES,
    *amounts.RULES,
    *dates.YEAR_RULES,
    *abbreviations.RULES,
    *figures.RULES,
    *signs.RULES,
)

_PARAGRAPH = re.compile(r"(?<=[^\s.!?…:;,—])[\"')\]]{0,3}[ \t]*\n\s*\n\s*(?=\S)")
_LINE = re.compile(r"(?<=[^\s.!?…:;,—])[ \t]*\n[ \t]*(?=[A-Z0-9\"'(•*+-])")
_UNSAID = re.compile(r"[\[\]{}<>|\\^~*_#`=+/®©¡¿²³¹¤¦§¨¬¯°±´¶·¸×÷]+")
# Scripts and signs that English voices cannot read: espeak would say "Chinese letter" for each.
_FOREIGN = re.compile(rf"[^\u0000-\u02af\u0300-\u036f\u1e00-\u1eff…—{PINS}]+")
_ELLIPSIS = re.compile(r"\.(?:\s?\.){2,}|…[.…\s]*(?=[.…])[.…]")
_SHOUTED = re.compile(r"[!?]{2,}")
_REPEATED = re.compile(r"([,;:—\"])(?:\s*\1)+")
_DASHES = re.compile(r"(?<!-)-{2,}(?!-)|(?<=\s)-(?=\s)")
# Apostrophes within words, and of runnin', are kept; the others were quotation marks or say nothing.
_QUOTE_MARK = re.compile(r"(?<!\w)'+|(?<!in)'+(?!\w)|''+")
_SPACE = re.compile(r"\s+")
_BEFORE_MARK = re.compile(r" (?=[,.;:!?…)])")
_STRAY_COMMA = re.compile(r"(?<=[.!?…:;,—(]) ?,(?= |$)|,(?= ?[.!?;:)…—])")
_EDGES = re.compile(r"\A[\s,;:.)!?…—]+|\s+\Z")
_EMPTY_PAIR = re.compile(r"\(\s*\)|\"\s*\"")


def normalised(text: str, pronunciations: Iterable[Pronunciation] = ()) -> tuple[Traced, Pinned]:
    """The words to be said, each with its origin in `text`, and the pronunciations pinned in them."""
    plain, pins = pinned(cleaned(text), pronunciations)
    plain = signs.without_markup(plain).replaced(_PARAGRAPH, lambda m: f"{m[0].rstrip()}. ").replaced(_LINE, ", ")
    return tidy(plain.read(RULES)), pins


def tidy(text: Traced) -> Traced:
    """Leftover layout goes, punctuation stands once and where it belongs."""
    for pattern, new in (
        (_DASHES, "—"),
        (_UNSAID, " "),
        (_FOREIGN, " "),
        (_ELLIPSIS, "…"),
        (_SHOUTED, _shout),
        (_QUOTE_MARK, ""),
        (_SPACE, " "),
        (_EMPTY_PAIR, " "),
        (_REPEATED, r"\1"),
        (_BEFORE_MARK, ""),
        (_STRAY_COMMA, ""),
        (_SPACE, " "),
        (_EDGES, ""),
    ):
        text = text.replaced(pattern, new)
    return text


def _shout(match: re.Match[str]) -> str:
    return "".join(mark for mark in "?!" if mark in match[0])


def normalise(text: str) -> str:
    """The words to be said, without their origins."""
    return normalised(text)[0].text


def require_sayable(text: str, pronunciations: Iterable[Pronunciation] = ()) -> None:
    """Raises `InvalidInput` where an English voice finds nothing to say, or too much.

    Something is a Latin letter, a digit, a sign or an emoji that has a name.
    """
    said, pins = normalised(text, pronunciations)
    if not pins and not any(map(str.isalpha, said.text)):
        raise InvalidInput(
            "There is nothing in this text that an English voice can say. Write English words.", field="text"
        )
    length = len(said.text) + sum(said.text.count(pin) * len(phonemes) for pin, phonemes in pins.items())
    if length > MOST_SAID:
        raise too_long(length)
