"""Text to speech with a loaded network: chunk by chunk, many utterances at once, each as it would sound alone.

Utterances advance in step: the first chunk of each, then the second of each, and so on, so that the first sound of
every one is there as early as can be and memory holds one round, however long the texts are. A text is read as it is
said: before a piece comes out, only the chunks up to it and the sentence behind it have been looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Generator, Tensor

from engine.audio import Audio
from engine.tts.config import SAMPLE_RATE
from engine.tts.network import Prosody, Styles, TtsNetwork
from engine.tts.source import draw_source_noise
from engine.tts.styles import StyleSource
from engine.tts.utterance import Chunk, Frontend, Piece, Utterance, WordTiming

FADE_SAMPLES = 120
"""5 ms at both ends of a piece: no click where pieces meet, nor at the end of the clip."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a model's clips are cut and joined. `tail_samples`: a click at the end that the model leaves."""

    tail_samples: int = 0
    last_extra_frames: int = 0
    pause_seconds: float = 0.0
    paragraph_seconds: float = 0.35


NOTHING_YET = Chunk(tokens=(), phoneme_count=0, words=(), reached=0.0)


@dataclass
class _Line:
    """An utterance on its way. `chunk` is the one being said, `done` how many were before it."""

    utterance: Utterance
    chunks: Iterator[Chunk]
    chunk: Chunk = NOTHING_YET
    done: int = -1
    pause_seconds: float = 0.0
    seconds: float = 0.0
    carried: Tensor | None = None
    style_noise: Generator = field(default_factory=Generator)
    source_noise: Generator = field(default_factory=Generator)

    @property
    def phoneme_count(self) -> int:
        return self.chunk.phoneme_count

    def advance(self, manner: Manner) -> bool:
        """On to the next chunk, and the pause before it; False when there is none. Raises what it raises."""
        following = next(self.chunks, None)
        if following is None:
            return False
        if self.done >= 0:
            self.pause_seconds = manner.paragraph_seconds if self.chunk.ends_paragraph else manner.pause_seconds
        self.utterance.on_step(self.chunk.reached)
        self.chunk = following
        self.done += 1
        # Noise of its own for each chunk: what it sounds like does not depend on the length of those before.
        seeds = np.random.SeedSequence((self.utterance.seed, self.done)).generate_state(2, np.uint64)
        for generator, seed in zip((self.style_noise, self.source_noise), seeds, strict=True):
            generator.manual_seed(int(seed))
        return True


class Synthesizer:
    """`network` on its device, with the front end and the source of styles of its model."""

    def __init__(
        self, network: TtsNetwork, frontend: Frontend, styles: StyleSource, manner: Manner, *, max_batch: int
    ) -> None:
        self._network = network
        self._frontend = frontend
        self._styles = styles
        self._manner = manner
        self._max_batch = max_batch

    def stream(self, utterance: Utterance) -> Iterator[Piece]:
        """Pieces as they are made. Raises what is wrong with the utterance."""
        for _, piece in self.run([utterance]):
            if isinstance(piece, Exception):
                raise piece
            yield piece

    def generate(self, utterances: Sequence[Utterance]) -> list[list[Piece] | Exception]:
        """All pieces of each, or what was wrong with it; one does not harm the others."""
        made: list[list[Piece] | Exception] = [[] for _ in utterances]
        for index, piece in self.run(utterances):
            pieces = made[index]
            if isinstance(piece, Exception):
                made[index] = piece
            elif isinstance(pieces, list):
                pieces.append(piece)
        return made

    def run(self, utterances: Sequence[Utterance]) -> Iterator[tuple[int, Piece | Exception]]:
        """The index of an utterance with its next piece, or with what ended it."""
        lines: dict[int, _Line] = {}
        for index, utterance in enumerate(utterances):
            try:
                self._styles.prepare(utterance)
                chunks = self._frontend.chunks(utterance.text, utterance.voice, utterance.pronunciations)
                lines[index] = _Line(utterance, chunks)
            except Exception as error:
                yield index, error
        while lines:
            for group in _groups(lines, self._max_batch):
                yield from self._round(lines, group)

    def _round(self, lines: dict[int, _Line], group: Sequence[int]) -> Iterator[tuple[int, Piece | Exception]]:
        """The next chunk of each of the group that has one."""
        saying: list[int] = []
        for index in group:
            try:
                if lines[index].advance(self._manner):
                    saying.append(index)
                else:
                    del lines[index]
            except Exception as error:
                del lines[index]
                yield index, error
        if saying:
            yield from zip(saying, self._say([lines[index] for index in saying]), strict=True)

    @torch.inference_mode()
    def _say(self, lines: Sequence[_Line]) -> list[Piece]:
        text = self._network.read([line.chunk.tokens for line in lines])
        styles = self._styles.styles(text, lines)
        speed = torch.tensor([[line.utterance.speed] for line in lines], device=self._network.device)
        prosody = self._network.plan(text, styles, speed=speed, last_extra=self._manner.last_extra_frames)
        noise = draw_source_noise([line.source_noise for line in lines], self._network.samples(prosody))
        waves = self._speak(prosody, styles, noise)
        return [self._piece(*each) for each in zip(lines, waves, prosody.counts, strict=True)]

    def _speak(self, prosody: Prosody, styles: Styles, noise: Tensor) -> list[Tensor]:
        """On a CPU one after the other: there a padded batch computes the padding too and gains nothing."""
        if self._network.device.type != "cpu" or len(prosody.frames) == 1:
            return self._network.speak(prosody, styles, noise)
        made = []
        for index, samples in enumerate(self._network.samples(prosody)):
            alone = prosody.item(index), styles.item(index), noise[index : index + 1, :samples]
            made += self._network.speak(*alone)
        return made

    def _piece(self, line: _Line, wave: Tensor, counts: Tensor) -> Piece:
        """With the pause that divides it from the piece before."""
        samples = _faded(wave[: len(wave) - self._manner.tail_samples].float().cpu().numpy())
        pause = np.zeros(round(line.pause_seconds * SAMPLE_RATE), np.float32)
        frame_seconds = self._network.config.samples_per_frame / SAMPLE_RATE
        begun = line.seconds + len(pause) / SAMPLE_RATE
        timings = tuple(_timings(line.chunk, counts.cpu().numpy() * frame_seconds, begun))
        audio = Audio(np.concatenate([pause, samples]), SAMPLE_RATE)
        line.seconds += audio.seconds
        return Piece(audio, timings)


def _groups(lines: dict[int, _Line], size: int) -> Iterator[list[int]]:
    """Batches of utterances that take the same number of diffusion steps."""
    by_steps: dict[int, list[int]] = {}
    for index, line in lines.items():
        by_steps.setdefault(line.utterance.steps, []).append(index)
    for indices in by_steps.values():
        for start in range(0, len(indices), size):
            yield indices[start : start + size]


def _timings(chunk: Chunk, seconds: np.ndarray, begun: float) -> Iterator[WordTiming]:
    """seconds [T] of each token of a chunk that is heard from `begun` on."""
    ends = np.concatenate([[0.0], np.cumsum(seconds)]) + begun
    for word in chunk.words:
        yield WordTiming(word.start, word.end, float(ends[word.first]), float(ends[word.stop]))


def _faded(samples: np.ndarray) -> np.ndarray:
    """samples [S], both ends brought to zero."""
    length = min(FADE_SAMPLES, len(samples) // 2)
    ramp = np.linspace(0, 1, length, dtype=np.float32)
    faded = samples.copy()
    faded[:length] *= ramp
    faded[len(faded) - length :] *= ramp[::-1]
    return faded
