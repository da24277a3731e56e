"""DiT velocity estimator of Seed-VC (arXiv 2411.09943, section 3): which way the mel moves at a time of the flow.

B batch, T frames of prompt and piece, M mel bands, D width of the condition, d of the network, S of the style.
What does not depend on the state is computed apart and once: `Context` for all times, `TimeTerms` for all items.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from engine.nn.padding import mask_of
from engine.vc.config import DiTConfig
from engine.vc.time_embedding import TimeEmbedding
from engine.vc.transformer import Transformer
from engine.vc.wavenet import WaveNetOutput


@dataclass(frozen=True, slots=True)
class Context:
    """What is said and by whom, as the first layer sees it; zeros in its place for the unconditional half."""

    merged: Tensor  # [B, T, d]
    style: Tensor | None  # [B, 1, d], only where the style is a token


@dataclass(frozen=True, slots=True)
class TimeTerms:
    """All that n times give to the network."""

    t1: Tensor  # [n, d]
    norms: Tensor  # [2N + 1, n, 1, 2d]
    output: tuple[Tensor, ...]  # each [n, ...]

    def at(self, k: int) -> TimeTerms:
        """The k-th time, for all items of a batch."""
        one = slice(k, k + 1)
        return TimeTerms(self.t1[one], self.norms[:, one], tuple(term[one] for term in self.output))


class MlpOutput(nn.Module):
    """Output stage of the singing model: nothing but two layers."""

    reach = 0

    def __init__(self, config: DiTConfig) -> None:
        super().__init__()
        self.into = nn.Linear(config.width, config.width)
        self.out = nn.Linear(config.width, config.bands)

    def terms(self, times: Tensor, t1: Tensor) -> tuple[Tensor, ...]:
        return ()

    def forward(self, h: Tensor, terms: tuple[Tensor, ...], lengths: Sequence[int]) -> Tensor:
        """h [B, T, d] -> velocity [B, M, T]."""
        velocity: Tensor = self.out(nn.functional.silu(self.into(h)))
        return velocity.mT


class DiT(nn.Module):
    def __init__(self, config: DiTConfig) -> None:
        super().__init__()
        self.config = config
        width = config.width
        self.t_embedder = TimeEmbedding(width)
        self.cond_projection = nn.Linear(config.content_width, width)
        merged = 2 * config.bands + width + (0 if config.style_as_token else config.style_width)
        self.cond_x_merge_linear = nn.Linear(merged, width)
        if config.style_as_token:
            self.style_in = nn.Linear(config.style_width, width)
        self.transformer = Transformer(config)
        if config.long_skip:
            self.skip_linear = nn.Linear(width + config.bands, width)
        self.output = WaveNetOutput(config) if config.output == "wavenet" else MlpOutput(config)

    @property
    def reach(self) -> int:
        """Frames before the first wanted one that its velocity depends on, past the transformer."""
        return self.output.reach

    def time_terms(self, times: Tensor) -> TimeTerms:
        """times [n] in [0, 1], float32."""
        t1 = self.t_embedder(times)
        return TimeTerms(t1, self.transformer.terms(t1), self.output.terms(times, t1))

    def context(self, cond: Tensor, prompt_x: Tensor, style: Tensor) -> Context:
        """cond [B, T, D], prompt_x [B, M, T] the prompt's log-mel and zeros after it, style [B, S].

        For the unconditional half pass zeros, of any T to broadcast: the projections' biases remain.
        """
        parts = [prompt_x.mT, self.cond_projection(cond)]
        if self.config.style_as_token:
            token = self.style_in(style).unsqueeze(1)
        else:
            parts.append(style.unsqueeze(1).expand(-1, cond.shape[1], -1))
            token = None
        rest = self.cond_x_merge_linear.weight[:, self.config.bands :]
        merged = nn.functional.linear(torch.cat(parts, dim=-1), rest, self.cond_x_merge_linear.bias)
        return Context(merged.float(), token)

    def null_context(self, like: Context) -> Context:
        """Of a conversion without words and voice, as large as `like`."""
        config, merged = self.config, like.merged
        widths = (config.content_width, config.bands, config.style_width)
        cond, prompt, style = (merged.new_zeros(1, 1, width) for width in widths)
        null = self.context(cond, prompt.mT, style[0])
        token = None if null.style is None else null.style.expand(len(merged), -1, -1)
        return Context(null.merged.expand_as(merged), token)

    def forward(
        self, x: Tensor, context: Context, time: TimeTerms, lengths: Sequence[int], *, first_frame: int = 0
    ) -> Tensor:
        """x [B, M, T] -> float32 velocity [B, M, T - first_frame], arbitrary on padding.

        `first_frame`: those before it are seen, but not answered, except `reach` of them in error.
        """
        h = nn.functional.linear(x.mT, self.cond_x_merge_linear.weight[:, : self.config.bands]).float() + context.merged
        tokens = self._tokens(context, time, len(x))
        mask = mask_of([len(tokens) + n for n in lengths], x.device)
        valid = None if mask is None else mask.bool().unsqueeze(1)
        h = self.transformer(torch.cat([*tokens, h], dim=1), time.norms, valid)[:, len(tokens) + first_frame :]
        if self.config.long_skip:
            h = self.skip_linear(torch.cat([h, x.mT[:, first_frame:]], dim=-1))
        velocity: Tensor = self.output(h, time.output, [n - first_frame for n in lengths])
        return velocity.float()

    def _tokens(self, context: Context, time: TimeTerms, items: int) -> list[Tensor]:
        """The time, then the style, where they stand in front of the frames; each [B, 1, d]."""
        tokens = [time.t1.unsqueeze(1).expand(items, -1, -1)] if self.config.time_as_token else []
        return tokens if context.style is None else [*tokens, context.style]
