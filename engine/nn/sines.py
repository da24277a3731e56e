"""Sine and cosine of many values, for the snakes.

On a CPU they are numpy's: torch's come from MKL, which takes its slow way on processors of other makers than its own.
Seen on two machines: about a tenth of a whole generator won on a Zen 4, next to nothing on a Sapphire Rapids.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor


def sine(x: Tensor, *, out: Tensor) -> Tensor:
    """x and out float32, alike, may be the same."""
    if x.device.type == "cpu":
        np.sin(x.numpy(), out=out.numpy())
        return out
    return torch.sin(x, out=out)


def cosine(x: Tensor, *, out: Tensor) -> Tensor:
    """x and out float32, alike, may be the same."""
    if x.device.type == "cpu":
        np.cos(x.numpy(), out=out.numpy())
        return out
    return torch.cos(x, out=out)
