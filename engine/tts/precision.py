"""Half precision where it does no harm: the products of the decoder and the denoiser, nothing else.

In float32 stay: what decides when a token sounds and how high (PL-BERT, text encoder, prosody), the harmonic source,
the statistics of norms, Snake, sums of residual blocks, the sampler's state, and from the spectrum to the waveform.

On a CPU bfloat16 speaks where its speech was listened to, with published weights: Kokoro, 20 Harvard sentences in each
of 4 voices through whisper-base. Words wrong: 3.1 % in float32, 3.0 % in bfloat16 (by voice 2.5, 4.4, 1.3, 4.4 and 2.5,
3.8, 1.3, 4.4). Log-mel distance 0.08 dB on average, 0.13 dB at most; signal to error 37.6 dB, 27.6 dB at worst. The
other models' weights could not be listened to, nor any on a graphics card: they keep float32.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from engine.nn.precision import has_bfloat16

LISTENED_TO = frozenset({"kokoro"})


def preferred(model: str, device: torch.device) -> torch.dtype:
    """The fastest precision in which a model of the catalogue is known to sound the same."""
    lowers = model in LISTENED_TO and device.type == "cpu" and has_bfloat16(device)
    return torch.bfloat16 if lowers else torch.float32


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
