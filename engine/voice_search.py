"""Which voices a few typed letters may mean: names before ids before descriptions, beginnings before middles."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from engine.offers import BuiltInVoice
from store.records import Voice

AnyVoice = BuiltInVoice | Voice


def search(voices: Sequence[AnyVoice], text: str, limit: int) -> list[AnyVoice]:
    """The best `limit`, best first, in their order where they are equally good. No text: the first ones.

    Of several words each must be found somewhere.
    """
    words = text.casefold().split()
    if not words:
        return list(voices[:limit])
    ranked = [(rank, place) for place, voice in enumerate(voices) if (rank := _rank(voice, words)) is not None]
    return [voices[place] for _, place in sorted(ranked)[:limit]]


def _rank(voice: AnyVoice, words: Sequence[str]) -> int | None:
    """0 is best; None: not meant."""
    if " ".join(words) in (voice.name.casefold(), voice.id.casefold()):
        return 0
    # The ids of users' own voices are random: whatever is typed would be in some of them.
    spoken_id = voice.id if isinstance(voice, BuiltInVoice) else ""
    fields = [field.casefold() for field in (voice.name, spoken_id, voice.description, voice.language)]
    ranks = [_rank_of_word(fields, word) for word in words]
    return None if None in ranks else 1 + sum(rank or 0 for rank in ranks)


def _rank_of_word(fields: Iterable[str], word: str) -> int | None:
    """Best where a field begins with the word, then where one of its words does, then where it is inside."""
    inside: int | None = None
    begins: int | None = None
    for place, field in enumerate(fields):
        if field.startswith(word):
            return place
        if begins is None and any(part.startswith(word) for part in re.split(r"[\W_]+", field)):
            begins = 4 + place
        if inside is None and word in field:
            inside = 8 + place
    return inside if begins is None else begins
