"""Dates and times of day, years and decades.

Numeric dates are read as an American would write them, 3/4/2024 being March fourth, unless only the other order is
possible. A bare four-digit number is a year unless a plural noun follows it: in 1984, but 1984 sheep.
"""

from __future__ import annotations

import re

from engine.tts.abbreviations import closing_dot
from engine.tts.numbers import cardinal, decade, ordinal, year
from engine.tts.traced import Rule

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
MONTH_NUMBERS = {
    **{month: index for index, month in enumerate(MONTHS, 1)},
    **{month[:3]: index for index, month in enumerate(MONTHS, 1)},
    "Sept": 9,
}
WEEKDAYS = {"Mon": "Monday", "Tue": "Tuesday", "Tues": "Tuesday", "Wed": "Wednesday", "Thu": "Thursday",
            "Thur": "Thursday", "Thurs": "Thursday", "Fri": "Friday", "Sat": "Saturday", "Sun": "Sunday"}  # fmt: skip

_MONTH = rf"(?P<month>{'|'.join(sorted(MONTH_NUMBERS, key=len, reverse=True))})\b\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_START, _END = r"(?<![\w.,/:-])", r"(?![\w/:-]|[.,]\d)"
_YEAR = r"(?P<year>[12]\d{3})"
_UPTO = r"(?:\s?[-—]\s?(?P<upto>\d{1,2})(?:st|nd|rd|th)?)?"
_CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d)(?:\.\d+)?)?"
_HALF = r"(?P<half>[AaPp])(?:\.\s?[Mm]\.|[Mm])(?!\w)"

ISO = re.compile(rf"{_START}(?P<year>\d{{4}})-(?P<month>\d\d)-(?P<day>\d\d)(?:T{_CLOCK}Z?)?(?!\w|-\d|\.\d)")
SLASHED = re.compile(
    r"(?<![\w./-])(?P<one>\d{1,2})(?P<mark>[/.-])(?P<two>\d{1,2})(?P=mark)(?P<year>\d{4}|\d\d)(?![\w/-]|\.\d)"
)
MONTH_DAY = re.compile(rf"\b{_MONTH} {_DAY}{_UPTO}(?:,? {_YEAR})?{_END}")
DAY_MONTH = re.compile(rf"(?P<the>\b[Tt]he )?{_START}{_DAY}{_UPTO} (?:of )?{_MONTH}(?:,? {_YEAR})?(?!\w)")
MONTH_YEAR = re.compile(rf"\b{_MONTH},? {_YEAR}{_END}")
WEEKDAY = re.compile(rf"\b(?P<name>{'|'.join(sorted(WEEKDAYS, key=len, reverse=True))})(?:\.,?|,)(?= [A-Z0-9])")
TIME_HALF = re.compile(
    rf"(?<![\w.:])(?:(?P<from>\d{{1,2}}(?::[0-5]\d)?)(?:\s?(?P<from_half>[AaPp])\.?[Mm]\.?)?\s?[-—]\s?)?(?:{_CLOCK}|(?P<oclock>\d{{1,2}}))\s?{_HALF}"
)
TIME = re.compile(rf"(?<![\w.:])(?:(?P<from>\d{{1,2}}:[0-5]\d)\s?[-—]\s?)?{_CLOCK}(?:\s?(?P<h>h|hrs)\b)?(?![\w:])")
DECADE = re.compile(r"(?<![\w.,])(?:'?(?P<short>[1-9]0)|(?P<long>[12]\d\d0))'?s(?!\w)")
SHORT_YEAR = re.compile(r"(?<!\w)'(?P<year>\d\d)(?![\w'])")
YEARS = re.compile(r"(?<![\w.,-])(?P<from>[12]\d{3})\s?[-—]\s?(?P<to>[12]\d{3}|\d\d)(?![\w-]|[.,]\d)")
BARE_YEAR = re.compile(
    r"(?<![\w.,$£€¥#-])(?P<year>1[1-9]\d\d|20\d\d)(?!\w|[.,]\d|-\d)"
    r"(?!\s(?:people|men|women|children|sheep|feet|(?!(?:was|is|has|as|does|goes|this|its|us|plus|versus|Olympics)\b)"
    r"[a-z]{2,20}(?<!s)s)\b)"
)
ERA = re.compile(r"(?<![\w.,])(?P<year>\d{1,3}(?:,\d{3})+|\d{1,6})\s?(?P<era>BCE|CE|BC|AD)\b")


def _day(month: int, day: str) -> str | None:
    return f"{MONTHS[month - 1]} {ordinal(day)}" if 1 <= month <= 12 and 1 <= int(day) <= 31 else None


