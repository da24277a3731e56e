"""Sampler of Seed-VC: conditional flow matching (arXiv 2210.02747) by Euler steps, with classifier-free guidance.

B batch, P prompt frames, S frames of a piece, T = P + S, M mel bands, D width of the condition.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.vc.dit import Context, DiT
from engine.vc.padding import padded

OnStep = Callable[[int, int], None]
"""Steps done, steps in all. What it raises ends the sampling."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A voice as the estimator knows it."""

    mel: Tensor  # [M, P] natural log amplitude
    cond: Tensor  # [P, D]
    style: Tensor  # [S]

    @property
    def frames(self) -> int:
        return self.mel.shape[-1]


@dataclass(frozen=True, slots=True)
class Piece:
    """What is to be spoken behind whose prompt, from which noise."""

    prompt: Prompt
    cond: Tensor  # [S, D]
    noise: Tensor  # [M, S], standard normal times the temperature

    @property
    def frames(self) -> int:
        return self.prompt.frames + self.noise.shape[-1]


def sampled(
    estimator: DiT, pieces: Sequence[Piece], *, steps: int, guidance: float, on_step: OnStep = lambda done, total: None
) -> list[Tensor]:
    """-> log-mels [M, S_i] of the pieces, prompts cut off. guidance: 0 for none, at half the work."""
    lengths = [piece.frames for piece in pieces]
    prompts = [piece.prompt.frames for piece in pieces]
    context = context_of(estimator, pieces)
    times = torch.linspace(0, 1, steps + 1, device=context.merged.device)
    terms = estimator.time_terms(times[:-1])
    if guidance:
        context, lengths = with_null(context, estimator.null_context(context)), lengths * 2
    first = max(0, min(prompts) - estimator.reach)
    generated = torch.arange(max(lengths), device=times.device) >= torch.tensor(prompts, device=times.device)[:, None]
    x = padded([torch.nn.functional.pad(piece.noise, (piece.prompt.frames, 0)).mT for piece in pieces]).mT
    for k, step in enumerate(times.diff()):
        velocity = estimator(torch.cat([x, x]) if guidance else x, context, terms.at(k), lengths, first_frame=first)
        if guidance:
            towards, null = velocity.chunk(2)
            velocity = towards + guidance * (towards - null)
        # The prompt's frames stay zero: the network reads the prompt beside the state, not in it.
        x[..., first:] += step * velocity * generated[:, None, first:]
        on_step(k + 1, steps)
    return [row[:, p:n] for row, p, n in zip(x, prompts, lengths, strict=False)]


def context_of(estimator: DiT, pieces: Sequence[Piece]) -> Context:
    """Prompt and piece behind each other, and the prompt's mel with zeros behind it."""
    frames = max(piece.frames for piece in pieces)
    cond = padded([torch.cat([piece.prompt.cond, piece.cond]) for piece in pieces])
    prompts = [torch.nn.functional.pad(piece.prompt.mel, (0, frames - piece.prompt.frames)) for piece in pieces]
    return estimator.context(cond, torch.stack(prompts), torch.stack([piece.prompt.style for piece in pieces]))


def with_null(context: Context, null: Context) -> Context:
    """Both halves of a guided call as one batch."""
    merged = torch.cat([context.merged, null.merged])
    if context.style is None or null.style is None:
        return Context(merged, None)
    return Context(merged, torch.cat([context.style, null.style]))
