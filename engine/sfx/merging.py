"""Rewriting of a checkpoint's tensors into the form that runs fastest: fewer, larger products, the same result.

What does not come complete is left as it was: the strict comparison behind it then names what is missing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import torch
from torch.nn import functional

from engine.nn.checkpoint import State

UPSAMPLER = r"up\.\d+\.sampler\.weight"
BATCH_NORM_EPS = 1e-5
BATCH_NORM = ("weight", "bias", "running_mean", "running_var")


def stacked(state: State, *, owner: str, names: Sequence[str], into: str) -> State:
    """The linear layers `names` of each owner, a regular expression, as one layer `into` with all their outputs."""
    found = dict(state)
    for key in state:
        layer, _, kind = key.rpartition(".")
        its_owner, _, name = layer.rpartition(".")
        parts = [f"{its_owner}.{each}.{kind}" for each in names]
        if name == names[0] and re.fullmatch(owner, its_owner) and all(part in state for part in parts):
            found[f"{its_owner}.{into}.{kind}"] = torch.cat([found.pop(part) for part in parts])
    return found


def flattened(state: State, *, names: Sequence[str]) -> State:
    """The 1x1 convolutions `names`, wherever they are, as linear layers."""
    wanted = {f"{name}.weight" for name in names}
    return {key: value.flatten(1) if ".".join(key.split(".")[-2:]) in wanted else value for key, value in state.items()}


def upsampling_merged(state: State) -> State:
    """A repetition of each value and a 3x3 convolution as one transposed convolution, with 4/9 of the products.

    Each input reaches four outputs next to each other, each through nine weights: together 4x4, where they overlap
    they add.
    """
    found = dict(state)
    for key, value in state.items():
        if re.fullmatch(UPSAMPLER, key) and value.shape[2:] == (3, 3):
            turned = value.transpose(0, 1).flip(2, 3)
            corners = [(left, 1 - left, top, 1 - top) for left in (0, 1) for top in (0, 1)]
            found[key] = torch.stack([functional.pad(turned, corner) for corner in corners]).sum(dim=0)
    return found


def norms_folded(state: State) -> State:
    """CNN14: each batch norm bnX goes into the convolution convX before it, bn0 becomes a scale and a shift."""
    found = dict(state)
    for norm in {key.rpartition(".")[0] for key in state if key.endswith(".running_var")}:
        parts = [f"{norm}.{each}" for each in BATCH_NORM]
        conv = re.sub(r"bn(\d)$", r"conv\1", norm)
        if not all(part in state for part in parts) or (norm != "bn0" and f"{conv}.weight" not in state):
            continue
        weight, bias, mean, variance = (found.pop(part) for part in parts)
        scale = weight / torch.sqrt(variance + BATCH_NORM_EPS)
        shift = bias - mean * scale
        if norm == "bn0":
            found |= {"mel_scale": scale, "mel_shift": shift}
        else:
            found[f"{conv}.weight"] = found[f"{conv}.weight"] * scale[:, None, None, None]
            found[f"{conv}.bias"] = shift
    return found
