"""What bots say, in the reader's language: Fluent files in `locales/LANGUAGE/`, every phrase complete in English.

A surface says `phrases("de", "job-queued", place=3)`. A phrase that a language lacks is said in English.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from babel import Locale
from fluent.runtime import FluentBundle, FluentResource

from engine import saying_of

LOCALES = Path(__file__).parent / "locales"
ENGLISH = "en"
LANGUAGES = tuple(sorted(path.name for path in LOCALES.iterdir() if path.is_dir()))
"""Their BCP 47 tags."""


class Phrases:
    """Every language that has a folder, read once."""

    def __init__(self, folder: Path = LOCALES) -> None:
        self._bundles = {path.name: _bundle(path) for path in sorted(folder.iterdir()) if path.is_dir()}

    @property
    def languages(self) -> list[str]:
        """Their BCP 47 tags, English first."""
        return sorted(self._bundles, key=lambda tag: (tag != ENGLISH, tag))

    def language(self, *tags: str | None) -> str:
        """The first of these tags that there are phrases for, by its language alone if need be (de-AT is de)."""
        for tag in filter(None, tags):
            for known in (tag, tag.partition("-")[0]):
                if known in self._bundles:
                    return known
        return ENGLISH

    def __call__(self, language: str, phrase: str, /, **values: Any) -> str:
        """Raises `KeyError` for a phrase that not even English has."""
        text = self.find(language, phrase, values)
        if text is None:
            text = self.find(ENGLISH, phrase, values)
        if text is None:
            raise KeyError(phrase)
        return text

    def sentence(self, language: str, english: str) -> str:
        """What the engine said, in that language; as it was where there are no words for it."""
        saying = None if language == ENGLISH else saying_of(english)
        return (saying and self.find(language, f"says-{saying.id}", saying.values)) or english

    def find(self, language: str, phrase: str, values: Mapping[str, Any] | None = None) -> str | None:
        """In that language or not at all. Raises `ValueError` when a value that it names is not given."""
        bundle = self._bundles.get(language)
        if bundle is None or not bundle.has_message(phrase):
            return None
        pattern = bundle.get_message(phrase).value
        assert pattern is not None, f"{phrase} has no text of its own"
        text, errors = bundle.format_pattern(pattern, dict(values or {}))
        if errors:
            raise ValueError(f"{phrase} in {language}: {errors[0]}")
        return str(text)


def _bundle(folder: Path) -> FluentBundle:
    form = Locale.parse(folder.name, sep="-").ordinal_form
    # No isolation marks: clients show them as boxes, and people copy what they read.
    ordinal: Callable[[Any], Any] = lambda number: form(int(number))  # noqa: E731  the library's types know no strings
    bundle = FluentBundle([folder.name], use_isolating=False, functions={"ORDINAL": ordinal})
    for path in sorted(folder.glob("*.ftl")):
        bundle.add_resource(FluentResource(path.read_text("utf-8")))
    return bundle
