"""A text of 5,000 characters: read as it is said, heard after its first sentence, in the memory of one sentence."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from engine.capabilities import TtsParams
from engine.generation import Piece, Task
from engine.tts.frontend import EspeakFrontend, KokoroFrontend
from engine.tts.hibari import HibariRunner
from engine.tts.pronunciations import Pronunciation
from engine.tts.spoken import Spoken
from engine.tts.symbols import SYMBOLS

SENTENCE = "The birch canoe slid on the smooth planks, and nobody had ever seen it go faster than that. "
TEXT = SENTENCE * 53  # one for a start, then two by two, so that all chunks but the first are alike
SHORT_CHARACTERS = 5 * len(SENTENCE)
SLACK_BYTES = 6_000_000
"""For the allocator. What the test's network computes for one chunk takes more than ten megabytes, so anything that is
kept of each of the 27 would be far beyond it."""


class Watched:
    """A phonemiser that counts what it was given."""

    def __init__(self, phonemiser: object) -> None:
        self._phonemiser = phonemiser
        self.characters = 0

    def spoken(self, text: str, pronunciations: Iterable[Pronunciation] = ()) -> Spoken:
        self.characters += len(text)
        found: Spoken = self._phonemiser.spoken(text, pronunciations)  # type: ignore[attr-defined]
        return found


def test_the_first_chunk_is_read_before_the_third_sentence_was_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    frontend = EspeakFrontend()
    watched = Watched(frontend._phonemiser)
    monkeypatch.setattr(frontend, "_phonemiser", watched)
    chunks = frontend.chunks(TEXT, "", ())
    first = next(chunks)
    assert (first.words[0].start, first.words[-1].end) == (0, len(SENTENCE) - 2)
    assert watched.characters <= 2 * len(SENTENCE)
    list(chunks)
    assert watched.characters <= 2 * len(TEXT), "each sentence is read once, and once more to see what it is joined to"


def test_the_chunks_of_a_text_say_all_of_its_words_in_order(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"vocab": {symbol: i for i, symbol in enumerate(SYMBOLS)}}))
    for frontend in (EspeakFrontend(), KokoroFrontend(tmp_path)):
        chunks = list(frontend.chunks(TEXT, "af_heart", ()))
        words = [TEXT[word.start : word.end] for chunk in chunks for word in chunk.words]
        assert words == TEXT.replace(",", "").replace(".", "").split()
        reached = [chunk.reached for chunk in chunks]
        assert reached == sorted(reached)
        assert reached[-1] == 1


def test_the_embedded_voice_is_heard_after_its_first_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    runner, heard = HibariRunner(), []
    watched = Watched(runner._phonemiser)
    monkeypatch.setattr(runner, "_phonemiser", watched)

    class Enough(Exception):
        pass

    def hear(piece: Piece) -> None:
        heard.append(piece)
        raise Enough

    with pytest.raises(Enough):
        runner.run([Task(TtsParams(text=TEXT), 1, lambda fraction: None, on_piece=hear)])
    assert [(word.start, word.end) for word in heard[0].words] == [(0, len(SENTENCE))]
    assert watched.characters <= 2 * len(SENTENCE)


CHILD = """
import json, resource, sys
from dataclasses import replace
import torch
from engine.audio import join
from engine.tts.frontend import EspeakFrontend
from engine.tts.styles import SampledStyles
from engine.tts.synthesizer import Manner, Synthesizer
from engine.tts.utterance import Utterance
from tests.engine.sounds import tone
from tests.engine.tts.tiny import HIFIGAN, tiny_config, tiny_network

def peak():
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

torch.set_num_threads(1)
network = tiny_network(HIFIGAN, positions=512)
synthesizer = Synthesizer(network, EspeakFrontend(), SampledStyles(network), Manner(), max_batch=1)
text, found = sys.stdin.read(), []
for characters in (SHORT, SHORT, 5000):
    [pieces] = synthesizer.generate([Utterance(text=text[:characters], reference=tone(4.0), seed=1, steps=3)])
    clip = join([piece.audio for piece in pieces])
    found.append((peak(), clip.samples.nbytes, len(pieces)))
print(json.dumps(found[1:]))
"""


@pytest.mark.slow
def test_memory_grows_with_a_text_by_its_audio_and_no_more() -> None:
    run = [sys.executable, "-c", CHILD.replace("SHORT", str(SHORT_CHARACTERS))]
    done = subprocess.run(run, input=TEXT, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[3])
    (short_peak, short_audio, few), (long_peak, long_audio, many) = json.loads(done.stdout)
    assert many == 9 * few
    assert long_audio >= 9 * short_audio
    # The pieces, and the clip that they are joined to.
    assert long_peak - short_peak <= 2 * long_audio + SLACK_BYTES
