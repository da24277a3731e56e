"""What is written for machines: links, mail addresses, handles, hashtags, file names, telephone numbers, chat markup.

A link is said as one would tell it to a friend: its host and the first words of its path, not its parameters.
"""

from __future__ import annotations

import re

from engine.tts.numbers import alphanumeric, digit_by_digit, letters, number
from engine.tts.traced import Rule

PATH_PARTS = 3
LONGEST_PATH_PART = 40  # beyond it is an identifier, not words
TOP_LEVELS = (
    "com|org|net|edu|gov|mil|int|info|biz|name|dev|app|xyz|online|site|shop|blog|tech|cloud|live|news|wiki|"
    "io|ai|co|tv|gg|ly|fm|uk|de|fr|eu|ca|au|jp|nl|ch|br|ru|cn"
)
WORDS_TOO = "me|us|it|is|es|se|no|in|be|to|so|at"  # "the end.So we" is a typo: these want a path behind them
SAID_TOP_LEVELS = frozenset({"co", "me", "to", "be", "com", "org", "net", "gov", "edu"})
SIGNS = {".": "dot", "-": "dash", "_": "underscore", "+": "plus", "/": "slash", "@": "at", "~": "tilde"}
FILE_TYPES = (
    "pdf|docx?|xlsx?|pptx?|txt|csv|json|ya?ml|xml|html?|css|jsx?|tsx?|py|rs|go|cpp|java|rb|sh|md|png|jpe?g|gif|svg|"
    "mp3|mp4|wav|ogg|zip|exe"
)
SPOKEN_FILE_TYPES = {"doc", "zip", "json", "java", "go", "gif"}

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = rf"(?:{_LABEL}\.){{1,8}}"
URL = re.compile(r"(?<![\w@])(?:https?://|ftp://|www\.)(?P<rest>[^\s<>\"\[\]{}|\\^`]+)", re.I)
EMAIL = re.compile(
    rf"(?<![\w.+@-])(?:mailto:)?(?P<user>[\w.+-]{{1,64}}+)@(?P<host>{_HOST}[a-z]{{2,24}})(?![\w@])", re.I
)
DOMAIN = re.compile(
    rf"(?<![\w.@/-])(?P<host>{_HOST}(?:{TOP_LEVELS}|(?:{WORDS_TOO})(?=/\w)))(?P<path>/[^\s<>\"\[\]{{}}|\\^`]*)?(?![\w@])",
    re.I,
)
DISCORD_EMOJI = re.compile(r"<a?:(?P<name>\w{2,32}):\d{5,24}>")
DISCORD_REFERENCE = re.compile(r"<(?:@[!&]?|#|t:)\d{5,24}(?::[a-zA-Z])?>")
SHORTCODE = re.compile(r"(?<![\w:]):(?P<name>[a-z][a-z0-9_+-]{1,30}):(?![\w:])")
HANDLE = re.compile(r"(?<![\w.@])@(?P<name>[A-Za-z_]\w{0,31})")
HASHTAG = re.compile(r"(?<![\w&#])#(?P<name>\w*[^\W\d_]\w*)")
NUMBER_SIGN = re.compile(r"(?<![\w#])#(?=\d)")
PHONE = re.compile(
    r"(?<![\w.,-])(?:(?P<plus>\+\d{1,3}|\b1)[ .-]?)?(?:\((?P<area>\d{3})\) ?|(?P<area2>\d{3})[ .-])"
    r"(?P<exchange>\d{3})[ .-](?P<line>\d{4})(?!\w|[.,-]\d)"
)
LOCAL_PHONE = re.compile(r"(?<![\w.,-])(?P<exchange>\d{3})-(?P<line>\d{4})(?![\w-]|[.,]\d)")
INTERNATIONAL = re.compile(r"(?<![\w.,+-])\+(?P<groups>\d[\d .()-]{5,24}\d)(?!\w)")
FILE = re.compile(rf"(?<![\w./-])(?P<stem>[\w-]{{1,60}}+)\.(?P<type>{FILE_TYPES})(?![\w-])", re.I)


def words(name: str) -> str:
    """`HelloWorld_42` -> Hello World forty-two."""
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\dA-Z_]+|\d+|[^\W\d_]", name)
    return " ".join(alphanumeric(part) if part.isdecimal() else part for part in parts)


def host(name: str) -> str:
    *labels, top = name.lower().split(".")
    if not top.isalpha():
        return spelled_out(name)
    top = letters(top) if len(top) == 2 and top not in SAID_TOP_LEVELS else top
    return " dot ".join([*map(spelled_out, labels), top])


def spelled_out(name: str) -> str:
    """Words with the signs between them said: `john.doe-2` -> john dot doe dash two."""
    parts = re.findall(r"[^\W\d_]+|\d+|[._+~/@-]", name)
    return " ".join(SIGNS.get(part) or (alphanumeric(part) if part.isdecimal() else part) for part in parts)


def path(written: str) -> str:
    parts = [part for part in re.split(r"[?#]", written, maxsplit=1)[0].split("/") if part]
    said = [words(part.rpartition(".")[0] or part) for part in parts if len(part) <= LONGEST_PATH_PART]
    return "".join(f" slash {part}" for part in said[:PATH_PARTS] if part)


def _closing(written: str) -> str:
    """The punctuation that follows a link rather than ends it."""
    end = len(written.rstrip(".,;:!?'*_)"))
    if written[end : end + 1] == ")" and "(" in written[:end]:
        end += 1
    return written[end:]


def url(match: re.Match[str]) -> str | None:
    closing = _closing(match["rest"])
    rest = match["rest"].removesuffix(closing) if closing else match["rest"]
    address, slash, tail = rest.partition("/")
    address = re.split(r"[?#]", address.rpartition("@")[2], maxsplit=1)[0]
    name, _, port = address.partition(":")
    said = host(name.removeprefix("www."))
    if not said.strip():
        return None
    return said + (f" port {alphanumeric(port)}" if port else "") + path(slash + tail) + closing


def domain(match: re.Match[str]) -> str:
    closing = _closing(match["path"] or "")
    return host(match["host"].lower().removeprefix("www.")) + path(match["path"] or "") + closing


def phone(match: re.Match[str]) -> str:
    """Groups of digits with a breath between them."""
    return ", ".join(map(digit_by_digit, re.findall(r"\d+", match[0])))


def international(match: re.Match[str]) -> str | None:
    groups = re.findall(r"\d+", match["groups"])
    if not 7 <= len("".join(groups)) <= 15:
        return None
    return f"plus {', '.join(map(digit_by_digit, groups))}"


def file(match: re.Match[str]) -> str:
    kind = match["type"].lower()
    said = kind if kind in SPOKEN_FILE_TYPES else " ".join(number(c) if c.isdecimal() else c.upper() for c in kind)
    return f"{words(match['stem'])} dot {said}"


RULES: tuple[Rule, ...] = (
    (DISCORD_EMOJI, lambda m: words(m["name"])),
    (DISCORD_REFERENCE, lambda m: ""),
    (URL, url),
    (EMAIL, lambda m: f"{spelled_out(m['user'])} at {host(m['host'])}"),
    (DOMAIN, domain),
    (SHORTCODE, lambda m: words(m["name"])),
    (HANDLE, lambda m: f"at {words(m['name'])}"),
    (HASHTAG, lambda m: f"hashtag {words(m['name'])}"),
    (NUMBER_SIGN, lambda m: "number"),
    (FILE, file),
    (PHONE, phone),
    (LOCAL_PHONE, phone),
    (INTERNATIONAL, international),
)
