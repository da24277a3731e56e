"""RMVPE pitch estimator (arXiv 2306.15412): the fundamental frequency of a voice, 100 times a second.

B batch, F frames, T frames up to a multiple of 32, M 128 mel bands, C channels, K 360 pitch bins of 20 cents.
"""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor, nn

from engine.nn.mel import mel_filters, power_spectrum
from engine.vc.batch_norm import BatchNorm
from engine.vc.mel import ENCODER_RATE

N_FFT, HOP_SAMPLES, BANDS = 1024, 160, 128
LOW_HZ, HIGH_HZ, FLOOR = 30.0, 8000.0, 1e-5
CHANNELS = (16, 32, 64, 128, 256)
BLOCKS_PER_LEVEL = 4
BINS, CENTS_PER_BIN, LOWEST_CENTS, ZERO_HZ = 360, 20, 1997.3794084376191, 10.0
AROUND = 4  # bins on each side of the strongest that have a say
THRESHOLD = 0.03
PIECE_FRAMES, MARGIN_FRAMES = 6_016, 512
"""A minute at a time takes 0.3 GB; five minutes at once would take 1.5. The margin lets the recurrent layers settle.
Both are multiples of what five poolings see as one, so that pieces fall on the same grid as the whole.
"""


class Block(nn.Module):
    """Two convolutions beside a shortcut. The last ReLU comes before the sum."""

    def __init__(self, channels_in: int, channels: int) -> None:
        super().__init__()
        self.conv = nn.Sequential(
            nn.Conv2d(channels_in, channels, 3, padding=1, bias=False),
            BatchNorm(channels),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            BatchNorm(channels),
            nn.ReLU(),
        )
        self.shortcut = nn.Conv2d(channels_in, channels, 1) if channels_in != channels else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """x [B, Cin, T, M] -> [B, C, T, M]."""
        y: Tensor = self.conv(x) + self.shortcut(x)
        return y


def level(channels_in: int, channels: int) -> nn.Sequential:
    widths = [channels_in, *[channels] * BLOCKS_PER_LEVEL]
    return nn.Sequential(*(Block(widths[i], channels) for i in range(BLOCKS_PER_LEVEL)))


class Upward(nn.Module):
    """A decoder level: twice the size, half the channels, with what the encoder saw at that size."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Sequential(
            nn.ConvTranspose2d(2 * channels, channels, 3, 2, padding=1, output_padding=1, bias=False),
            BatchNorm(channels),
            nn.ReLU(),
        )
        self.conv2 = level(2 * channels, channels)

    def forward(self, x: Tensor, seen: Tensor) -> Tensor:
        """x [B, 2C, T, M], seen [B, C, 2T, 2M] -> [B, C, 2T, 2M]."""
        y: Tensor = self.conv2(torch.cat([self.conv1(x), seen], dim=1))
        return y


class RMVPE(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.bn = BatchNorm(1)
        self.encoder = nn.ModuleList(level(a, b) for a, b in zip((1, *CHANNELS), CHANNELS, strict=False))
        deepest = 2 * CHANNELS[-1]
        self.intermediate = nn.Sequential(
            level(CHANNELS[-1], deepest), *(level(deepest, deepest) for _ in range(BLOCKS_PER_LEVEL - 1))
        )
        self.decoder = nn.ModuleList(Upward(channels) for channels in reversed(CHANNELS))
        self.cnn = nn.Conv2d(CHANNELS[0], 3, 3, padding=1)
        self.gru = nn.GRU(3 * BANDS, 256, batch_first=True, bidirectional=True)
        self.out = nn.Linear(512, BINS)

    def forward(self, mel: Tensor) -> Tensor:
        """mel [B, M, F], natural log amplitude -> salience [B, F, 360] in 0..1. All of one length: it sees padding."""
        frames = mel.shape[-1]
        # Zeros in the log domain, as upstream pads.
        x = self.bn(nn.functional.pad(mel, (0, -frames % 2 ** len(CHANNELS))).mT.unsqueeze(1))
        seen: list[Tensor] = []
        for each in self.encoder:
            x = each(x)
            seen.append(x)
            x = nn.functional.avg_pool2d(x, 2)
        x = self.intermediate(x)
        for upward in self.decoder:
            x = upward(x, seen.pop())
        x = self.gru(self.cnn(x).transpose(1, 2).flatten(2))[0]
        return torch.sigmoid(self.out(x))[:, :frames]


def f0_of(network: RMVPE, wave: Tensor) -> Tensor:
    """wave [S] at 16 kHz in [-1, 1] -> float64 [S // 160 + 1] Hz, 0 where unvoiced."""
    return hertz_of(salience_of(network, pitch_mel(wave.unsqueeze(0))))


def salience_of(network: RMVPE, mel: Tensor, piece: int = PIECE_FRAMES, margin: int = MARGIN_FRAMES) -> Tensor:
    """mel [1, M, F] -> [F, 360], a piece with its margins at a time; up to one piece, exactly the network's answer."""
    found: list[Tensor] = []
    for start in range(0, mel.shape[-1], piece):
        before = max(0, start - margin)
        salience = network(mel[..., before : start + piece + margin])[0]
        found.append(salience[start - before : start - before + piece])
    return torch.cat(found)


def pitch_mel(wave: Tensor) -> Tensor:
    """wave [B, S] at 16 kHz -> natural log amplitude [B, 128, S // 160 + 1]."""
    power = power_spectrum(wave, n_fft=N_FFT, hop_samples=HOP_SAMPLES, window_samples=N_FFT, pad_samples=N_FFT // 2)
    return (mel_basis().to(wave.device).T @ power.sqrt()).clamp(min=FLOOR).log()


@lru_cache
def mel_basis() -> Tensor:
    top = ENCODER_RATE / 2
    return mel_filters(
        bins=N_FFT // 2 + 1, top_hz=top, low_hz=LOW_HZ, high_hz=HIGH_HZ, bands=BANDS, scale="htk", unit_area=True
    )


def hertz_of(salience: Tensor) -> Tensor:
    """salience [F, 360] -> float64 [F] Hz: the centre of mass around the strongest bin, 0 where it is weak."""
    salience = salience.double()
    strongest, centre = salience.max(dim=1)
    index = centre.unsqueeze(1) + torch.arange(-AROUND, AROUND + 1, device=salience.device)
    inside = (index >= 0) & (index < BINS)
    weights = salience.gather(1, index.clamp(0, BINS - 1)) * inside
    cents = (LOWEST_CENTS + CENTS_PER_BIN * index) * inside
    mean = (weights * cents).sum(dim=1) / weights.sum(dim=1).clamp(min=torch.finfo(torch.float64).tiny)
    hertz = ZERO_HZ * 2 ** (mean / 1200)
    return torch.where((strongest > THRESHOLD) & (hertz != ZERO_HZ), hertz, 0)
