"""Signs that are words, signs that are layout, and emoji.

Markdown and HTML lose their marks and keep their words. An emoji is said by its Unicode name where that name is short
enough to be said, once however often it is repeated; other pictures fall silent.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from engine.tts.numbers import letters
from engine.tts.traced import Edit, Rule, Traced

NAME_WORDS = 6  # "face with tears of joy" has five

ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'", "nbsp": " ", "ndash": "—", "mdash": "—",
            "hellip": "…", "copy": "©"}  # fmt: skip

FENCE = re.compile(r"^[ \t]*(?:```|~~~)[^\n`]*$", re.M)
RULER = re.compile(r"^[ \t]*([-*_=])(?:[ \t]*\1){2,}[ \t]*$", re.M)
TABLE_RULER = re.compile(r"^(?=[ \t:|]*-{3})[ \t:|-]+$", re.M)
HEADING = re.compile(r"^(?P<mark>[ \t]*#{1,6}[ \t]+)(?P<text>[^\n]*)$", re.M)
QUOTED = re.compile(r"^[ \t]*(?:>[ \t]*){1,8}(?!\d)", re.M)
BULLET = re.compile(r"^[ \t]*[-*+•][ \t]+(?:\[[ xX]\][ \t]+)?", re.M)
LINK = re.compile(r"!?\[(?P<text>[^\[\]\n]{1,300})\]\((?P<target>[^()\s]{1,2000})(?: \"[^\"\n]{0,200}\")?\)")
TAG = re.compile(r"</?[a-zA-Z][\w-]{0,20}(?:\s[^<>\n]{0,300})?/?>|<!--[^<>]{0,300}-->")
ENTITY = re.compile(rf"&(?P<name>{'|'.join(ENTITIES)});")
EMPHASIS = re.compile(r"\*+(?=\S)|(?<=\S)\*+|(?<!\w)_+(?=\w)|(?<=\w)_+(?!\w)|~~|`+")
SPOILER = re.compile(r"\|\|")
CELL = re.compile(r"(?<=[^\s|])[ \t]*\|[ \t]*(?=[^\s|])")
MARKUP: tuple[Rule, ...] = (
    (FENCE, lambda m: ""),
    (RULER, lambda m: ""),
    (TABLE_RULER, lambda m: ""),
    (QUOTED, lambda m: ""),
    (BULLET, lambda m: "•"),
    (LINK, lambda m: m["text"]),
    (TAG, lambda m: ""),
    (ENTITY, lambda m: ENTITIES[m["name"]]),
    (SPOILER, lambda m: ""),
    (CELL, lambda m: ", "),
)

SAID = {
    "&": "and", "%": "percent", "‰": "per mille", "@": "at", "=": "equals", "≠": "is not equal to",
    "≈": "approximately", "≤": "is less than or equal to", "≥": "is greater than or equal to", "±": "plus or minus",
    "×": "times", "+": "plus", "÷": "divided by", "√": "square root of", "∞": "infinity", "∑": "sum of",
    "∫": "integral of", "∂": "partial", "°": "degrees", "§": "section", "©": "copyright", "→": "to", "⇒": "implies",
    "∈": "in", "∀": "for all", "∃": "there exists", "∅": "empty set", "∩": "intersection", "∪": "union", "¬": "not",
    "$": "dollars", "€": "euros", "£": "pounds", "¥": "yen", "₿": "bitcoin", "¢": "cents", "℃": "degrees Celsius",
    "℉": "degrees Fahrenheit",
}  # fmt: skip
LANGUAGES = re.compile(r"(?<!\w)(?P<letter>[CFJ])(?P<sign>#|\+\+)(?!\w)")
DOT_NAME = re.compile(r"(?<![\w.])\.(?=(?:NET|net|env|io|js)\b)")
COMPARED = re.compile(r"(?<=[\w)]) ?(?P<sign><=|>=|<|>|\+|\*|==|!=|=>|->|-->) ?(?=[\w(-])")
COMPARISONS = {"<": "is less than", ">": "is greater than", "<=": "is less than or equal to", "+": "plus", "*": "times",
               ">=": "is greater than or equal to", "==": "equals", "!=": "is not equal to", "=>": "to", "->": "to",
               "-->": "to"}  # fmt: skip
SIGN = re.compile("[" + re.escape("".join(SAID)) + "]")
HEART = re.compile(r"(?<!\S)<3+(?!\S)")
EMOTICON = re.compile(r"(?<!\S)(?:[:;=]'?-?[)(DPpoO3|/\\*]{1,9}|[xX]D+|\^_?\^|T_T|¯\\_\(ツ\)_/¯)(?=[\s.,!?]|$)")
EITHER = re.compile(r"(?<=[^\W\d_])/(?=[^\W\d_])")
AND_OR = re.compile(r"\band/or\b", re.I)
GREEK = re.compile(r"(?<![^\W\d_])[α-ωΑ-Ω](?![^\W\d_])")
LETTER_JOINT = re.compile(r"(?<=\w)_+(?=\w)")
FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{2}")
PICTURES = re.compile("(?P<one>[\u2190-\u2bff\u3030\u303d\U0001f000-\U0001fbff])(?:\\s*(?P=one))*")

# Words of a name that tell variants of a picture apart rather than name it.
_DROPPED = frozenset({
    "SIGN", "SYMBOL", "HEAVY", "MEDIUM", "LARGE", "SMALL",
})  # fmt: skip
_NO_PICTURE = frozenset({
    "ARROW", "ARROWS", "BOX", "BLOCK", "SHADE", "TILE", "TECHNICAL", "APL", "SELECTOR", "MODIFIER", "INDICATOR",
    "FITZPATRICK",
})  # fmt: skip
_HEARTS = {"❤": "red heart", "♥": "heart", "☺": "smiling face", "✅": "check mark", "❌": "cross mark"}


def without_markup(text: Traced) -> Traced:
    """Markdown and HTML without their marks; a heading becomes a sentence."""
    edits: list[Edit] = []
    for match in HEADING.finditer(text.text):
        edits.append((*match.span("mark"), ""))
        if match["text"].rstrip()[-1:].isalnum():
            edits.append((match.end(), match.end(), "."))
    return text.edited(edits).read(MARKUP)


@lru_cache(maxsize=512)
def picture(character: str) -> str:
    """The name of an emoji in words, or nothing where Unicode's name would not help a listener."""
    if character in _HEARTS:
        return _HEARTS[character]
    words = unicodedata.name(character, "").replace("-", " ").split()
    if not words or _NO_PICTURE & set(words) or "2500" <= f"{ord(character):04x}" < "2600":
        return ""
    # In the old blocks black and white mean filled and outlined.
    dropped = _DROPPED | ({"BLACK", "WHITE"} if character < "\uffff" else set())
    kept = [word for word in words if word not in dropped]
    if not 0 < len(kept) <= NAME_WORDS or any(not word.isalpha() for word in kept):
        return ""
    return " ".join(kept).lower()


