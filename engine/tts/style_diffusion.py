"""Style diffusion of StyleTTS 2 (arXiv 2306.07691, section 3.2): a style drawn to suit a text.

B batch, S style width, n steps. Preconditioning and schedule after Karras et al. (arXiv 2206.00364); the sampler is
ancestral DPM-2 with a rho of its own, 1: its mid-point is the arithmetic mean, while the schedule's rho is 9.
n steps are n - 1 intervals and 2 (n - 1) network evaluations; the run ends at SIGMA_MIN.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import torch
from torch import Generator, Tensor

from engine.tts.denoiser import Conditions, Denoiser

SIGMA_MIN, SIGMA_MAX, RHO = 1e-4, 3.0, 9.0

Network = Callable[[Tensor, Tensor], Tensor]  # x [B, 2S], c_noise [B] -> [B, 2S]


def karras_sigmas(steps: int) -> list[float]:
    """n noise levels, falling from SIGMA_MAX to SIGMA_MIN."""
    if steps < 2:
        raise ValueError(f"The diffusion needs at least 2 steps, not {steps}.")
    high, low = SIGMA_MAX ** (1 / RHO), SIGMA_MIN ** (1 / RHO)
    return [(high + i / (steps - 1) * (low - high)) ** RHO for i in range(steps)]


def guided_network(denoiser: Denoiser, text: Conditions, scale: Tensor) -> Network:
    """Classifier-free guidance: scale [B], 1 for none. Both passes are one call, and there is one where all are 1."""
    if bool((scale == 1).all()):
        return partial(denoiser, given=text)
    both = denoiser.guided(text)
    strength = scale.unsqueeze(1).to(text.embedding.device)

    def network(x: Tensor, time: Tensor) -> Tensor:
        given, masked = denoiser(x.repeat(2, 1), time.repeat(2), both).chunk(2)
        # lerp is exact at 1, so that an unguided item of a guided batch is as it would be alone.
        return torch.lerp(masked, given, strength)

    return network


def denoised(network: Network, x: Tensor, sigma: float, sigma_data: float) -> Tensor:
    """D(x, sigma): x [B, 2S] with noise of level sigma -> the style expected behind it [B, 2S]."""
    total = sigma**2 + sigma_data**2
    time = torch.full((x.shape[0],), math.log(sigma) / 4, device=x.device)
    return x * (sigma_data**2 / total) + network(x / math.sqrt(total), time) * (sigma * sigma_data / math.sqrt(total))


def sampled(network: Network, noise: Tensor, sigma_data: float) -> Iterator[Tensor]:
    """noise [n, B, 2S], standard normal: the start, then one for each interval -> the state [B, 2S] after each."""
    sigmas = karras_sigmas(len(noise))
    x = sigmas[0] * noise[0]
    for sigma, after, fresh in zip(sigmas, sigmas[1:], noise[1:], strict=False):
        down = after**2 / sigma  # sqrt(after^2 - up^2), without the subtraction that loses digits
        up = after * math.sqrt(1 - (after / sigma) ** 2)
        middle = (sigma + down) / 2
        slope = (x - denoised(network, x, sigma, sigma_data)) / sigma
        halfway = x + slope * (middle - sigma)
        slope = (halfway - denoised(network, halfway, middle, sigma_data)) / middle
        x = x + slope * (down - sigma) + up * fresh
        yield x


def draw_style_noise(generators: Sequence[Generator], steps: int, style_width: int) -> Tensor:
    """-> [n, B, 2S] on the CPU, each item from its own generator, whatever lies beside it in the batch."""
    return torch.stack([torch.randn(steps, 2 * style_width, generator=g) for g in generators], dim=1)


def carried_over(previous: Tensor, style: Tensor, share: float) -> Tensor:
    """Style of the next sentence of a long text: `share` of the last one's, before it is mixed with the reference."""
    return share * previous + (1 - share) * style


def mixed(style: Tensor, reference: Tensor, alpha: Tensor, beta: Tensor) -> Tensor:
    """[acoustic | prosodic] styles [B, 2S]: alpha and beta [B] of the sampled one, the rest of the reference."""
    half = style.shape[-1] // 2
    share = torch.cat([alpha.unsqueeze(1).expand(-1, half), beta.unsqueeze(1).expand(-1, half)], dim=1)
    return share * style + (1 - share) * reference
