"""Digits to words, as an American says them: no "and" after the hundreds.

Functions take the digits as they are written and give words. What is too long to be a quantity is read digit by digit.
"""

from __future__ import annotations

import re
from functools import lru_cache

LONGEST = 15  # digits of a number that anybody would read as one quantity

# A number as people write it: 1,234.5 or 12 or .5
NUMBER = r"(?:\d{1,3}(?:,\d{3})++(?!\d)(?:\.\d++)?|\d++(?:\.\d++)?|\.\d++)"

# and where halves and quarters make sense: 3 1/2
QUANTITY = rf"(?:(?:\d{{1,4}} )?\d{{1,3}}/\d{{1,3}}(?![\d/])|{NUMBER})"

FRACTION_NAMES = {2: "half", 4: "quarter"}
MAGNITUDES = {
    "k": "thousand",
    "m": "million",
    "mn": "million",
    "mio": "million",
    "b": "billion",
    "bn": "billion",
    "t": "trillion",
    "tn": "trillion",
    "thousand": "thousand",
    "million": "million",
    "billion": "billion",
    "trillion": "trillion",
}


@lru_cache(maxsize=4096)
def cardinal(digits: str) -> str:
    """`1,234` -> one thousand two hundred thirty-four; `007` -> zero zero seven."""
    plain = digits.replace(",", "")
    if len(plain) > LONGEST or (len(plain) > 1 and plain[0] == "0"):
        return digit_by_digit(plain)
    return _words(int(plain), "cardinal")


@lru_cache(maxsize=1024)
def ordinal(digits: str) -> str:
    """`23` -> twenty-third."""
    plain = digits.replace(",", "")
    if len(plain) > LONGEST:
        return digit_by_digit(plain)
    words = _words(int(plain), "ordinal")
    return words.removeprefix("one ") if words in ("one hundredth", "one thousandth") else words


def _words(number: int, kind: str) -> str:
    from num2words import num2words  # 3 MB, in every language: not before a number is to be said

    return str(num2words(number, to=kind)).replace(",", "").replace(" and ", " ")


def digit_by_digit(digits: str) -> str:
    return " ".join(cardinal(digit) for digit in digits if digit.isdecimal())


def number(written: str) -> str:
    """`1,234.50` -> one thousand two hundred thirty-four point five zero; reads a sign, and `3 1/2` too."""
    if written[0] in "-+":
        return f"{'minus' if written[0] == '-' else 'plus'} {number(written[1:])}"
    if "/" in written:
        whole, _, part = written.rpartition(" ")
        above, _, below = part.partition("/")
        return mixed(whole, above, below) if whole else fraction(above, below)
    whole, point, decimals = written.partition(".")
    words = cardinal(whole) if whole else ""
    return f"{words} point {digit_by_digit(decimals)}".strip() if point else words


def is_one(written: str) -> bool:
    """Whether a singular follows: 1, but also -1; never 1.0 or 0.5."""
    return written.lstrip("+-") == "1"


def year(digits: str) -> str:
    """`1905` -> nineteen oh five, `2024` -> twenty twenty-four, `2005` -> two thousand five."""
    value = int(digits)
    high, low = divmod(value, 100)
    if not 1000 <= value <= 9999 or (high % 10 == 0 and low < 10):
        return cardinal(digits)
    if not low:
        return f"{cardinal(str(high))} hundred"
    return f"{cardinal(str(high))} {'oh ' if low < 10 else ''}{cardinal(str(low))}"


def decade(digits: str) -> str:
    """`1990` -> nineteen nineties, `80` -> eighties, `1900` -> nineteen hundreds."""
    words = year(digits) if len(digits) == 4 else cardinal(digits)
    return f"{words[:-1]}ies" if words.endswith("y") else f"{words}s"


def fraction(above: str, below: str) -> str:
    """`3`, `4` -> three quarters; improper or unusual ones are read as they stand: sixteen over nine."""
    top, bottom = int(above), int(below)
    if not (0 < top < bottom <= 100 and bottom > 1 and len(above) < 3):
        return f"{cardinal(above)} over {cardinal(below)}"
    name = FRACTION_NAMES.get(bottom) or ordinal(below)
    if top > 1:
        name = "halves" if bottom == 2 else f"{name}s"
    return f"{cardinal(above)} {name}"


def mixed(whole: str, above: str, below: str) -> str:
    """`3`, `1`, `2` -> three and a half."""
    part = fraction(above, below)
    article = "an" if below in ("8", "11", "18", "80") else "a"
    return f"{cardinal(whole)} and {re.sub('^one(?= )', article, part)}"


def letters(word: str) -> str:
    """Letters by name: `fbi` -> F B I."""
    return " ".join(word.upper())


def alphanumeric(word: str) -> str:
    """Digits of a name or code as words, letters kept: `mp3` -> mp three, `2001` -> two zero zero one."""
    return " ".join(map(_part, re.findall(r"\d+|[^\W\d_]+", word)))


def _part(part: str) -> str:
    if not part.isdecimal():
        return letters(part) if part.isupper() and len(part) < 4 else part
    return cardinal(part) if len(part) < 4 else digit_by_digit(part)