def pictures(match: re.Match[str]) -> str:
    """Longer names are set off by commas: I love it, face with tears of joy."""
    name = picture(match["one"])
    if " " not in name:
        return f" {name} "
    before = match.string[max(0, match.start() - 3) : match.start()].rstrip("\ufe0f ")
    after = match.string[match.end() : match.end() + 3].lstrip()
    return f"{', ' if before[-1:].isalnum() else ' '}{name}{', ' if after[:1].isalnum() else ' '}"


def flag(match: re.Match[str]) -> str:
    return letters("".join(chr(ord(character) - 0x1F1E6 + ord("A")) for character in match[0])) + " flag"


def greek(match: re.Match[str]) -> str | None:
    words = unicodedata.name(match[0], "").split()
    return words[-1].lower() if len(words) == 4 else None


LANGUAGE_RULES: tuple[Rule, ...] = (
    (HEART, lambda m: "heart"),
    (EMOTICON, lambda m: ""),
    (LANGUAGES, lambda m: f"{m['letter']} {'sharp' if m['sign'] == '#' else 'plus plus'}"),
    (DOT_NAME, lambda m: "dot "),
    (AND_OR, lambda m: "and or"),
    (FLAG, flag),
)
RULES: tuple[Rule, ...] = (
    (COMPARED, lambda m: f" {COMPARISONS[m['sign']]} "),
    (EITHER, lambda m: " slash "),
    (SIGN, lambda m: f" {SAID[m[0]]} "),
    (GREEK, greek),
    (PICTURES, pictures),
    (EMPHASIS, lambda m: ""),
    (LETTER_JOINT, lambda m: " "),
)
