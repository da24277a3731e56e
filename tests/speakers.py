"""An independent judge of voices: how alike two recordings sound as speakers, by a network that never saw our code.

The d-vector network of GE2E (arXiv 1710.10467) with the weights that Resemblyzer publishes (Apache-2.0). Only the
weights are taken from its package, which else wants a compiler and a setuptools of the past.
"""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from engine.audio import Audio, resample
from engine.nn.mel import mel_filters, power_spectrum

RATE, WINDOW_SAMPLES, HOP_SAMPLES, BANDS = 16_000, 400, 160, 40
PART_FRAMES, STEP_FRAMES = 160, 80
LEVEL = 10 ** (-30 / 20)
WIDTH = 256


class Judge(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(BANDS, WIDTH, num_layers=3, batch_first=True)
        self.linear = nn.Linear(WIDTH, WIDTH)

    def forward(self, mels: Tensor) -> Tensor:
        """[B, 160, 40] power -> [B, 256] of length 1, none below 0."""
        _, (last, _) = self.lstm(mels)
        return nn.functional.normalize(self.linear(last[-1]).relu(), dim=1)


@cache
def judge() -> Judge:
    """Skips the test where the weights are not installed."""
    spec = importlib.util.find_spec("resemblyzer")
    if spec is None or spec.origin is None:
        pytest.skip("the judge of voices needs the weights in resemblyzer: install the extra 'ear'")
    found = torch.load(Path(spec.origin).parent / "pretrained.pt", map_location="cpu", weights_only=True)["model_state"]
    network = Judge()
    network.load_state_dict({key: value for key, value in found.items() if not key.startswith("similarity_")})
    return network.eval()


@torch.inference_mode()
def voice_print(audio: Audio) -> np.ndarray:
    """[256] of length 1: the mean over parts of 1.6 s that overlap by half, the pauses left in."""
    samples = torch.from_numpy(resample(audio, RATE).samples)
    samples = samples * max(1.0, LEVEL / float(samples.square().mean().sqrt()))  # the mel is not logarithmic
    power = power_spectrum(
        samples.unsqueeze(0),
        n_fft=WINDOW_SAMPLES,
        hop_samples=HOP_SAMPLES,
        window_samples=WINDOW_SAMPLES,
        pad_samples=WINDOW_SAMPLES // 2,
    )
    filters = mel_filters(
        bins=WINDOW_SAMPLES // 2 + 1,
        top_hz=RATE / 2,
        low_hz=0,
        high_hz=RATE / 2,
        bands=BANDS,
        scale="slaney",
        unit_area=True,
    )
    mel = (filters.T @ power)[0].T
    mel = nn.functional.pad(mel, (0, 0, 0, max(0, PART_FRAMES - len(mel))))
    parts = mel.unfold(0, PART_FRAMES, STEP_FRAMES).mT
    mean = judge()(parts).mean(dim=0)
    return (mean / mean.norm()).numpy()


def likeness(one: Audio, other: Audio) -> float:
    """0 to 1; about 0.9 for two recordings of one speaker, 0.5 to 0.7 for two speakers."""
    return float(voice_print(one) @ voice_print(other))
