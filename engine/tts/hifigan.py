"""HiFi-GAN generator (arXiv 2010.05646) as StyleTTS 2 uses it: harmonic source, AdaIN, Snake.

B batch, C0 512 channels, P values at the rate of F0, L = 300 P samples, A scales and shifts.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from operator import mul

import torch
from torch import Tensor, nn

from engine.nn.convolution import time_major
from engine.nn.padding import mask_of, silenced
from engine.tts.adain_snake import snake
from engine.tts.config import GeneratorConfig
from engine.tts.generator import GeneratorStage


class HiFiGan(nn.Module):
    """Features and excitation to a waveform, through one stage for each up-sampling rate."""

    def __init__(self, config: GeneratorConfig) -> None:
        super().__init__()
        stages = len(config.rates)
        self.scales = list(accumulate(config.rates, mul))
        self.stages = nn.ModuleList(GeneratorStage(config, i, source_channels=1) for i in range(stages))
        self.alphas = nn.ParameterList(torch.empty(1, config.channels // 2**i, 1) for i in range(stages + 1))
        self.conv_post = nn.Conv1d(config.channels // 2**stages, 1, 7, padding=3)

    def excitation(self, source: Tensor, samples: Sequence[int]) -> Tensor:
        """source [B, L] -> [B, 1, L]: taken as it is."""
        return source.unsqueeze(1)

    def forward(self, x: Tensor, excitation: Tensor, styles: Tensor, pitches: Sequence[int]) -> Tensor:
        """x [B, C0, P], excitation [B, 1, L], styles [B, A], pitches: P of each item -> float32 [B, L] in [-1, 1]."""
        x = silenced(time_major(x), mask_of(pitches, x.device))
        for stage, alpha, scale in zip(self.stages, self.alphas, self.scales, strict=False):
            mask = mask_of([n * scale for n in pitches], x.device)
            x = stage(snake(x, alpha), excitation, styles, mask)
        wave = torch.tanh(self.conv_post(snake(x, self.alphas[-1])))
        return silenced(wave, mask_of([n * self.scales[-1] for n in pitches], x.device)).squeeze(1)
