"""How much of Kokoro's speech the ear understands: `python -m tests.intelligibility [VOICE ...]`.

Twenty Harvard sentences in each voice, each sentence a clip of its own, on the real weights (see tests/weights.py).
Prints the word error rate per voice and what was misheard; exit status 1 where a voice is above 5 %.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from engine.audio import Audio, join
from engine.tts.runner import TtsRunner
from engine.tts.utterance import Utterance
from tests.listening import HARVARD, HARVARD_2, transcribe, word_error_rate
from tests.weights import kokoro_folder

VOICES = ("af_heart", "am_michael", "bf_emma", "bm_george")
HIGHEST_RATE = 0.05


def spoken(runner: TtsRunner, text: str, voice: str) -> Audio:
    return join([piece.audio for piece in runner._synthesizer.stream(Utterance(text=text, voice=voice, seed=1))])


def error_rate(sentences: Sequence[str], heard: Sequence[str]) -> float:
    """Over all words together."""
    return word_error_rate(" ".join(sentences), " ".join(heard))


def main(voices: Sequence[str]) -> int:
    runner = TtsRunner("kokoro", "test", kokoro_folder(), "cpu")
    rates = []
    for voice in voices or VOICES:
        sentences = [*HARVARD, *HARVARD_2]
        heard = [transcribe(spoken(runner, sentence, voice)) for sentence in sentences]
        rates.append(error_rate(sentences, heard))
        print(f"{voice:12} {rates[-1]:6.1%}", flush=True)
        for sentence, understood in zip(sentences, heard, strict=True):
            if word_error_rate(sentence, understood):
                print(f"    {sentence}\n    {understood}", flush=True)
    return int(max(rates) > HIGHEST_RATE)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
