"""Classifier-free guidance (arXiv 2207.12598), for many items in one call of the network.

B items, L tokens of text. Item b follows its prompt, away from what it has instead of one: the empty prompt, or a
negative one. eps = eps_without + scale (eps_with - eps_without).
"""

from __future__ import annotations

import torch
from torch import Tensor

from engine.sfx.schedule import Schedule
from engine.sfx.transformer import Keys
from engine.sfx.unet import UNet


class GuidedNoise:
    """eps of a latent at an index of the schedule. All that does not change between steps is computed here, once."""

    def __init__(self, unet: UNet, schedule: Schedule, prompts: Tensor, without: Tensor, scales: Tensor) -> None:
        """prompts and without [B, L, D]; scales [B]. Where all scales are 1, the network runs for the prompts alone."""
        self._unet = unet
        self._guided = bool((scales != 1).any())
        self._scales = scales.view(-1, 1, 1, 1)
        self._text = shared_keys(unet, torch.cat([without, prompts]) if self._guided else prompts)
        terms = unet.terms_of(schedule.timesteps.to(prompts.device))
        self._terms = [[term[index : index + 1] for term in terms] for index in range(len(schedule))]

    def __call__(self, latent: Tensor, index: int) -> Tensor:
        """latent [B, 4, 10, W] -> eps, the same shape, float32."""
        if not self._guided:
            alone: Tensor = self._unet(latent, self._terms[index], self._text)
            return alone
        eps_without, eps_with = self._unet(latent, self._terms[index], self._text).chunk(2)
        return torch.lerp(eps_without, eps_with, self._scales)


def shared_keys(unet: UNet, contexts: Tensor) -> list[Keys]:
    """contexts [B, L, D], many of them equal -> their keys and values, each different text computed once."""
    different, rows = torch.unique(contexts, dim=0, return_inverse=True)
    return [keys.of_rows(rows) for keys in unet.keys_of(different)]
