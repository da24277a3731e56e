"""Abbreviations, titles and saints, initials, acronyms and Roman numerals.

Sentence splitting asks here too: `NEVER_ENDING` words keep their sentence going whatever follows their dot.
"""

from __future__ import annotations

import re

from engine.tts.numbers import cardinal, letters, ordinal
from engine.tts.traced import Rule

# Read only before a capital: Gen. Lee, but not "the next gen".
TITLES = {
    "Mr": "Mister", "Mrs": "Missus", "Ms": "Miz", "Mx": "Mix", "Dr": "Doctor", "Prof": "Professor", "Rev": "Reverend",
    "Hon": "Honorable", "Gen": "General", "Col": "Colonel", "Lt": "Lieutenant", "Sgt": "Sergeant", "Capt": "Captain",
    "Cpl": "Corporal", "Maj": "Major", "Adm": "Admiral", "Cmdr": "Commander", "Gov": "Governor", "Sen": "Senator",
    "Rep": "Representative", "Pres": "President", "Mt": "Mount", "Ft": "Fort", "Messrs": "Messers", "Fr": "Father",
}  # fmt: skip
WITHOUT_DOT = frozenset({"Mr", "Mrs", "Ms", "Mx", "Dr", "Prof"})
STREETS = {"St": "Street", "Dr": "Drive"}

# Read wherever they stand, with their dot; case as written or with a first capital.
ABBREVIATIONS = {
    "e.g": "for example", "i.e": "that is", "etc": "et cetera", "vs": "versus", "et al": "and others", "cf": "compare",
    "viz": "namely", "ca": "circa", "approx": "approximately", "dept": "department", "est": "established",
    "govt": "government", "inc": "incorporated", "ltd": "limited", "corp": "corporation", "co": "company",
    "bros": "brothers", "jr": "junior", "sr": "senior", "ave": "avenue", "blvd": "boulevard", "rd": "road",
    "hwy": "highway", "apt": "apartment", "bldg": "building", "misc": "miscellaneous", "max": "maximum",
    "min": "minimum", "tel": "telephone", "ext": "extension", "vol": "volume", "vols": "volumes", "fig": "figure",
    "figs": "figures", "sec": "section", "ch": "chapter", "pp": "pages", "ed": "edition", "esp": "especially",
    "incl": "including", "assn": "association", "univ": "university", "intl": "international", "ft": "feet",
    "hrs": "hours", "mins": "minutes", "secs": "seconds", "a.k.a": "also known as", "p.s": "P S", "n.b": "N B",
    "ph.d": "P H D", "m.sc": "M S C", "b.sc": "B S C",
}  # fmt: skip
BEFORE_NUMBER = {"no": "number", "nos": "numbers", "p": "page", "art": "article", "para": "paragraph", "eq": "equation"}
# Those that would be words of their own at the end of a sentence need a number or a capital behind their dot.
AMBIGUOUS = frozenset({"co", "max", "min", "fig", "ed", "sec", "est", "ca", "ch", "art", "no", "p", "inc", "ft", "ext"})
NEVER_ENDING = frozenset(
    {*map(str.lower, TITLES), "st", "e.g", "i.e", "vs", "cf", "viz", "ca", "approx", "fig", "figs", "vol", "pp", "nos"}
)
# Capitalised first words that a name does not begin with.
OPENERS = frozenset({
    "The", "A", "An", "It", "He", "She", "They", "We", "You", "I", "This", "That", "These", "Those", "There",
    "Then", "And", "But", "Or", "So", "In", "On", "At", "By", "For", "From", "To", "If", "When", "While", "As",
    "After", "Before", "My", "His", "Her", "Our", "Your", "Their", "What", "Who", "How", "Why", "Where", "Is",
    "Are", "Was", "Were", "Do", "Does", "Did", "Not", "No", "Yes", "All", "Some", "Every", "Each", "Now", "Here",
    "With", "Of",
})  # fmt: skip

WORDS_IN_CAPITALS = frozenset({
    "HMM", "HM", "SHH", "SH", "PSST", "PFFT", "TSK", "BRR", "GRR", "GR", "NTH", "MR", "MRS", "MS", "DR", "ST",
    "VS", "LTD", "PHD",
})  # fmt: skip
INITIALISMS = frozenset({
    "AI", "API", "APR", "ATM", "BBC", "CEO", "CFO", "CIA", "COO", "CPU", "CTO", "DIY", "DNA", "EU", "EV", "FAQ",
    "FBI", "GPU", "HIV", "IBM", "IP", "IQ", "IRS", "ISO", "ISP", "LA", "LED", "MBA", "MIT", "MTA", "NBA", "NFL",
    "OS", "RNA", "RSVP", "SSD", "TBA", "UFO", "UI", "UK", "UN", "URL", "US", "USA", "USB", "USD", "USSR", "UTC",
    "UX", "VAT", "VIP", "VPN", "IO", "ID", "EMT", "ETA", "EUR", "GOP", "DOJ", "EPA", "FDA", "HR", "PR", "PTA",
    "SUV", "IOU", "OMG", "AKA", "NYC", "NSA", "ADHD", "IPA", "IPO", "JFK", "MRI", "ROI", "SEO", "UAE", "UCLA",
    "NY", "NYPD",
})  # fmt: skip

