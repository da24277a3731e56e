"""From a text to the token ids of its chunks, for each family of voices."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from engine.errors import CheckpointMismatch, InvalidInput
from engine.tts import sentences
from engine.tts.normalise import require_sayable
from engine.tts.phonemes import EspeakPhonemiser, KokoroPhonemiser, Phonemiser, Spoken
from engine.tts.pronunciations import Pronunciation
from engine.tts.symbols import Encoded, for_kokoro, for_styletts2
from engine.tts.utterance import Chunk

Encode = Callable[[Spoken], Encoded]


class KokoroFrontend:
    """English, American or British by the voice's first letter. `folder`: the model's, for its table of symbols."""

    def __init__(self, folder: Path) -> None:
        try:
            self._vocabulary: Mapping[str, int] = json.loads((folder / "config.json").read_text("utf-8"))["vocab"]
        except (OSError, ValueError, KeyError) as error:
            again = "Fetch it again: bernie models pull kokoro"
            raise CheckpointMismatch(f"{folder}/config.json holds no table of symbols ({error}). {again}") from error

    def chunks(self, text: str, voice: str, pronunciations: Sequence[Pronunciation]) -> Iterator[Chunk]:
        phonemiser = KokoroPhonemiser.for_voice(voice)
        return _chunks(
            text, phonemiser, pronunciations, sentences.KOKORO, lambda said: for_kokoro(said, self._vocabulary)
        )


class EspeakFrontend:
    """English by espeak-ng, for StyleTTS 2. `quotes`: whether the voice's training texts had quotation marks."""

    def __init__(self, *, quotes: bool = True) -> None:
        self._phonemiser = EspeakPhonemiser()
        self._quotes = quotes

    def chunks(self, text: str, voice: str, pronunciations: Sequence[Pronunciation]) -> Iterator[Chunk]:
        return _chunks(
            text,
            self._phonemiser,
            pronunciations,
            sentences.STYLETTS2,
            lambda said: for_styletts2(said, quotes=self._quotes),
        )


def _chunks(
    text: str,
    phonemiser: Phonemiser,
    pronunciations: Sequence[Pronunciation],
    limits: sentences.Limits,
    encode: Encode,
) -> Iterator[Chunk]:
    """Raises `InvalidInput` for a text in which there is nothing to say, and for one that rules make very long."""
    if pronunciations:
        require_sayable(text, pronunciations)
    return _read(text, phonemiser, pronunciations, limits, encode)


def _read(
    text: str,
    phonemiser: Phonemiser,
    pronunciations: Sequence[Pronunciation],
    limits: sentences.Limits,
    encode: Encode,
) -> Iterator[Chunk]:
    @lru_cache(maxsize=16)  # a piece is read to be measured, and most are then said as they were measured
    def read(piece: str) -> Spoken:
        return phonemiser.spoken(piece, pronunciations)

    silent = True
    for piece in sentences.chunks(text, lambda piece: len(read(piece).phonemes), limits):
        said = read(piece.text)
        if said.words:
            silent = False
            yield _encoded(piece, encode(said), piece.end / len(text))
    if silent:
        raise InvalidInput("There is nothing in this text that this voice can say. Write English words.", field="text")


def _encoded(piece: sentences.Chunk, encoded: Encoded, reached: float) -> Chunk:
    return Chunk(
        tokens=encoded.ids,
        phoneme_count=sum(token != 0 for token in encoded.ids),
        words=tuple(
            replace(word, start=word.start + piece.start, end=word.end + piece.start) for word in encoded.words
        ),
        reached=reached,
        ends_paragraph=piece.text.count("\n", len(piece.text.rstrip())) > 1,
    )
