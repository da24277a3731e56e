"""Ranking of candidates by CLAP (arXiv 2206.04769): how near a clip's direction lies to that of its prompt.

The whole clip is scored, in one piece: CNN14 pools over time. The published code scores a random 3.3 seconds of it,
so that its order of the same candidates changes from call to call. Like there, a shorter clip is repeated to fill
144,000 samples. B clips, P prompts, S samples at 16 kHz.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.sfx.clap_audio import AudioEncoder, resampled
from engine.sfx.text_encoder import SCORE_TOKENS, TextEncoder
from engine.sfx.tokens import PromptTokenizer

LEAST_SAMPLES = 144_000  # at 44.1 kHz


@dataclass(frozen=True, slots=True)
class Ranking:
    text: TextEncoder
    audio: AudioEncoder
    logit_scale: float  # natural logarithm; it does not change an order
    tokenizer: PromptTokenizer | None = None

    def scores(self, prompt: str, waves: Tensor) -> Tensor:
        """float32 waves [B, S] at 16 kHz, all for one prompt -> cosines [B]; the greatest is the best candidate."""
        assert self.tokenizer is not None
        ids, mask = self.tokenizer([prompt], SCORE_TOKENS)
        device = waves.device
        return similarity(self.heard(waves), self.text.embed(ids.to(device), mask.to(device)))[:, 0]

    def heard(self, waves: Tensor) -> Tensor:
        """waves [B, S] at 16 kHz -> [B, D] of length 1."""
        # One by one: the maps of ten seconds take half a gigabyte.
        return torch.cat([self.audio(repeated(resampled(wave))) for wave in waves.unsqueeze(1)])


def repeated(wave: Tensor) -> Tensor:
    """wave [B, S] at 44.1 kHz -> itself, or repeated and cut to what CLAP was trained to hear."""
    samples = wave.shape[-1]
    if samples >= LEAST_SAMPLES:
        return wave
    return wave.repeat(1, math.ceil(LEAST_SAMPLES / samples))[:, :LEAST_SAMPLES]


def similarity(heard: Tensor, read: Tensor) -> Tensor:
    """[B, D] and [P, D] of length 1 -> cosines [B, P]."""
    return heard @ read.mT
