"""Phrases: complete in English, the same ones with the same values in every language, and within Discord's limits."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest
from fluent.syntax import FluentParser, ast
from fluent.syntax.visitor import Visitor

from bots.phrases import LANGUAGES, LOCALES, Phrases
from engine import SAYINGS, saying_of

PHRASES = Phrases()
OTHERS = [language for language in LANGUAGES if language != "en"]


class Variables(Visitor):
    def __init__(self) -> None:
        self.found: set[str] = set()

    def visit_VariableReference(self, node: ast.VariableReference) -> None:  # noqa: N802
        self.found.add(node.id.name)


def messages(language: str, file: str) -> dict[str, set[str]]:
    """The values that each phrase of a file names."""
    resource = FluentParser().parse((LOCALES / language / file).read_text("utf-8"))
    assert not [entry for entry in resource.body if isinstance(entry, ast.Junk)], f"{language}/{file} is malformed"
    found = {}
    for entry in resource.body:
        if isinstance(entry, ast.Message):
            variables = Variables()
            variables.visit(entry)
            assert entry.id.name not in found, f"{entry.id.name} is there twice"
            found[entry.id.name] = variables.found
    return found


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("file", ["shared.ftl", "discord.ftl"])
def test_a_language_says_all_that_english_says_with_the_same_values(language: str, file: str) -> None:
    english, other = messages("en", file), messages(language, file)
    assert set(english) - set(other) == set()
    own = {name for name in set(other) - set(english) if not re.match("(command-.*-name|option-.*)$", name)}
    assert own == set()
    for name in set(english) & set(other):
        assert other[name] == english[name], name


@pytest.mark.parametrize("name", SAYINGS)
def test_what_the_engine_says_is_said_in_every_language_with_its_values(name: str) -> None:
    said = filled(SAYINGS[name])
    phrases, saying = PHRASES, saying_of(said)
    assert saying is not None
    assert phrases("en", f"says-{name}", **saying.values) == said
    for language in OTHERS:
        translated = phrases.sentence(language, said)
        assert translated != said, language
        assert phrases.find(language, f"says-{name}", saying.values) == translated


def filled(template: str) -> str:
    fields = [(field, spec) for _, field, spec, _ in Formatter().parse(template) if field]
    return template.format(**{field: 1234 if spec == "," else "something" for field, spec in fields})


def test_what_has_no_translation_is_said_as_it_is() -> None:
    assert Phrases().sentence("de", "Nobody has ever said this.") == "Nobody has ever said this."


def test_every_phrase_that_the_discord_bot_speaks_is_there() -> None:
    known = {name for file in ("shared.ftl", "discord.ftl") for name in messages("en", file)}
    source = "\n".join(path.read_text() for path in Path("bots/discord").rglob("*.py"))
    spoken = set(re.findall(r'\bt\(\s*"([a-z-]+)"', source)) | set(re.findall(r'language, "([a-z-]+)"', source))
    spoken |= {f"option-{name}" for name in re.findall(r'option\(desk, "([a-z-]+)"\)', source)}
    spoken |= {f"command-{name}" for name in re.findall(r'(?:described|group)\((?:desk, )?"([a-z-]+)"', source)}
    assert len(spoken) > 50
    assert spoken - known == set()


def test_a_language_is_found_by_its_tag_or_by_its_first_part() -> None:
    phrases = Phrases()
    assert phrases.language("de-AT") == "de"
    assert phrases.language(None, "es-419") == "es"
    assert phrases.language("tlh", "de") == "de"
    assert phrases.language("tlh") == "en"


@pytest.mark.parametrize(
    ("place", "words"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (12, "12th"), (23, "23rd")]
)
def test_places_in_line_are_ordinal_numbers(place: int, words: str) -> None:
    assert f"{words} in line" in Phrases()("en", "job-queued", place=place)


def test_a_value_that_is_missing_is_an_error_and_not_a_hole_in_the_sentence() -> None:
    with pytest.raises(ValueError, match="credits-have"):
        Phrases()("en", "credits-have")
    with pytest.raises(KeyError):
        Phrases()("en", "no-such-phrase")
