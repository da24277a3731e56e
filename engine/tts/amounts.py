"""Amounts of something: money, percentages, measures, degrees, multiples.

Each rule reads the number together with what is counted, because that decides singular, plural and order of words.
"""

from __future__ import annotations

import re

from engine.tts.abbreviations import closing_dot
from engine.tts.numbers import MAGNITUDES, NUMBER, QUANTITY, cardinal, is_one, number, year
from engine.tts.traced import Rule

# sign or code -> unit, units, hundredth, hundredths
MONEY: dict[str, tuple[str, str, str, str]] = {
    "$": ("dollar", "dollars", "cent", "cents"),
    "£": ("pound", "pounds", "penny", "pence"),
    "€": ("euro", "euros", "cent", "cents"),
    "¥": ("yen", "yen", "sen", "sen"),
    "₹": ("rupee", "rupees", "paisa", "paise"),
    "₩": ("won", "won", "jeon", "jeon"),
    "₽": ("ruble", "rubles", "kopek", "kopeks"),
    "₺": ("lira", "lira", "kurush", "kurush"),
    "₴": ("hryvnia", "hryvnias", "kopek", "kopeks"),
    "₪": ("shekel", "shekels", "agora", "agorot"),
    "₫": ("dong", "dong", "hao", "hao"),
    "₿": ("bitcoin", "bitcoins", "", ""),
}
COUNTRIES = {"US": "U S", "C": "Canadian", "CA": "Canadian", "A": "Australian", "AU": "Australian", "NZ": "New Zealand"}
CODES = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹", "KRW": "₩", "RUB": "₽", "TRY": "₺", "BTC": "₿"}

UNITS: dict[str, tuple[str, str]] = {
    **{sign: (f"{prefix}meter", f"{prefix}meters") for sign, prefix in
       {"km": "kilo", "m": "", "cm": "centi", "mm": "milli", "μm": "micro", "nm": "nano"}.items()},
    **{sign: (f"{prefix}gram", f"{prefix}grams") for sign, prefix in
       {"kg": "kilo", "g": "", "mg": "milli", "μg": "micro"}.items()},
    **{sign: (f"{prefix}liter", f"{prefix}liters") for sign, prefix in
       {"l": "", "L": "", "cl": "centi", "dl": "deci", "ml": "milli", "mL": "milli"}.items()},
    **{sign: (f"{prefix}byte", f"{prefix}bytes") for sign, prefix in
       {"KB": "kilo", "kB": "kilo", "MB": "mega", "GB": "giga", "TB": "tera", "PB": "peta", "GiB": "gibi"}.items()},
    **{sign: (f"{prefix}hertz", f"{prefix}hertz") for sign, prefix in
       {"Hz": "", "kHz": "kilo", "MHz": "mega", "GHz": "giga"}.items()},
    **{sign: (f"{prefix}watt", f"{prefix}watts") for sign, prefix in
       {"W": "", "kW": "kilo", "MW": "mega", "GW": "giga"}.items()},
    **{sign: (f"{name} per second", f"{plural} per second") for sign, name, plural in (
        ("m/s", "meter", "meters"), ("km/s", "kilometer", "kilometers"), ("kbps", "kilobit", "kilobits"),
        ("Mbps", "megabit", "megabits"), ("Gbps", "gigabit", "gigabits"), ("MB/s", "megabyte", "megabytes"),
        ("fps", "frame", "frames"))},
    **dict.fromkeys(("km/h", "kmh", "kph"), ("kilometer per hour", "kilometers per hour")),
    "m/s²": ("meter per second squared", "meters per second squared"),
    "mph": ("mile per hour", "miles per hour"),
    "mi": ("mile", "miles"),
    "yd": ("yard", "yards"),
    "ft": ("foot", "feet"),
    "lb": ("pound", "pounds"),
    "lbs": ("pound", "pounds"),
    "oz": ("ounce", "ounces"),
    "kWh": ("kilowatt hour", "kilowatt hours"),
    "mAh": ("milliamp hour", "milliamp hours"),
    "kcal": ("kilocalorie", "kilocalories"),
    "dB": ("decibel", "decibels"),
    "px": ("pixel", "pixels"),
    "ha": ("hectare", "hectares"),
    "s": ("second", "seconds"),
    "ms": ("millisecond", "milliseconds"),
    "sec": ("second", "seconds"),
    "secs": ("second", "seconds"),
    "min": ("minute", "minutes"),
    "mins": ("minute", "minutes"),
    "h": ("hour", "hours"),
    "hr": ("hour", "hours"),
    "hrs": ("hour", "hours"),
    "rpm": ("revolution per minute", "revolutions per minute"),
    "bpm": ("beat per minute", "beats per minute"),
    "mol": ("mole", "moles"),
}  # fmt: skip
PER_NAMES = {"mo": "month", "yr": "year"}
POWERS = {"²": "square ", "2": "square ", "³": "cubic ", "3": "cubic "}
SCALES = {"C": " Celsius", "F": " Fahrenheit", "K": " Kelvin", "": ""}

