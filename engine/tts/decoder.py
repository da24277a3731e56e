"""Decoder of StyleTTS 2 (arXiv 2306.07691, section 3.1): aligned text, F0, energy and acoustic style to a waveform.

B batch, F frames of 600 samples (25 ms), H 512 features, M 1024, C0 512, L = 600 F samples, A scales and shifts.
Left out: smoothing of the curves, which only training does.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from engine.nn.padding import mask_of
from engine.tts.adain import AdaINResBlock, StyleMap
from engine.tts.config import TtsConfig
from engine.tts.hifigan import HiFiGan
from engine.tts.istftnet import ISTFTNet
from engine.tts.source import HarmonicSource

PLAIN_BLOCKS = 3


class Decoder(nn.Module):
    """Frame-level blocks, then a generator with a harmonic source."""

    def __init__(self, config: TtsConfig) -> None:
        super().__init__()
        width, channels = config.decoder_width, config.generator.channels
        joined = width + config.asr_width + 2
        self.F0_conv = nn.Conv1d(1, 1, 3, stride=2, padding=1)
        self.N_conv = nn.Conv1d(1, 1, 3, stride=2, padding=1)
        self.asr_res = nn.Conv1d(config.width, config.asr_width, 1)
        self.encode = AdaINResBlock(config.width + 2, width)
        self.decode = nn.ModuleList(AdaINResBlock(joined, width) for _ in range(PLAIN_BLOCKS))
        self.decode.append(AdaINResBlock(joined, channels, upsample=True))
        self.source = HarmonicSource(config.generator.samples_per_pitch)
        self.generator = (HiFiGan if config.generator.kind == "hifigan" else ISTFTNet)(config.generator)
        self.styles = StyleMap(self, config.style_width)

    def features(self, asr: Tensor, f0: Tensor, energy: Tensor, styles: Tensor, frames: Sequence[int]) -> Tensor:
        """asr [B, H, F], f0 [B, 2F] Hz, energy [B, 2F], all zero on padding -> [B, C0, 2F]."""
        mask = mask_of(frames, asr.device)
        curves = torch.cat([self.F0_conv(f0.unsqueeze(1)), self.N_conv(energy.unsqueeze(1))], dim=1)
        beside = torch.cat([self.asr_res(asr), curves], dim=1)
        x: Tensor = self.encode(torch.cat([asr, curves], dim=1), styles, mask)
        for block in self.decode:
            x = block(torch.cat([x, beside], dim=1), styles, mask)
        return x

    def forward(
        self, asr: Tensor, f0: Tensor, energy: Tensor, styles: Tensor, noise: Tensor, frames: Sequence[int]
    ) -> Tensor:
        """asr [B, H, F], f0 and energy [B, 2F], noise [B, L, 9] -> float32 [B, L], about [-1, 1], zero on padding."""
        x = self.features(asr, f0, energy, styles, frames)
        source = self.source(f0, noise, frames)
        return self.voice(x, source, styles, frames)

    def voice(self, x: Tensor, source: Tensor, styles: Tensor, frames: Sequence[int]) -> Tensor:
        """x [B, C0, 2F], source [B, L] -> [B, L]."""
        samples = [2 * n * self.source.samples_per_pitch for n in frames]
        excitation = self.generator.excitation(source, samples)
        wave: Tensor = self.generator(x, excitation, styles, [2 * n for n in frames])
        return wave
