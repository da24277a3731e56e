"""Half precision where it does no harm: the products of the decoder and the denoiser, nothing else.

In float32 stay: what decides when a token sounds and how high (PL-BERT, text encoder, prosody), the harmonic source,
the statistics of norms, Snake, sums of residual blocks, the sampler's state, and from the spectrum to the waveform.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Linear(nn.Linear):
    """Linear layer in the precision of its weights; takes and gives the caller's."""

    def forward(self, x: Tensor) -> Tensor:
        """x [..., I] -> [..., O]."""
        return super().forward(x.to(self.weight.dtype)).to(x.dtype)


def lower(part: nn.Module, precision: torch.dtype) -> None:
    """Weights of every layer above."""
    for module in part.modules():
        if isinstance(module, Linear):
            module.to(precision)
