"""Reference audio of a cloned voice: silence off both ends, then the log-mel both style encoders read.

24 kHz mono. S samples, F = 1 + S // 300 mel frames.
"""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor, nn

from engine.errors import InvalidInput
from engine.nn.mel import mel_filters, power_spectrum
from engine.tts.config import SAMPLE_RATE

N_FFT, WINDOW_SAMPLES, HOP_SAMPLES, BANDS = 2048, 1200, 300, 80
LOG_FLOOR, LOG_MEAN, LOG_STD = 1e-5, -4.0, 4.0

TRIM_WINDOW_SAMPLES, TRIM_HOP_SAMPLES = 2048, 512
TRIM_POWER_RATIO = 1e-3  # 30 dB below the loudest frame

# Four halvings must leave the style encoder's last 5x5 convolution five columns: 65 frames.
SHORTEST_SAMPLES = 64 * HOP_SAMPLES


@cache
def filters() -> Tensor:
    """[1025, 80]. Built as if for 16 kHz although the audio is 24 kHz: the models were trained with that slip."""
    return mel_filters(
        bins=N_FFT // 2 + 1, top_hz=8000, low_hz=0, high_hz=8000, bands=BANDS, scale="htk", unit_area=False
    )


def loud_span(wave: Tensor) -> tuple[int, int]:
    """wave [S] -> [start, end) in samples, from the first to the last frame within 30 dB of the loudest."""
    reach = TRIM_WINDOW_SAMPLES // 2
    frames = nn.functional.pad(wave.double(), (reach, reach)).unfold(0, TRIM_WINDOW_SAMPLES, TRIM_HOP_SAMPLES)
    power = frames.square().mean(dim=1)
    loud = torch.nonzero(power > power.max() * TRIM_POWER_RATIO)
    if loud.numel() == 0:
        return 0, 0
    first, last = int(loud[0]), int(loud[-1])
    return TRIM_HOP_SAMPLES * first, min(wave.numel(), TRIM_HOP_SAMPLES * (last + 1))


def log_mel(wave: Tensor) -> Tensor:
    """wave [B, S] at 24 kHz -> [B, 80, F], natural log, brought to about zero mean and unit variance."""
    power = power_spectrum(
        wave, n_fft=N_FFT, hop_samples=HOP_SAMPLES, window_samples=WINDOW_SAMPLES, pad_samples=N_FFT // 2
    )
    mel = filters().to(wave.device).T @ power
    return (torch.log(LOG_FLOOR + mel) - LOG_MEAN) / LOG_STD


def mel_of_reference(wave: Tensor) -> Tensor:
    """wave [S] at 24 kHz, any ends -> [1, 80, F] of the part between the silences."""
    start, end = loud_span(wave)
    if end - start < SHORTEST_SAMPLES:
        raise InvalidInput(
            f"The voice sample holds {(end - start) / SAMPLE_RATE:.1f} seconds of sound and at least "
            f"{SHORTEST_SAMPLES / SAMPLE_RATE:.1f} are needed. Use a longer recording."
        )
    return log_mel(wave[None, start:end])
