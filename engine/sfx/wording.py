"""Whether a prompt has anything that the text encoder can read, known without loading it.

Its vocabulary has single letters of many scripts, so it takes nearly everything; but only English was it trained on.
"""

from __future__ import annotations

import re
import unicodedata

from engine.errors import InvalidInput

WORD = re.compile("[a-z]{2}")


def readable(prompt: str) -> None:
    """Raises `InvalidInput` for a prompt without a word of Latin letters."""
    letters = unicodedata.normalize("NFKD", prompt.casefold())
    if not WORD.search(letters):
        raise InvalidInput("The model understands English only. Describe the sound in English words.", field="prompt")
