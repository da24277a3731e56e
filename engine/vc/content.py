"""Content encoder of Seed-VC: what is said, by the encoder of Whisper small (arXiv 2212.04356, section 2.2).

S samples at 16 kHz, W windows of 30 s, N content frames of 20 ms, D 768 features. Longer recordings go through
overlapping windows; a window's first 5 s then only give it a past.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import torch
from torch import Tensor

from engine.nn.mel import mel_filters, power_spectrum
from engine.vc.mel import ENCODER_RATE

WINDOW_SAMPLES, OVERLAP_SAMPLES = 30 * ENCODER_RATE, 5 * ENCODER_RATE
FRAME_SAMPLES = 320
N_FFT, HOP_SAMPLES, BANDS = 400, 160, 80
FLOOR, DEPTH = 1e-10, 8.0


class Answer(Protocol):
    @property
    def last_hidden_state(self) -> Tensor:
        """[W, 1500, D]."""
        ...


class ContentEncoder(Protocol):
    """Whisper's encoder as transformers has it, or what stands for it in a test."""

    def __call__(self, input_features: Tensor, /) -> Answer: ...


@dataclass(frozen=True, slots=True)
class Window:
    """Samples [start, end) heard at once; of the answer, frames [skip, frames) count."""

    start: int
    end: int
    skip: int

    @property
    def frames(self) -> int:
        return min((self.end - self.start) // FRAME_SAMPLES + 1, WINDOW_SAMPLES // FRAME_SAMPLES)


def windows(samples: int) -> list[Window]:
    found = [Window(0, min(samples, WINDOW_SAMPLES), 0)]
    while found[-1].end < samples:
        start = found[-1].end - OVERLAP_SAMPLES
        found.append(Window(start, min(samples, start + WINDOW_SAMPLES), OVERLAP_SAMPLES // FRAME_SAMPLES))
    return found


def content_of(encoder: ContentEncoder, wave: Tensor, *, at_once: int = 1) -> Tensor:
    """wave [S] at 16 kHz in [-1, 1] -> float32 [N, D]. Windows are independent: a card takes several at once."""
    listed = windows(len(wave))
    kept: list[Tensor] = []
    for first in range(0, len(listed), at_once):
        batch = listed[first : first + at_once]
        answers = encoder(log_mels([wave[each.start : each.end] for each in batch])).last_hidden_state.float()
        kept += [answer[each.skip : each.frames] for answer, each in zip(answers, batch, strict=True)]
    return torch.cat(kept)


def log_mels(waves: Sequence[Tensor]) -> Tensor:
    """waves [S_i], up to 30 s -> Whisper's own log-mel [W, 80, 3000] of 30 s each: log10, 8 deep, about [-1, 1]."""
    heard = torch.stack([torch.nn.functional.pad(wave, (0, WINDOW_SAMPLES - len(wave))) for wave in waves])
    power = power_spectrum(heard, n_fft=N_FFT, hop_samples=HOP_SAMPLES, window_samples=N_FFT, pad_samples=N_FFT // 2)
    logs = (mel_basis().to(power.device).T @ power[..., :-1]).clamp(min=FLOOR).log10()
    return (torch.maximum(logs, logs.amax(dim=(1, 2), keepdim=True) - DEPTH) + 4) / 4


@lru_cache
def mel_basis() -> Tensor:
    top = ENCODER_RATE / 2
    return mel_filters(
        bins=N_FFT // 2 + 1, top_hz=top, low_hz=0, high_hz=top, bands=BANDS, scale="slaney", unit_area=True
    )
