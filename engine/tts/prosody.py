"""Prosody predictor of StyleTTS 2 (arXiv 2306.07691, section 3.1): durations, F0, energy.

B batch, T tokens, F frames of 600 samples (25 ms), H 512 features, S 128 prosodic style, A scales and shifts.
Left out: dropout. Added: `speed`, before rounding.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from engine.nn.padding import Mask, mask_of, silenced
from engine.tts.adain import AdaINResBlock, AdaLayerNorm, StyleMap
from engine.tts.config import TtsConfig
from engine.tts.padding import padded, run_lstm


class DurationEncoder(nn.Module):
    """LSTM and adaptive norm in turn, the style joined to the features anew before each LSTM."""

    def __init__(self, width: int, style_width: int, layers: int) -> None:
        super().__init__()
        self.lstms = nn.ModuleList()
        for _ in range(layers):
            self.lstms.append(_lstm(width + style_width, width))
            self.lstms.append(AdaLayerNorm(width))

    def forward(self, d_en: Tensor, style: Tensor, styles: Tensor, lengths: Sequence[int], mask: Mask) -> Tensor:
        """d_en [B, H, T], style [B, S], styles [B, A] -> d [B, T, H + S], ending with the style; zero on padding."""
        repeated = style.unsqueeze(1).expand(-1, d_en.shape[-1], -1)
        x = torch.cat([d_en.mT, repeated], dim=-1)
        for layer in self.lstms:
            if isinstance(layer, nn.LSTM):
                x = run_lstm(layer, x, lengths)
            else:
                x = torch.cat([layer(x, styles), repeated], dim=-1)
                x = silenced(x.mT, mask).mT
        return x


class Tower(nn.ModuleList):
    """Three AdaIN blocks, the middle one to twice the rate and half the width."""

    def __init__(self, width: int) -> None:
        half = width // 2
        super().__init__(
            [AdaINResBlock(width, width), AdaINResBlock(width, half, upsample=True), AdaINResBlock(half, half)]
        )

    def forward(self, x: Tensor, styles: Tensor, masks: tuple[Mask, Mask]) -> Tensor:
        """x [B, H, F], masks of F and 2F -> [B, H / 2, 2F]."""
        once, twice = masks
        for block, mask in zip(self, (once, once, twice), strict=True):
            x = block(x, styles, mask)
        return x


class ProsodyPredictor(nn.Module):
    """Used in two steps, for the durations stretch what the second one reads."""

    def __init__(self, config: TtsConfig) -> None:
        super().__init__()
        width = config.width
        self.text_encoder = DurationEncoder(width, config.style_width, config.layers)
        self.lstm = _lstm(width + config.style_width, width)
        self.duration_proj = nn.Linear(width, config.max_duration)
        self.shared = _lstm(width + config.style_width, width)
        self.F0, self.N = Tower(width), Tower(width)
        self.F0_proj, self.N_proj = nn.Conv1d(width // 2, 1, 1), nn.Conv1d(width // 2, 1, 1)
        self.styles = StyleMap(self, config.style_width)

    def durations(self, d: Tensor, lengths: Sequence[int]) -> Tensor:
        """d [B, T, H + S] -> frames for each token [B, T], not yet whole, at speed 1."""
        x = run_lstm(self.lstm, d, lengths)
        return torch.sigmoid(self.duration_proj(x)).sum(dim=-1)

    def curves(self, en: Tensor, styles: Tensor, frames: Sequence[int]) -> tuple[Tensor, Tensor]:
        """en [B, H + S, F] -> F0 in Hz and log energy, each [B, 2F], zero on padding."""
        x = run_lstm(self.shared, en.mT, frames).mT
        masks = mask_of(frames, x.device), mask_of([2 * n for n in frames], x.device)
        f0 = self.F0_proj(self.F0(x, styles, masks))
        energy = self.N_proj(self.N(x, styles, masks))
        return silenced(f0, masks[1]).squeeze(1), silenced(energy, masks[1]).squeeze(1)


def whole_frames(duration: Tensor, lengths: Sequence[int], last_extra: int = 0) -> list[Tensor]:
    """duration [B, T] -> int64 [T_i] for each item: rounded half to even, at least 1, the last token longer."""
    rounded = torch.round(duration).clamp(min=1).long().cpu()
    counts = [row[:length].clone() for row, length in zip(rounded, lengths, strict=True)]
    for count in counts:
        count[-1] += last_extra
    return counts


def stretched(x: Tensor, counts: Sequence[Tensor], *, delayed: bool) -> Tensor:
    """x [B, C, T] -> [B, C, F]: column j repeated counts[j] times; `delayed` by one frame, the first one twice."""
    items = []
    for item, count in zip(x, counts, strict=True):
        columns = torch.repeat_interleave(torch.arange(len(count)), count)
        if delayed:
            columns = nn.functional.pad(columns, (1, -1))  # token 0 is always the first frame
        items.append(item[:, columns.to(x.device)])
    return padded(items)


def _lstm(width_in: int, width_out: int) -> nn.LSTM:
    return nn.LSTM(width_in, width_out // 2, batch_first=True, bidirectional=True)
