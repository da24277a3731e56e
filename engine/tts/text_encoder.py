"""Text encoder of StyleTTS 2 (arXiv 2306.07691, section 3.1): phonemes to what the decoder pronounces.

B batch, T tokens, H 512 features.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from engine.nn.padding import Mask, silenced
from engine.tts.adain import SLOPE
from engine.tts.padding import run_lstm


class ConvBlock(nn.Module):
    """Convolution, layer norm over channels, LeakyReLU."""

    def __init__(self, width: int, kernel: int) -> None:
        super().__init__()
        self.conv = nn.Conv1d(width, width, kernel, padding=kernel // 2)
        self.norm = nn.LayerNorm(width)

    def forward(self, x: Tensor) -> Tensor:
        """x [B, H, T] -> [B, H, T]."""
        return nn.functional.leaky_relu(self.norm(self.conv(x).mT).mT, SLOPE)


class TextEncoder(nn.Module):
    """Embedding, convolutions, one bidirectional LSTM."""

    def __init__(self, symbols: int, width: int, layers: int, kernel: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(symbols, width)
        self.cnn = nn.ModuleList(ConvBlock(width, kernel) for _ in range(layers))
        self.lstm = nn.LSTM(width, width // 2, batch_first=True, bidirectional=True)

    def forward(self, tokens: Tensor, lengths: Sequence[int], mask: Mask) -> Tensor:
        """tokens int64 [B, T] -> t_en [B, H, T], zero on padding."""
        x = silenced(self.embedding(tokens).mT, mask)
        for block in self.cnn:
            x = silenced(block(x), mask)
        return run_lstm(self.lstm, x.mT, lengths).mT