DOTTED = re.compile(r"(?<![\w.])(?:[A-Za-z]\.){2,}(?:[A-Za-z](?!\w))?(?P<s>'s)?")
TITLE = re.compile(rf"\b(?P<title>{'|'.join(TITLES)})(?P<dot>\.?)(?= [A-Z])")
ADDRESSED = re.compile(r"\b(?P<title>Mr|Mrs|Ms|Mx)\.(?!\w)")
STREET = re.compile(r"(?<![\w.])(?P<short>St|Dr)\b(?P<dot>\.?)")
_PLACE = re.compile(r"(?:(?P<number>\d[\w-]*) )?(?P<name>[A-Z][\w'-]*|\d+(?:st|nd|rd|th)) $")
_FIRST_WORD = re.compile(r" ?([A-Za-z']+)")
_NAME = re.compile(r" ([A-Z][\w'-]{0,30})")
INITIAL = re.compile(r"(?<![\w.'])(?P<letter>[A-Z])\.(?= ?[A-Z])")
ABBREVIATED = re.compile(
    rf"(?<![\w.])(?P<short>{'|'.join(sorted(map(re.escape, ABBREVIATIONS), key=len, reverse=True))})\.(?!\w)", re.I
)
NUMBERED = re.compile(rf"(?<![\w.])(?P<short>{'|'.join(BEFORE_NUMBER)})\.(?= ?\d)", re.I)
VERSUS = re.compile(r"(?<=\s)vs(?=\s)")
WITH = re.compile(r"(?<!\S)(?P<short>w/o|w/|b/c)(?=[\s\w])")
ACRONYM = re.compile(r"(?<![\w.@#'-])(?P<word>[A-Z]{2,5})(?P<plural>'?s)?(?![\w@])(?P<joint>-(?=\d))?")
REGNAL = re.compile(
    r"\b(?P<name>Henry|Louis|George|Elizabeth|Charles|Edward|James|William|Richard|Philip|Frederick|Napoleon|Victor|"
    r"Alexander|Catherine|Nicholas|Peter|Mary|Leopold|Ferdinand|Francis|Felipe|Carlos|Gustav|Christian|Harald|Ivan|"
    r"Pius|Benedict|Leo|Clement|Gregory|Innocent|Urban|John Paul|Paul|Ramesses|Rameses|Ptolemy|Cleopatra|Darius|Xerxes)"
    r" (?P<numeral>[IVX]{1,6})\b(?!\.\w)(?! (?:am|was|have|had|do|did|will|would|can|could|think|know|'))"
)
CHAPTER = re.compile(
    r"\b(?P<name>[Cc]hapter|[Pp]art|[Aa]ct|[Ss]cene|[Vv]olume|[Bb]ook|[Ss]ection|[Aa]rticle|[Pp]hase|[Tt]itle|[Ff]igure|"
    r"[Tt]able|[Tt]ype|[Ll]evel|[Ss]tage|[Ee]pisode|World War|Super Bowl|Grade|Class|Mark|Round)"
    r" (?P<numeral>[IVXLC]{1,9})\b(?!['.]\w)"
)
SEQUEL = re.compile(
    r"\b(?P<name>[A-Z][a-z]+) (?P<numeral>I{2,3}|VI{1,3}|IX|XI{1,3}|XI?V|XVI{1,3}|XI?X|XXI{0,3})\b(?![.']\w)"
)
_NUMERALS = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
ALSO_WORDS = frozenset({"US", "LA", "LED", "AKA", "AI", "ID", "UN"})
_ENDING = re.compile(r"[\"')\]]*(?:\s*$|\s+[\"'(]?(?P<word>[A-Z][a-z']*)|\s*\n)")


def roman(numeral: str) -> int | None:
    """`VIII` -> 8; None where the letters are no numeral as one writes it."""
    total = 0
    for letter, following in zip(numeral, [*numeral[1:], ""], strict=True):
        value = _NUMERALS[letter]
        total += -value if value < _NUMERALS.get(following, 0) else value
    return total if _written(total) == numeral else None


