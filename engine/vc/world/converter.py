"""A recording in another voice, piece by piece: a piece of 8 s takes some 80 MB, a clip of any length no more.

S samples at 24 kHz, N frames of 5 ms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from engine.audio import Audio, resample
from engine.errors import InvalidInput
from engine.vc.recordings import SHORTEST_SOURCE_SECONDS, SHORTEST_VOICE_SECONDS, check
from engine.vc.world.cepstra import Cepstra
from engine.vc.world.joins import OVERLAP_SAMPLES, REACH_SAMPLES, aligned, faded_over
from engine.vc.world.melody import Tuning, moved
from engine.vc.world.portrait import FAINTEST_NOISE, Portrait, levels, portrait_of
from engine.vc.world.tract import smoothed, stretch_between, stretched
from engine.vc.world.transport import Transport, changes
from engine.vc.world.vocoder import (
    FRAME_SAMPLES,
    FRAME_SECONDS,
    SAMPLE_RATE,
    Array,
    Frames,
    analysed,
    pitch_at,
    pitch_of,
    spoken,
)

LONGEST_VOICE_SECONDS = 60.0
FEWEST_VOICED_SECONDS = 0.25
PIECE_FRAMES, LEAD_FRAMES = 1600, 20
MOST_CHANGE = 5.0
"""Nats of power, 22 dB: what bends an envelope further is a misunderstanding."""
CONSONANTS = 0.5
"""Of the way that vowels go: consonants say little about who speaks, and much about what is said."""
MOST_BREATH, BREATH_BINS = 0.7, 8
LEVEL, GATE = 0.1, 10 ** (-30 / 20)
"""The loudness at which the vocoder works, and how far below the loudest frame a frame still counts for it."""
PITCH_SHARE = 0.6
"""Of the time that a conversion takes, what goes into finding the pitch."""


def voice_of(reference: Audio) -> Portrait:
    """Raises InvalidInput for a clip in which nobody speaks with a pitch."""
    check(reference, what="voice sample", shortest_seconds=SHORTEST_VOICE_SECONDS)
    wave = _wave(reference)[: round(LONGEST_VOICE_SECONDS * SAMPLE_RATE)]
    wave = wave * (LEVEL / _level(wave))
    portrait = portrait_of(wave, pitch_of(wave))
    if portrait.seconds < FEWEST_VOICED_SECONDS:
        raise InvalidInput(
            "No voice with a pitch is heard in the voice sample. Use a recording in which somebody speaks aloud."
        )
    return portrait


@dataclass(frozen=True, slots=True)
class _Change:
    """All that makes one voice of another."""

    source: Portrait
    target: Portrait
    tuning: Tuning
    stretch: float
    cepstra: Cepstra
    of_voiced: Transport | None
    of_others: Transport | None
    breath: Array
    """[K] factor on the aperiodicity of voiced frames."""

    def applied(self, frames: Frames) -> Frames:
        envelope, noise = stretched(frames.envelope, self.stretch), stretched(frames.aperiodicity, self.stretch)
        change = changes(self.cepstra.of(envelope), frames.voiced, self.of_voiced, self.of_others)
        envelope += np.clip(self.cepstra.filter(change), -MOST_CHANGE, MOST_CHANGE)
        noise[frames.voiced] *= self.breath
        f0 = moved(frames.f0, self.source, self.target, self.tuning)
        return Frames(f0, envelope, np.clip(noise, FAINTEST_NOISE, 1))


def _change_between(source: Portrait, target: Portrait, tuning: Tuning) -> _Change:
    stretch = stretch_between(source, target)
    cepstra = Cepstra(min(source.bandwidth * max(stretch, 1), target.bandwidth))
    here = [cepstra.of(stretched(kind.astype(np.float64), stretch)) for kind in (source.voiced, source.unvoiced)]
    there = [cepstra.of(kind.astype(np.float64)) for kind in (target.voiced, target.unvoiced)]
    breath = smoothed(target.aperiodicity - stretched(source.aperiodicity, stretch), BREATH_BINS)
    return _Change(
        source,
        target,
        tuning,
        stretch,
        cepstra,
        Transport.between(here[0], there[0]),
        # What is whispered throughout has no consonants to tell from vowels.
        Transport.between(here[1], there[1], CONSONANTS) if source.seconds else None,
        np.exp(np.clip(breath, -MOST_BREATH, MOST_BREATH)) if source.seconds else np.ones(len(breath)),
    )


def converted(
    source: Audio,
    target: Portrait,
    tuning: Tuning,
    *,
    length_adjust: float = 1.0,
    on_step: Callable[[float], None] = lambda fraction: None,
) -> Audio:
    """float32 at 24 kHz, `length_adjust` times as long as the source, as loud as it. Raises InvalidInput."""
    on_step(0.0)
    check(source, what="clip", shortest_seconds=SHORTEST_SOURCE_SECONDS)
    wave = _wave(source)
    level = _level(wave)
    wave *= LEVEL / level
    f0 = pitch_of(wave, lambda fraction: on_step(PITCH_SHARE * fraction))
    portrait = portrait_of(wave, f0)
    if not portrait.seconds:
        f0 = np.zeros_like(f0)  # a whisper stays one
    change = _change_between(portrait, target, tuning)
    samples = round(len(wave) * length_adjust)
    made = np.zeros(samples)
    for start, piece in _pieces(wave, f0, samples, length_adjust, change):
        made[start : start + len(piece)] = piece[: samples - start]
        on_step(PITCH_SHARE + (1 - PITCH_SHARE) * min(1.0, (start + len(piece)) / samples))
    made *= level / max(_level(made), 1e-9)
    return Audio(made.astype(np.float32), SAMPLE_RATE)


def _pieces(wave: Array, f0: Array, samples: int, length_adjust: float, change: _Change) -> Iterator[tuple[int, Array]]:
    """(first sample, wave) in order; each begins with what the one before left out."""
    total = -(-samples // FRAME_SAMPLES)
    tail: Array = np.zeros(0)
    for first in range(0, total, PIECE_FRAMES):
        last, before = min(first + PIECE_FRAMES, total), max(0, first - LEAD_FRAMES)
        times = np.arange(before, last + 2 * LEAD_FRAMES) * (FRAME_SECONDS / length_adjust)
        frames = change.applied(analysed(wave, pitch_at(f0, times), times))
        made, start = spoken(frames), (first - before) * FRAME_SAMPLES
        if len(tail):
            made = aligned(tail, made[start - REACH_SAMPLES :])
            made[: len(tail)] = faded_over(tail, made[: len(tail)])
            start = 0
        end = start + (last - first) * FRAME_SAMPLES
        yield first * FRAME_SAMPLES, made[start:end]
        tail = made[end : end + OVERLAP_SAMPLES]


def _wave(audio: Audio) -> Array:
    return np.ascontiguousarray(resample(audio, SAMPLE_RATE).samples, dtype=np.float64)


def _level(wave: Array) -> float:
    """RMS of the frames that are within 30 dB of the loudest: pauses do not count."""
    frames = levels(wave)
    return float(np.sqrt(np.square(frames[frames >= GATE * frames.max()]).mean()))