def iso(match: re.Match[str]) -> str | None:
    if (date := _day(int(match["month"]), str(int(match["day"])))) is None:
        return None
    return f"{date}, {year(match['year'])}" + (f", {_clock(match)}" if match["hour"] else "")


def slashed(match: re.Match[str]) -> str | None:
    month, day = int(match["one"]), int(match["two"])
    if match["mark"] == "." and len(match["year"]) == 2:
        return None  # more likely a version
    # Dots are the continental way, day first.
    if month > 12 or (match["mark"] == "." and day <= 12):
        month, day = day, month
    full = match["year"] if len(match["year"]) == 4 else f"{'19' if int(match['year']) > 50 else '20'}{match['year']}"
    date = _day(month, str(day))
    return f"{date}, {year(full)}" if date else None


def month_day(match: re.Match[str]) -> str | None:
    """March 3rd, 2024 and 3 March 2024, each in the order in which it is written."""
    name = MONTHS[MONTH_NUMBERS[match["month"]] - 1]
    if not 1 <= int(match["day"]) <= 31:
        return None
    days = ordinal(match["day"]) + (f" to {ordinal(match['upto'])}" if match["upto"] else "")
    ending = f", {year(match['year'])}" if match["year"] else ""
    if match.re is MONTH_DAY:
        return f"{name} {days}{ending}"
    return f"{match['the'] or 'the '}{days} of {name}{ending}"


def month_year(match: re.Match[str]) -> str:
    return f"{MONTHS[MONTH_NUMBERS[match['month']] - 1]} {year(match['year'])}"


def _hour_minute(hour: str, minute: str | None, *, military: bool) -> str:
    words = cardinal(str(int(hour)))
    if minute in (None, "00"):
        if not military:
            return words
        return f"{words} hundred" if int(hour) > 12 else f"{words} o'clock" if int(hour) else "midnight"
    assert minute is not None
    return f"{words} {'oh ' if minute[0] == '0' else ''}{cardinal(str(int(minute)))}"


def _clock(match: re.Match[str], *, military: bool = True) -> str:
    words = _hour_minute(match["hour"], match["minute"], military=military and not match["second"])
    if not match["second"]:
        return words
    seconds = int(match["second"])
    if not seconds:
        return _hour_minute(match["hour"], match["minute"], military=military)
    return f"{words} and {cardinal(str(seconds))} second{'' if seconds == 1 else 's'}"


def time(match: re.Match[str]) -> str | None:
    """7:30 pm -> seven thirty P M; 7-8 pm -> seven to eight P M; 19:05 -> nineteen oh five."""
    groups = match.groupdict()
    half = groups.get("half")
    hour = groups["hour"] or groups["oclock"]
    if int(hour) > 24:
        return None
    words = _clock(match, military=not half) if groups["hour"] else cardinal(str(int(hour)))
    if groups["from"]:
        first, _, minute = groups["from"].partition(":")
        first_half = f" {groups['from_half'].upper()} M" if groups.get("from_half") else ""
        words = f"{_hour_minute(first, minute or None, military=not half)}{first_half} to {words}"
    if not half:
        return words
    return f"{words} {half.upper()} M{closing_dot(match) if match[0].endswith('.') else ''}"


def years(match: re.Match[str]) -> str:
    return f"{year(match['from'])} to {year(match['to']) if len(match['to']) == 4 else cardinal(match['to'])}"


def era(match: re.Match[str]) -> str:
    digits = match["year"].replace(",", "")
    return f"{year(digits) if digits.isdecimal() and len(digits) == 4 else cardinal(digits)} {' '.join(match['era'])}"


def short_year(match: re.Match[str]) -> str:
    return f"oh {cardinal(match['year'][1])}" if match["year"][0] == "0" else cardinal(match["year"])


DATE_RULES: tuple[Rule, ...] = (
    (ISO, iso),
    (SLASHED, slashed),
    (MONTH_DAY, month_day),
    (DAY_MONTH, month_day),
    (MONTH_YEAR, month_year),
    (WEEKDAY, lambda m: WEEKDAYS[m["name"]] + ("," if m[0].endswith(",") else "")),
    (TIME_HALF, time),
    (TIME, time),
)
YEAR_RULES: tuple[Rule, ...] = (
    (ERA, era),
    (DECADE, lambda m: decade(m["short"] or m["long"])),
    (SHORT_YEAR, short_year),
    (YEARS, years),
    (BARE_YEAR, lambda m: year(m["year"])),
)
