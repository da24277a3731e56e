"""Things that ring when struck: sums of damped sines.

Damping follows Klatzky, Pai and Krotkov, Perception of material from contact sounds (Presence 9(4), 2000): whatever
its shape, a mode of frequency f dies away in 1 / (pi f tan phi), and tan phi is what the ear takes for the material.
Ratios of bars and plates are from Fletcher and Rossing, The Physics of Musical Instruments, chapters 2 and 3.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.sfx.foley.parts.noise import fast_length
from engine.sfx.foley.stage import SAMPLE_RATE, Signal

RESPONSE_DECAYS = 7.0
"""Responses are cut at -60 dB."""

FREE_BAR = (1.0, 2.756, 5.404, 8.933)
PLATE = (1.0, 1.52, 1.94, 2.71, 3.32, 4.17, 5.05, 6.4, 7.9)
DISC = (1.0, 1.73, 2.33, 3.91, 4.11, 6.3, 6.71)


@dataclass(frozen=True, slots=True)
class Material:
    """`loss` tan phi; `pitch` of a like body, wood 1; `hardness` 0 to 1: how bright a blow on it is."""

    loss: float
    pitch: float
    hardness: float


MATERIALS: Mapping[str, Material] = {
    "wood": Material(0.035, 1.0, 0.5),
    "metal": Material(0.003, 1.7, 0.9),
    "glass": Material(0.006, 2.2, 1.0),
    "stone": Material(0.06, 1.5, 0.8),
    "plastic": Material(0.09, 1.3, 0.6),
    "cloth": Material(0.3, 0.7, 0.1),
}


def material(name: str, otherwise: str) -> Material:
    """Loose ground has no tone of its own: what rings is then the other body."""
    return MATERIALS.get(name, MATERIALS[otherwise])


def ring(
    hz: Sequence[float] | Signal, decay: Sequence[float] | Signal | float, gain: Sequence[float] | Signal | float,
    *, seconds: float = 30.0,
) -> Signal:  # fmt: skip
    """Response to one blow, as long as the slowest mode is heard but at most `seconds`; `decay` to 1/e in seconds."""
    modes = np.broadcast_arrays(np.asarray(hz, float), decay, gain)
    t = np.arange(int(min(seconds, RESPONSE_DECAYS * modes[1].max()) * SAMPLE_RATE) + 1) / SAMPLE_RATE
    out = np.zeros(len(t))
    for frequency, fall, loud in zip(*modes, strict=True):
        heard = t[: int(RESPONSE_DECAYS * fall * SAMPLE_RATE) + 1]
        out[: len(heard)] += loud * np.exp(-heard / fall) * np.sin(2 * np.pi * frequency * heard)
    return out


def body(
    rng: np.random.Generator, of: Material, hz: float, ratios: Sequence[float] = PLATE, *, longest: float = 1.5
) -> Signal:
    """A struck body whose lowest mode is near `hz`: each draw is another place of the blow."""
    frequency = hz * of.pitch * np.asarray(ratios) * (1 + 0.03 * rng.standard_normal(len(ratios)))
    frequency = np.minimum(frequency, 0.45 * SAMPLE_RATE)
    decay = np.minimum(1 / (np.pi * frequency * of.loss), longest)
    falloff = 1.6 - 1.3 * of.hardness
    gain = np.asarray(ratios) ** -falloff * rng.uniform(0.4, 1, len(ratios))
    return ring(frequency, decay, gain)


def convolve(signal: Signal, response: Signal) -> Signal:
    """[S]: the tail past the end of `signal` is cut."""
    count = fast_length(len(signal) + len(response))
    return np.fft.irfft(np.fft.rfft(signal, count) * np.fft.rfft(response, count), count)[: len(signal)]
