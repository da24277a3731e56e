"""iSTFTNet generator (arXiv 2203.02395) as StyleTTS 2 and Kokoro use it: the last up-sampling is an inverse STFT.

B batch, C0 512 channels, P values at the rate of F0, L = 300 P samples, K = n_fft / 2 + 1 bins (11),
R = L / hop + 1 STFT frames, A scales and shifts.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from operator import mul

import torch
from torch import Tensor, nn

from engine.nn.convolution import time_major
from engine.nn.padding import mask_of, silenced
from engine.tts.config import GeneratorConfig
from engine.tts.generator import GeneratorStage
from engine.tts.padding import padded

SLOPE = 0.1
LAST_SLOPE = 0.01  # upstream forgot its own slope there and trained with the default


class ISTFTNet(nn.Module):
    """Features and the source's spectrum to a spectrum, and that to a waveform."""

    def __init__(self, config: GeneratorConfig) -> None:
        super().__init__()
        stages = len(config.rates)
        self.n_fft, self.hop_samples = config.n_fft, config.hop_samples
        self.scales = list(accumulate(config.rates, mul))
        self.stages = nn.ModuleList(GeneratorStage(config, i, config.n_fft + 2) for i in range(stages))
        self.conv_post = nn.Conv1d(config.channels // 2**stages, config.n_fft + 2, 7, padding=3)

    def excitation(self, source: Tensor, samples: Sequence[int]) -> Tensor:
        """source [B, L] -> [magnitude | angle in (-pi, pi]] of its STFT [B, 2K, R], zero on padding."""
        if min(samples) == max(samples):
            return self._analysed(source)
        # One by one: what a frame at the end mirrors depends on where the item ends.
        return padded([self._analysed(row[None, :n])[0] for row, n in zip(source, samples, strict=True)])

    def forward(self, x: Tensor, excitation: Tensor, styles: Tensor, pitches: Sequence[int]) -> Tensor:
        """x [B, C0, P], excitation [B, 2K, R], styles [B, A], pitches: P of each item -> float32 [B, L]."""
        x = silenced(time_major(x), mask_of(pitches, x.device))
        for index, (stage, scale) in enumerate(zip(self.stages, self.scales, strict=True)):
            extra = int(index == len(self.stages) - 1)
            mask = mask_of([n * scale + extra for n in pitches], x.device)
            x = stage(nn.functional.leaky_relu(x, SLOPE), excitation, styles, mask)
        spectrum = self.conv_post(nn.functional.leaky_relu(x, LAST_SLOPE))
        return self._waves(spectrum, [n * self.scales[-1] + 1 for n in pitches])

    def _analysed(self, source: Tensor) -> Tensor:
        """source [B, L] -> [B, 2K, R]."""
        spectrum = torch.stft(source, self.n_fft, self.hop_samples, window=self._window(source), return_complex=True)
        # Adding zero turns -0.0 into 0.0: the angle of a negative real number must be +pi.
        return torch.cat([spectrum.abs(), torch.atan2(spectrum.imag + 0.0, spectrum.real)], dim=1)

    def _waves(self, spectrum: Tensor, lengths: Sequence[int]) -> Tensor:
        """spectrum [B, 2K, R], log magnitude and sine of phase still to be taken -> [B, L], zero on padding."""
        magnitude, phase = spectrum.chunk(2, dim=1)
        rectangular = torch.polar(magnitude.exp(), phase.sin())
        if min(lengths) == max(lengths):
            return self._wave(rectangular)
        return padded([self._wave(item[:, :n]) for item, n in zip(rectangular, lengths, strict=True)])

    def _wave(self, spectrum: Tensor) -> Tensor:
        window = self._window(spectrum.real)
        return torch.istft(spectrum, self.n_fft, self.hop_samples, window=window)

    def _window(self, like: Tensor) -> Tensor:
        return torch.hann_window(self.n_fft, device=like.device, dtype=like.dtype)