_SIGN = r"(?P<sign>(?<![\w.,)\]-])[-+])?"
_ALONE = r"(?<![\w.])"
_UPTO = rf"(?:\s?(?P<dash>[-—])\s?(?P<upto>{QUANTITY}))?"
_AMOUNT = rf"(?P<number>{QUANTITY})"
_MAGNITUDE = r"(?:\s?(?P<magnitude>(?i:thousand|million|billion|trillion|mio|mn|bn|tn|[kmbt]))(?!\w))?"
_PER = r"(?:/(?P<per>person|day|week|month|mo|year|yr|hour|hr|h|minute|min|sec|s|night|unit|kg|lb|gallon|mile)\b)?"
_SIGNS = "[" + "".join(MONEY) + "]"
_UNITS = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))

MONEY_BEFORE = re.compile(
    rf"(?P<article>\b[Aa]n? )?{_SIGN}{_ALONE}(?P<country>US|CA|AU|NZ|C|A)?(?P<money>{_SIGNS})\s?(?P<number>{NUMBER})"
    rf"(?:\s?(?P<dash>[-—])\s?{_SIGNS}?(?P<upto>{NUMBER}))?{_MAGNITUDE}{_PER}(?P<noun>(?= [a-z]{{3}}))?"
)
MONEY_AFTER = re.compile(rf"{_SIGN}{_ALONE}{_AMOUNT}{_UPTO}{_MAGNITUDE}\s?(?P<money>{_SIGNS}|(?:{'|'.join(CODES)})\b)")
CODE_BEFORE = re.compile(rf"\b(?P<money>{'|'.join(CODES)})\s?{_AMOUNT}{_UPTO}{_MAGNITUDE}")
CENTS = re.compile(rf"{_ALONE}{_AMOUNT}{_UPTO}\s?¢")
PERCENT = re.compile(rf"{_SIGN}{_ALONE}{_AMOUNT}%?{_UPTO}\s?(?P<percent>[%‰])")
DEGREES = re.compile(rf"{_SIGN}{_ALONE}{_AMOUNT}{_UPTO}\s?[°º˚](?:\s?(?P<scale>[CFK])(?!\w))?")
UNIT = re.compile(
    rf"(?P<article>\b[Aa]n? )?{_SIGN}{_ALONE}{_AMOUNT}{_UPTO}(?P<gap>[\s-]?)"
    rf"(?P<unit>{_UNITS})(?P<power>[²³]|(?<=m)[23])?(?![\w²³]|'[a-z]){_PER}(?!/\w)(?P<dot>(?<=ft|lb|oz|yd|mi|hr)\.|(?<=min|lbs|hrs|sec)\.|(?<=mins|secs)\.)?"
)
SPEED = re.compile(r"(?<!\w)(?:km/h|m/s|mph|kWh)(?!\w)")
DECADE = re.compile(r"(?:1\d|20)?\d0")
FEET_INCHES = re.compile(r"(?<![\w.'])(?P<feet>\d{1,2})'\s?(?P<inches>\d{1,2})\"")
MULTIPLE = re.compile(rf"{_ALONE}{_AMOUNT}[xX×](?!\w)")
BY = re.compile(rf"{_ALONE}(?P<one>{NUMBER})\s?[x×]\s?(?P<two>{NUMBER})(?:\s?[x×]\s?(?P<three>{NUMBER}))?(?!\w)")


