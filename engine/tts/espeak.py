"""espeak-ng's phonemes, for StyleTTS 2.

espeak-ng and the phonemizer package are under GPL 3: they are an extra that nothing else here needs, imported when the
first text for such a voice arrives.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from engine.errors import ModelUnavailable
from engine.tts.alignment import shares
from engine.tts.alphabets import for_espeak
from engine.tts.normalise import normalised
from engine.tts.pronunciations import PINS, Pinned, Pronunciation
from engine.tts.spoken import Part, Spoken, assembled

_MARKS = r";:,.!?¡¿—…\"«»“”(){}\[\]"
_PIECE = re.compile(rf"(?P<mark>[{_MARKS}]+)|(?P<pin>[{PINS}])|(?P<words>[^{_MARKS}{PINS}]+)")
_WORD = re.compile(r"\S+")
_LETTER_A = re.compile(r"(?<![\w'])A(?= [A-Z](?!\w))|(?<=(?<![\w'])[A-Z] )A(?!\w)")
SEGMENT_WORDS = 60  # espeak reads at most so many words at once: what it merges has to be told apart again


class EspeakPhonemiser:
    """espeak-ng through phonemizer, with the options that StyleTTS 2 was trained on."""

    def __init__(self, language: str = "en-us") -> None:
        self._language = language
        self._backend: Any = None
        self._lock = threading.Lock()  # the library keeps its state in globals

    def phonemes(self, text: str, pronunciations: Iterable[Pronunciation] = ()) -> str:
        return self.spoken(text, pronunciations).phonemes

    def spoken(self, text: str, pronunciations: Iterable[Pronunciation] = ()) -> Spoken:
        said, pins = normalised(text, for_espeak(pronunciations))
        # Among spelled letters A would be taken for the article.
        prepared = said.replaced(_LETTER_A, "eigh")
        return assembled(prepared, self._parts(prepared.text, pins))

    def _parts(self, text: str, pins: Pinned) -> Iterator[Part]:
        """Punctuation stays as it is; what stands between is read as a whole, because words change their neighbours."""
        pieces = [piece for match in _PIECE.finditer(text) for piece in _short(match)]
        words = [[text[first:stop] for first, stop in spans] for kind, spans in pieces if kind == "words"]
        read = iter(self._read([" ".join(segment) for segment in words]))
        for kind, spans in pieces:
            after = " " if text[spans[-1][1] : spans[-1][1] + 1].isspace() else ""
            if kind == "words":
                yield from self._aligned(text, spans, next(read), after)
            else:
                first, stop = spans[0]
                yield Part(first, stop, pins.get(text[first:stop], text[first:stop]), after)

    def _aligned(self, text: str, spans: Sequence[tuple[int, int]], phonemes: str, after: str) -> Iterator[Part]:
        """A part for each word of a segment. Where espeak says two in one breath, what each says alone divides them."""
        together = phonemes.split()
        alone = together
        if len(together) != len(spans):
            alone = self._read([text[first:stop] for first, stop in spans])
        said = shares(alone, together)
        for index, ((first, stop), (start, end)) in enumerate(zip(spans, said, strict=True)):
            gap = after if index + 1 == len(spans) else phonemes[end : said[index + 1][0]]
            yield Part(first, stop, phonemes[start:end], gap)

    def _read(self, segments: Sequence[str]) -> list[str]:
        with self._lock:
            if self._backend is None:
                self._backend = _espeak(self._language)
            read: list[str] = self._backend.phonemize(segments, strip=True) if segments else []
        return [" ".join(phonemes.split()) for phonemes in read]


def _short(match: re.Match[str]) -> Iterator[tuple[str, list[tuple[int, int]]]]:
    """A piece and the spans of its words, cut so that none is longer than espeak is given at once."""
    if match.lastgroup != "words":
        yield match.lastgroup or "", [match.span()]
        return
    spans = [word.span() for word in _WORD.finditer(match.string, *match.span())]
    for start in range(0, len(spans), SEGMENT_WORDS):
        yield "words", spans[start : start + SEGMENT_WORDS]


def _espeak(language: str) -> Any:
    try:
        import espeakng_loader
        from phonemizer.backend import EspeakBackend
        from phonemizer.backend.espeak.wrapper import EspeakWrapper
    except ImportError as error:
        raise ModelUnavailable(
            'This voice needs espeak-ng, which is not installed. Run: pip install "bernie[espeak]"'
        ) from error
    EspeakWrapper.set_library(espeakng_loader.get_library_path())
    EspeakWrapper.set_data_path(espeakng_loader.get_data_path())
    # Flags such as "(fr)" around a foreign word are letters to the network: leave them out.
    quiet = logging.getLogger("engine.tts.espeak")
    quiet.setLevel(logging.ERROR)
    return EspeakBackend(language, with_stress=True, language_switch="remove-flags", logger=quiet)
