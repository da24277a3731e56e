"""Where a style comes from: a row of a voice's table (Kokoro), or a reference clip and the diffusion (StyleTTS 2).

B batch, S style width. A style is [acoustic | prosodic], 2S values.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

import torch
from torch import Generator, Tensor

from engine.audio import Audio, resample
from engine.tts.config import SAMPLE_RATE
from engine.tts.network import Styles, Text, TtsNetwork
from engine.tts.reference import mel_of_reference
from engine.tts.style_diffusion import carried_over, draw_style_noise, mixed
from engine.tts.utterance import Utterance
from engine.tts.weights import voice_table

CARRY_SHARE = 0.7
"""Of the style of the sentence before, in that of the next (long-form inference)."""
KEPT = 256
"""Styles kept per model: 5 kB each with their scales and shifts."""


class Wanted(Protocol):
    """One chunk of one utterance, as far as its style is concerned. `carried` [1, 2S]: the chunk's before it."""

    carried: Tensor | None

    @property
    def utterance(self) -> Utterance: ...

    @property
    def phoneme_count(self) -> int: ...

    @property
    def style_noise(self) -> Generator: ...


class StyleSource(Protocol):
    def prepare(self, utterance: Utterance) -> None:
        """Raises what is wrong with its voice, before it joins a batch."""
        ...

    def styles(self, text: Text, wanted: Sequence[Wanted]) -> Styles:
        """For a batch whose utterances ask for the same number of diffusion steps. Sets `carried`."""
        ...


T = TypeVar("T")


class _Kept(OrderedDict[object, T]):
    """The most recent results of a slow function."""

    def get_or(self, key: object, make: Callable[[], T]) -> T:
        if key not in self:
            self[key] = make()
            if len(self) > KEPT:
                self.popitem(last=False)
        self.move_to_end(key)
        return self[key]


class TableStyles:
    """Kokoro: the row of the voice's table that belongs to the number of phonemes, counted without the zeros."""

    def __init__(self, network: TtsNetwork, folder: Path) -> None:
        self._network = network
        self._folder = folder
        self._tables: dict[str, Tensor] = {}
        self._kept: _Kept[Styles] = _Kept()

    def prepare(self, utterance: Utterance) -> None:
        self._table(utterance.voice)

    def styles(self, text: Text, wanted: Sequence[Wanted]) -> Styles:
        return Styles.together([self._row(one.utterance.voice, one.phoneme_count) for one in wanted])

    def _row(self, voice: str, phoneme_count: int) -> Styles:
        table = self._table(voice)
        row = max(0, min(phoneme_count, len(table)) - 1)
        return self._kept.get_or((voice, row), lambda: self._network.shape(table[row : row + 1]))

    def _table(self, voice: str) -> Tensor:
        if voice not in self._tables:
            self._tables[voice] = voice_table(self._folder / f"{voice}.pt").to(self._network.device)
        return self._tables[voice]


class SampledStyles:
    """StyleTTS 2: sampled to suit the text, carried over between sentences, mixed with the reference's style."""

    def __init__(self, network: TtsNetwork) -> None:
        self._network = network
        self._kept: _Kept[Tensor] = _Kept()

    @torch.inference_mode()
    def prepare(self, utterance: Utterance) -> None:
        if self._network.config.multispeaker:
            self._reference(utterance.reference)

    def styles(self, text: Text, wanted: Sequence[Wanted]) -> Styles:
        reference = self._references(wanted) if self._network.config.multispeaker else None
        alpha = torch.tensor([one.utterance.alpha for one in wanted])
        beta = torch.tensor([one.utterance.beta for one in wanted])
        if reference is not None and not bool((alpha + beta).any()):
            return self._network.shape(reference)  # nothing of the sample would be taken
        style = self._sampled(text, reference, wanted)
        for index, one in enumerate(wanted):
            if one.carried is not None:
                style[index] = carried_over(one.carried[0], style[index], CARRY_SHARE)
        if reference is not None:
            style = mixed(style, reference, alpha.to(style.device), beta.to(style.device))
        for index, one in enumerate(wanted):
            one.carried = style[index : index + 1].clone()
        return self._network.shape(style)

    def _sampled(self, text: Text, reference: Tensor | None, wanted: Sequence[Wanted]) -> Tensor:
        generators, steps = [one.style_noise for one in wanted], wanted[0].utterance.steps
        noise = draw_style_noise(generators, steps, self._network.config.style_width).to(self._network.device)
        guidance = torch.tensor([one.utterance.guidance for one in wanted])
        *_, last = self._network.sample(text, reference, noise, guidance)
        return last.clone()

    def _references(self, wanted: Sequence[Wanted]) -> Tensor:
        return torch.cat([self._reference(one.utterance.reference) for one in wanted])

    def _reference(self, reference: Audio | None) -> Tensor:
        """[1, 2S]. Once per clip, found again by its content."""
        assert reference is not None, "the model for own voices gets only requests with a reference"
        key = hashlib.sha256(reference.samples.tobytes() + str(reference.sample_rate).encode()).digest()
        return self._kept.get_or(key, lambda: self._network.style_of(self._mel(reference)))

    def _mel(self, reference: Audio) -> Tensor:
        wave = torch.from_numpy(resample(reference, SAMPLE_RATE).samples)
        return mel_of_reference(wave).to(self._network.device)
