"""Numbers that stand for themselves: ordinals, fractions, ranges, scores, codes, and digits inside names."""

from __future__ import annotations

import re

from engine.tts.numbers import (
    MAGNITUDES,
    NUMBER,
    alphanumeric,
    cardinal,
    digit_by_digit,
    fraction,
    mixed,
    number,
    ordinal,
)
from engine.tts.traced import Rule

CODE_DIGITS = 10  # a run this long is a code or a telephone number, unless it is round

ORDINAL = re.compile(r"(?<![\w.,])(?P<number>\d{1,3}(?:,\d{3})++|\d{1,15})(?i:st|nd|rd|th)(?!\w)")
MIXED = re.compile(r"(?<![\w./,:-])(?P<whole>\d{1,4})[ -](?P<above>\d{1,3})/(?P<below>\d{1,3})(?![\w/]|\.\d)")
FRACTION = re.compile(r"(?<![\w./,])(?P<above>\d{1,6})/(?P<below>\d{1,6})(?![\w/]|\.\d)")
CODE = re.compile(r"(?<![\w.,-])\d{1,7}(?:-\d{1,7}){2,7}(?![\w-]|[.,]\d)")
RANGE = re.compile(
    rf"(?<![\w.,/-])(?P<from>{NUMBER})\s?(?P<dash>[-—])\s?(?P<to>{NUMBER})(?![\w/-]|[.,]\d)(?P<equals>(?= ?=))?"
)
RATIO = re.compile(r"(?<![\w.:])(?P<one>\d{1,4}):(?P<two>\d{1,4})(?![\w:])")
MAGNITUDE = re.compile(rf"(?<![\w.])(?P<number>{NUMBER})(?P<magnitude>[kKMB]|bn|mn|tn)(?![\w-])")
SIGNED = re.compile(rf"(?<![\w.,)\]%-])(?P<sign>[-+±~]) ?(?P<number>{NUMBER})(?![\w]|[.,]\d)")
POWER = re.compile(
    rf"(?<![\w.])(?P<base>{NUMBER}|[a-zA-Z]{{1,2}})(?:\^(?P<power>-?\d{{1,3}})|(?P<raised>⁻?[²³¹⁰⁴-⁹]{{1,3}}))(?!\w)"
)
PLAIN = re.compile(rf"(?<![\w.])(?P<number>{NUMBER})(?![\w])(?P<suffix>'s)?")
MIXED_WORD = re.compile(r"(?<!\w)(?=[^\W_]{0,40}\d)[^\W_]{1,41}+(?!\w)")
DOTTED_NUMBERS = re.compile(
    r"(?<![\w.])(?P<version>v)?(?P<numbers>\d{1,6}(?:\.\d{1,6}){2,8}|(?<=v)\d{1,6}\.\d{1,6})(?!\w|\.\d)", re.I
)
EMERGENCY = re.compile(r"(?i:(?<=call )|(?<=dial )|(?<=dialed )|(?<=called ))(?:911|999|112|411|000)(?![\w-])")
DIGITS = re.compile(r"\d+")
_SPECIAL = {("24", "7"): "twenty-four seven", ("9", "11"): "nine eleven", ("50", "50"): "fifty fifty",
            ("20", "20"): "twenty twenty"}  # fmt: skip
_RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_SIGNS = {"-": "minus", "+": "plus", "±": "plus or minus", "~": "about"}


def mixed_number(match: re.Match[str]) -> str | None:
    return mixed(match["whole"], match["above"], match["below"]) if int(match["above"]) < int(match["below"]) else None


def ratio_of(match: re.Match[str]) -> str:
    above, below = match["above"], match["below"]
    return _SPECIAL.get((above, below)) or fraction(above, below)


def magnitude(match: re.Match[str]) -> str | None:
    """10k followers, 5M views; but 4K and 8K are names of screens."""
    written = match["number"]
    if match["magnitude"] == "K" and len(written) == 1:
        return f"{cardinal(written)} K"
    return f"{number(written)} {MAGNITUDES[match['magnitude'].lower()]}"


def power(match: re.Match[str]) -> str:
    base, exponent = match["base"], match["power"] or match["raised"].translate(_RAISED)
    said = number(base) if base[-1].isdecimal() else base
    if exponent in ("2", "3"):
        return f"{said} {'squared' if exponent == '2' else 'cubed'}"
    return f"{said} to the power of {number(exponent)}"


def plain(match: re.Match[str]) -> str:
    written = match["number"]
    if "." not in written and "," not in written and len(written) >= CODE_DIGITS and not written.endswith("000"):
        return digit_by_digit(written)
    return number(written) + ("'s" if match["suffix"] else "")


def mixed_word(match: re.Match[str]) -> str:
    """Digits and letters run together: MP3, B2B, H2O, 3D, x86."""
    return alphanumeric(match[0])


def dash(match: re.Match[str]) -> str:
    joint = "minus" if match["equals"] is not None and match["dash"] == "-" else "to"
    return f"{number(match['from'])} {joint} {number(match['to'])}"


def dotted_numbers(match: re.Match[str]) -> str:
    parts = match["numbers"].split(".")
    joint = " dot " if len(parts) == 4 else " point "
    return ("version " if match["version"] else "") + joint.join(map(cardinal, parts))


RULES: tuple[Rule, ...] = (
    (EMERGENCY, lambda m: digit_by_digit(m[0])),
    (DOTTED_NUMBERS, dotted_numbers),
    (ORDINAL, lambda m: ordinal(m["number"])),
    (MIXED, mixed_number),
    (FRACTION, ratio_of),
    (CODE, lambda m: ", ".join(map(digit_by_digit, m[0].split("-")))),
    (MAGNITUDE, magnitude),
    (POWER, power),
    (RANGE, dash),
    (RATIO, lambda m: f"{cardinal(m['one'])} to {cardinal(m['two'])}"),
    (SIGNED, lambda m: f"{_SIGNS[m['sign']]} {number(m['number'])}"),
    (PLAIN, plain),
    (MIXED_WORD, mixed_word),
    (DIGITS, lambda m: number(m[0])),
)
