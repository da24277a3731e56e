"""Output stage of Seed-VC's speech model: a WaveNet (arXiv 1609.03499) without dilation, then an adaptive layer norm.

B batch, T frames, d width of the transformer and of the WaveNet, M mel bands, L layers, n times.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from engine.nn.padding import mask_of, silenced
from engine.vc.config import DiTConfig
from engine.vc.padding import reflected
from engine.vc.time_embedding import TimeEmbedding


class WaveNet(nn.Module):
    """Gated convolutions; each adds to its input and to the sum of all."""

    def __init__(self, width: int, layers: int, kernel: int) -> None:
        super().__init__()
        self.width, self.pad = width, kernel // 2
        self.cond_layer = nn.Conv1d(width, 2 * width * layers, 1)
        self.in_layers = nn.ModuleList(nn.Conv1d(width, 2 * width, kernel) for _ in range(layers))
        # The last layer has nothing left to add to.
        self.res_skip_layers = nn.ModuleList(
            nn.Conv1d(width, width if i == layers - 1 else 2 * width, 1) for i in range(layers)
        )

    def forward(self, x: Tensor, terms: Tensor, lengths: Sequence[int]) -> Tensor:
        """x [B, d, T], terms [1 or B, 2dL, 1] -> [B, d, T]."""
        mask = mask_of(lengths, x.device)
        total = torch.zeros_like(x)
        shifts = terms.chunk(len(self.in_layers), dim=1)
        for conv, res_skip, shift in zip(self.in_layers, self.res_skip_layers, shifts, strict=True):
            # Mirrored, not zero: the network was trained so.
            filtered, gate = (conv(reflected(x, lengths, self.pad)) + shift).chunk(2, dim=1)
            found = res_skip(filtered.tanh().mul_(gate.sigmoid()))
            if found.shape[1] > self.width:
                step, found = found.chunk(2, dim=1)
                x = silenced(x + step, mask)
            total = total.add_(found)
        return silenced(total, mask)


class FinalLayer(nn.Module):
    """Layer norm that follows the time, here with 1 + scale, and a linear layer."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.adaLN_modulation = nn.Linear(width, 2 * width)
        self.linear = nn.Linear(width, width)

    def terms(self, t1: Tensor) -> Tensor:
        """t1 [n, d] -> [n, 1, 2d], shift then scale."""
        terms: Tensor = self.adaLN_modulation(nn.functional.silu(t1)).float().unsqueeze(1)
        return terms

    def forward(self, x: Tensor, terms: Tensor) -> Tensor:
        """x [B, T, d], terms [1 or B, 1, 2d] -> [B, T, d]."""
        shift, scale = terms.chunk(2, dim=-1)
        normed = nn.functional.layer_norm(x.float(), x.shape[-1:], eps=1e-6)
        out: Tensor = self.linear(torch.addcmul(shift, normed, 1 + scale))
        return out


class WaveNetOutput(nn.Module):
    """From the transformer's features to the velocity."""

    def __init__(self, config: DiTConfig) -> None:
        super().__init__()
        self.reach = config.wavenet_layers * (config.wavenet_kernel // 2)
        self.conv1 = nn.Linear(config.width, config.width)
        self.t_embedder2 = TimeEmbedding(config.width)
        self.wavenet = WaveNet(config.width, config.wavenet_layers, config.wavenet_kernel)
        self.res_projection = nn.Linear(config.width, config.width)
        self.final_layer = FinalLayer(config.width)
        self.conv2 = nn.Conv1d(config.width, config.bands, 1)

    def terms(self, times: Tensor, t1: Tensor) -> tuple[Tensor, ...]:
        """times [n], t1 [n, d] -> [n, 2dL, 1] for the WaveNet and [n, 1, 2d] for the last norm."""
        return self.wavenet.cond_layer(self.t_embedder2(times).unsqueeze(-1)).float(), self.final_layer.terms(t1)

    def forward(self, h: Tensor, terms: tuple[Tensor, ...], lengths: Sequence[int]) -> Tensor:
        """h [B, T, d] -> velocity [B, M, T]."""
        for_wavenet, for_norm = terms
        y = self.wavenet(self.conv1(h).mT, for_wavenet, lengths).mT
        velocity: Tensor = self.conv2(self.final_layer(y + self.res_projection(h), for_norm).mT)
        return velocity