def quantity(match: re.Match[str]) -> str:
    """`-5`, `5-10`, `1.2` with what the pattern's groups hold: sign, number, upto, magnitude."""
    groups = match.groupdict()
    words = number((groups.get("sign") or "") + groups["number"])
    if groups.get("upto"):
        words = f"{words} to {number(groups['upto'])}"
    if magnitude := groups.get("magnitude"):
        words = f"{words} {MAGNITUDES[magnitude.lower()]}"
    return words


def singular(match: re.Match[str]) -> bool:
    groups = match.groupdict()
    return is_one(groups["number"]) and not groups.get("upto") and not groups.get("magnitude")


def per(match: re.Match[str]) -> str:
    name = match.groupdict().get("per")
    return f" per {PER_NAMES.get(name) or (UNITS[name][0] if name in UNITS else name)}" if name else ""


def money(match: re.Match[str]) -> str:
    groups = match.groupdict()
    sign = CODES.get(groups["money"], groups["money"])
    unit, units, part, _ = MONEY[sign]
    country = COUNTRIES.get(groups.get("country") or "", "")
    article = groups.get("article") or ""
    whole, _, hundredths = groups["number"].partition(".")
    exact = not (groups.get("magnitude") or groups.get("upto"))
    if exact and part and len(hundredths) == 2:
        return article + _with_hundredths(match, whole, hundredths, sign) + per(match)
    one = singular(match) or (article and groups.get("noun") is not None)  # a $5 bill
    return f"{article}{quantity(match)} {country} {unit if one else units}".replace("  ", " ") + per(match)


def _with_hundredths(match: re.Match[str], whole: str, hundredths: str, sign: str) -> str:
    unit, units, part, parts = MONEY[sign]
    minus = {"-": "minus", "+": "plus"}.get(match.groupdict().get("sign") or "", "")
    country = COUNTRIES.get(match.groupdict().get("country") or "", "")
    small = f"{cardinal(str(int(hundredths)))} {part if hundredths == '01' else parts}"
    big = " ".join(filter(None, (cardinal(whole or "0"), country, unit if whole == "1" else units)))
    both = [big] if hundredths == "00" else [big, small] if whole.strip("0") else [small]
    amount = " and ".join(both)
    return f"{minus} {amount}".strip()


def unit(match: re.Match[str]) -> str | None:
    one, many = UNITS[match["unit"]]
    after = match.string[match.end() : match.end() + 4]
    if match["unit"] == "s" and (match["gap"] or DECADE.fullmatch(match["number"])):
        return None
    attributive = match["gap"] == "-" or (match["article"] and re.match(r" [a-z]{3}", after))
    name = POWERS.get(match["power"], "") + (one if attributive or singular(match) else many)
    if re.fullmatch(r"\d+/\d+", match["number"]) and not match["upto"]:
        name = f"of {'an' if one[0] in 'aeiou' or one == 'hour' else 'a'} {one}"
    ending = per(match) + (closing_dot(match) if match["dot"] else "")
    return f"{match['article'] or ''}{quantity(match)} {name}{ending}"


def degrees(match: re.Match[str]) -> str:
    before, after = match.string[max(0, match.start() - 4) : match.start()], match.string[match.end() : match.end() + 4]
    attributive = re.search(r"\b[Aa]n? $", before) and re.match(r" [a-z]{3}", after)  # a 90° turn
    return f"{quantity(match)} degree{'' if attributive or singular(match) else 's'}{SCALES[match['scale'] or '']}"


def by(match: re.Match[str]) -> str:
    return " by ".join(
        year(side) if len(side) == 4 and side.isdecimal() else number(side)
        for side in match.group("one", "two", "three")
        if side
    )


RULES: tuple[Rule, ...] = (
    (MONEY_BEFORE, money),
    (MONEY_AFTER, money),
    (CODE_BEFORE, money),
    (CENTS, lambda m: f"{quantity(m)} {'cent' if singular(m) else 'cents'}"),
    (PERCENT, lambda m: f"{quantity(m)} {'percent' if m['percent'] == '%' else 'per mille'}"),
    (DEGREES, degrees),
    (FEET_INCHES, lambda m: f"{number(m['feet'])} foot {number(m['inches'])}"),
    (BY, by),
    (MULTIPLE, lambda m: f"{quantity(m)} times"),
    (UNIT, unit),
    (SPEED, lambda m: UNITS[m[0]][1]),
)
