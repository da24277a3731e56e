"""AdaIN and Snake in one, the generators' hot spot beside their convolutions.

B batch, C channels, T time. Snake (arXiv 2006.08195) with a per-channel a: x + sin^2(a x) / a.
On a CPU the work is memory traffic and the sine: it runs over as many steps at a time as the cache holds.
"""

from __future__ import annotations

import torch
from torch import Tensor

from engine.nn.padding import Mask, silenced
from engine.nn.sines import sine
from engine.tts.adain import EPS, centred

CACHED_VALUES = 1 << 16  # a quarter of a megabyte: two such buffers and what they are made of fit a core's cache


def snake(x: Tensor, alpha: Tensor) -> Tensor:
    """x [B, C, T], alpha [1, C, 1], never 0 -> [B, C, T]. Zero stays zero."""
    return torch.addcmul(x, torch.sin(x * alpha).square_(), 1 / alpha)


def adain_snake(
    x: Tensor, scale: Tensor, shift: Tensor, alpha: Tensor, mask: Mask, out: torch.dtype = torch.float32
) -> Tensor:
    """alpha Snake(AdaIN(x)): x [B, C, T], time-major or else slower -> a new tensor like it of dtype `out`.

    scale, shift [B, C]: 1 + gamma and beta. alpha [1, C, 1]: of either sign, may be tiny; (1 - cos 2ax) / 2 would
    save a pass but lose all digits there. mask float [B, 1, T] or None: statistics are over real time only, padding
    becomes zero.
    """
    if mask is None and x.device.type == "cpu":
        return _through_cache(x, scale, shift, alpha.flatten(), out)
    away, inverse = centred(x.float(), mask)
    angle = torch.addcmul(shift.unsqueeze(-1) * alpha, away, scale.unsqueeze(-1) * inverse * alpha)
    return silenced(angle.add_(angle.sin().square_()), mask).to(out)


def _through_cache(x: Tensor, scale: Tensor, shift: Tensor, alpha: Tensor, dtype: torch.dtype) -> Tensor:
    """The same on a CPU, without a mask; alpha [C]."""
    out = torch.empty_like(x.mT, dtype=dtype, memory_format=torch.contiguous_format)
    for item, result, gamma, beta in zip(x.mT, out, scale, shift, strict=True):
        mean, variance = moments(item)
        gain = gamma * torch.rsqrt(variance + EPS)
        _snaked(item, gain * alpha, (beta - mean * gain) * alpha, out=result)
    return out.mT


def _snaked(x: Tensor, gain: Tensor, bias: Tensor, out: Tensor) -> None:
    """out = Snake(gain x + bias) with an alpha of 1, x and out [T, C], the others [C]."""
    rows = max(1, CACHED_VALUES // x.shape[1])
    angles, sines = x.new_empty(2, min(rows, len(x)), x.shape[1], dtype=torch.float32)
    for part, result in zip(torch.split(x, rows), torch.split(out, rows), strict=True):
        angle, waves = angles[: len(part)], sines[: len(part)]
        exact = part if part.dtype == torch.float32 else waves.copy_(part)
        torch.addcmul(bias, exact, gain, out=angle)
        sine(angle, out=waves)
        torch.addcmul(angle, waves, waves, out=result)


def moments(x: Tensor) -> tuple[Tensor, Tensor]:
    """x [T, C] -> mean and variance over time, float32 [C].

    Summed part by part, each around a mean of its own: as exact as two passes over all of it, for the price of one.
    """
    parts = torch.split(x, max(1, CACHED_VALUES // x.shape[1]))
    # `var_mean` is ten times slower on a CPU, and loses digits over many steps.
    found = [torch.batch_norm_update_stats(part.float().T[None, :, None], None, None, 0.0) for part in parts]
    means, variances = (torch.stack(each) for each in zip(*found, strict=True))
    shares = x.new_tensor([len(part) / len(x) for part in parts], dtype=torch.float32).unsqueeze(1)
    mean = (shares * means).sum(dim=0)
    return mean, (shares * (variances + (means - mean).square())).sum(dim=0)