def _written(number: int) -> str:
    tens = ["", "X", "XX", "XXX", "XL", "L", "LX", "LXX", "LXXX", "XC"]
    ones = ["", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"]
    return "C" * (number // 100) + tens[number // 10 % 10] + ones[number % 10]


def closing_dot(match: re.Match[str]) -> str:
    """The dot that an abbreviation shares with the end of its sentence."""
    ending = _ENDING.match(match.string, match.end(), match.end() + 24)
    return "." if ending and (ending["word"] is None or ending["word"] in OPENERS) else ""


def dotted(match: re.Match[str]) -> str | None:
    word = match[0].removesuffix("'s")
    if word.rstrip(".").lower() in ABBREVIATIONS:
        return None
    return letters(word.replace(".", "")) + (match["s"] or (closing_dot(match) if word.endswith(".") else ""))


def title(match: re.Match[str]) -> str | None:
    if not match["dot"] and match["title"] not in WITHOUT_DOT:
        return None
    following = _FIRST_WORD.match(match.string, match.end(), match.end() + 20)
    named = match["title"] in WITHOUT_DOT or not (following and following[1] in OPENERS)
    return TITLES[match["title"]] if named else None


def street(match: re.Match[str]) -> str | None:
    """St. Paul, Main St.: a saint stands before a name, a street after one; so do doctors and drives."""
    place = _PLACE.search(match.string[max(0, match.start() - 40) : match.start()])
    if place and place["name"] in OPENERS:
        place = None
    following = _NAME.match(match.string, match.end())
    if following and following[1] not in OPENERS and not (place and place["number"]):
        return "Saint" if match["short"] == "St" else None
    if not place:
        return None
    return STREETS[match["short"]] + (closing_dot(match) if match["dot"] else "")


def initial(match: re.Match[str]) -> str | None:
    """J. K. Rowling, but: We had plan B. Then it rained."""
    following = _FIRST_WORD.match(match.string, match.end(), match.end() + 20)
    return None if following and following[1] in OPENERS - {"A", "I"} else match["letter"]


def abbreviated(match: re.Match[str]) -> str | None:
    short = match["short"]
    following = match.string[match.end() : match.end() + 2].strip()
    if short.lower() in AMBIGUOUS and not (short[0].isupper() or following[:1].isdigit() or following[:1] in ",;:)"):
        return None
    said = ABBREVIATIONS[short.lower()]
    return (f"{said[0].upper()}{said[1:]}" if short[0].isupper() else said) + (
        "" if short.lower() in NEVER_ENDING else closing_dot(match)
    )


def acronym(match: re.Match[str]) -> str | None:
    """HTML and FBI by their letters; NASA, and whatever else has a vowel and is not listed, as the lexicon says it."""
    word = match["word"]
    if word not in INITIALISMS and (set(word) & set("AEIOUY") or word in WORDS_IN_CAPITALS or len(set(word)) == 1):
        return None
    if word in ALSO_WORDS and _shouted(match):
        return None
    return letters(word) + ("'s" if match["plural"] else "") + (" " if match["joint"] else "")


def _shouted(match: re.Match[str]) -> bool:
    """Whether the word beside it is in capitals too: THANK US LATER."""
    before = re.search(r"(\w+)\W*$", match.string[max(0, match.start() - 24) : match.start()])
    after = re.match(r"\W*(\w+)", match.string[match.end() : match.end() + 24])
    return any(
        near and len(near[1]) > 1 and near[1].isupper() and near[1] not in INITIALISMS for near in (before, after)
    )


def regnal(match: re.Match[str]) -> str | None:
    number = roman(match["numeral"])
    return f"{match['name']} the {ordinal(str(number))}" if number else None


def chapter(match: re.Match[str]) -> str | None:
    number = roman(match["numeral"])
    return f"{match['name']} {cardinal(str(number))}" if number and match["name"] not in OPENERS else None


RULES: tuple[Rule, ...] = (
    (REGNAL, regnal),
    (CHAPTER, chapter),
    (SEQUEL, chapter),
    (WITH, lambda m: {"w/": "with", "w/o": "without", "b/c": "because"}[m["short"]]),
    (VERSUS, lambda m: "versus"),
    (NUMBERED, lambda m: BEFORE_NUMBER[m["short"].lower()]),
    (ADDRESSED, lambda m: TITLES[m["title"]]),
    (STREET, street),
    (TITLE, title),
    (ABBREVIATED, abbreviated),
    (DOTTED, dotted),
    (INITIAL, initial),
    (ACRONYM, acronym),
)
