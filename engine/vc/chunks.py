"""Long sources in pieces behind one prompt, and their waves joined again. A mel frame is a hop of samples."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from engine.vc.config import MelConfig
from engine.vc.flow import Piece, Prompt

CONTEXT_SECONDS, OVERLAP_FRAMES = 30, 16
LONGEST_PROMPT_SECONDS = 25


def context_frames(config: MelConfig) -> int:
    """Prompt and piece together, as in training."""
    return config.sample_rate // config.hop_samples * CONTEXT_SECONDS


def spans(frames: int, longest: int) -> list[tuple[int, int]]:
    """Pieces [start, end) of at most `longest` frames; each begins 16 frames before the end of the one before."""
    starts = range(0, max(1, frames - OVERLAP_FRAMES), longest - OVERLAP_FRAMES)
    return [(start, min(start + longest, frames)) for start in starts]


def pieces_of(cond: Tensor, prompt: Prompt, longest: int, noise: Callable[[int, int], Tensor]) -> list[Piece]:
    """cond [T, D] of a whole source; `noise` gives [M, end - start] for a piece's frames."""
    return [Piece(prompt, cond[start:end], noise(start, end)) for start, end in spans(len(cond), longest)]


def joined(waves: Sequence[Tensor], overlap_samples: int) -> Tensor:
    """waves [S_i], each one's last samples the next one's first -> one wave, faded over in between."""
    # The pieces agree about what is said there, so their amplitudes add up to one, not their energies.
    rising = torch.linspace(math.pi / 2, 0, overlap_samples, dtype=torch.float64, device=waves[0].device).cos().square()
    said: list[Tensor] = []
    for wave in waves:
        piece = wave
        if said:
            start = wave[:overlap_samples] * rising + said.pop() * rising.flip(0)
            piece = torch.cat([start.to(wave.dtype), wave[overlap_samples:]])
        said += [piece[:-overlap_samples], piece[-overlap_samples:]]
    return torch.cat(said)
