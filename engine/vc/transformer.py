"""Transformer of Seed-VC's velocity estimator (arXiv 2411.09943, section 3): adaptive norms, rotary positions and
U-Net skips between the first and the last layers (U-ViT, arXiv 2209.12152).

B batch, T frames (behind up to two tokens), d width, H heads, N layers, t1 [n, d] the embedded time.
"""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor, nn

from engine.vc.config import DiTConfig

EPSILON = 1e-5


class AdaptiveNorm(nn.Module):
    """RMS norm whose scale and shift come from the time. The scale is plain: not 1 + scale."""

    def __init__(self, width: int, *, follows_time: bool = True) -> None:
        super().__init__()
        self.follows_time = follows_time
        self.weight = nn.Parameter(torch.empty(width))
        if follows_time:
            self.project_layer = nn.Linear(width, 2 * width)

    def terms(self, t1: Tensor) -> Tensor:
        """t1 [n, d] -> [n, 1, 2d], scale (with the learned weight in it) then shift: once for all frames and items."""
        if not self.follows_time:
            return torch.cat([self.weight, torch.zeros_like(self.weight)]).expand(len(t1), 1, -1)
        scale, shift = self.project_layer(t1).float().chunk(2, dim=-1)
        return torch.cat([scale * self.weight, shift], dim=-1).unsqueeze(1)

    def forward(self, x: Tensor, terms: Tensor) -> Tensor:
        """x [B, T, d], terms [1 or B, 1, 2d] -> float32 [B, T, d]."""
        scale, shift = terms.chunk(2, dim=-1)
        return torch.addcmul(shift, nn.functional.rms_norm(x.float(), x.shape[-1:], eps=EPSILON), scale)


class Attention(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.wqkv = nn.Linear(width, 3 * width, bias=False)
        self.wo = nn.Linear(width, width, bias=False)

    def forward(self, x: Tensor, rotation: Tensor, valid: Tensor | None) -> Tensor:
        """x [B, T, d], rotation complex64 [T, 1, 1, d / 2H], valid bool keys [B, 1, 1, T] or None -> [B, T, d]."""
        qkv = self.wqkv(x).unflatten(-1, (3, self.heads, -1))
        turned = torch.view_as_complex(qkv[:, :, :2].float().unflatten(-1, (-1, 2))) * rotation
        q, k = torch.view_as_real(turned).flatten(-2).to(qkv.dtype).permute(2, 0, 3, 1, 4)
        v = qkv[:, :, 2].transpose(1, 2)
        y = nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=valid)
        out: Tensor = self.wo(y.transpose(1, 2).flatten(2))
        return out


class FeedForward(nn.Module):
    def __init__(self, width: int, inner: int) -> None:
        super().__init__()
        self.w1 = nn.Linear(width, inner, bias=False)
        self.w3 = nn.Linear(width, inner, bias=False)
        self.w2 = nn.Linear(inner, width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """x [B, T, d] -> [B, T, d]."""
        y: Tensor = self.w2(nn.functional.silu(self.w1(x), inplace=True).mul_(self.w3(x)))
        return y


class Block(nn.Module):
    """Attention and feed-forward, each behind its norm; `receives` the output of an early layer first."""

    def __init__(self, config: DiTConfig, *, receives: bool) -> None:
        super().__init__()
        follows_time = not config.time_as_token
        self.attention_norm = AdaptiveNorm(config.width, follows_time=follows_time)
        self.attention = Attention(config.width, config.heads)
        self.ffn_norm = AdaptiveNorm(config.width, follows_time=follows_time)
        self.feed_forward = FeedForward(config.width, config.feed_forward)
        if receives:
            self.skip_in_linear = nn.Linear(2 * config.width, config.width)

    def forward(self, x: Tensor, terms: Tensor, rotation: Tensor, valid: Tensor | None) -> Tensor:
        """x [B, T, d] or with a skip [B, T, 2d], terms [2, 1 or B, 1, 2d] -> [B, T, d]."""
        if hasattr(self, "skip_in_linear"):
            x = self.skip_in_linear(x).float()
        x = x + self.attention(self.attention_norm(x, terms[0]), rotation, valid)
        out: Tensor = x + self.feed_forward(self.ffn_norm(x, terms[1]))
        return out


class Transformer(nn.Module):
    """The first half of the layers hand their outputs to the last half, last in, first out."""

    def __init__(self, config: DiTConfig) -> None:
        super().__init__()
        self.head_width = config.width // config.heads
        self.givers = config.layers // 2
        self.layers = nn.ModuleList(Block(config, receives=i > self.givers) for i in range(config.layers))
        self.norm = AdaptiveNorm(config.width)

    def terms(self, t1: Tensor) -> Tensor:
        """t1 [n, d] -> float32 [2N + 1, n, 1, 2d]: every norm's scale and shift at n times."""
        norms = [module for module in self.modules() if isinstance(module, AdaptiveNorm)]  # in their order
        return torch.stack([norm.terms(t1) for norm in norms])

    def forward(self, x: Tensor, terms: Tensor, valid: Tensor | None) -> Tensor:
        """x [B, T, d], terms [2N + 1, 1 or B, 1, 2d], valid bool [B, 1, 1, T] or None -> float32 [B, T, d]."""
        rotation = rotations(x.shape[1], self.head_width, x.device)
        given: list[Tensor] = []
        for i, layer in enumerate(self.layers):
            if i > self.givers:
                x = torch.cat([x, given.pop()], dim=-1)
            x = layer(x, terms[2 * i : 2 * i + 2], rotation, valid)
            if i < self.givers:
                given.append(x)
        normed: Tensor = self.norm(x, terms[-1])
        return normed


@lru_cache(maxsize=16)
def rotations(steps: int, head_width: int, device: torch.device) -> Tensor:
    """-> complex64 [T, 1, 1, head_width / 2]: neighbouring channels are the parts of a number that turns with time."""
    rates = 10_000 ** (-torch.arange(0, head_width, 2, dtype=torch.float64) / head_width)
    angles = torch.arange(steps, dtype=torch.float64).unsqueeze(1) * rates
    return torch.polar(torch.ones_like(angles), angles).to(device, torch.complex64)[:, None, None]
