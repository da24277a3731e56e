"""A published checkpoint, unchanged on disk, becomes plain state and fills a network to the last tensor.

read -> section -> plain (prefixes off, ignored keys out, keys renamed, norms folded) -> load_strictly.
Of a pickle nothing is executed but the rebuilding of tensors: see `engine.nn.inert`.
"""

from __future__ import annotations

import pickle
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from engine.errors import CheckpointMismatch
from engine.nn import inert

State = dict[str, Tensor]
Rename = tuple[str, str]  # regular expression, replacement
NAMED_AT_MOST = 10

WEIGHT_NORM = ("weight_v", "weight_g")
SPECTRAL = ("weight_orig", "weight_u", "weight_v")


def read(path: Path, *, capability: str) -> dict[str, Any]:
    """What the file holds, on the CPU: a dict of tensors, or of dicts of them. `capability` is what to pull again."""
    found = _opened(path, capability)
    if not isinstance(found, dict):
        raise CheckpointMismatch(f"{path} holds a {type(found).__name__}, not named tensors.")
    return found


def read_tensor(path: Path, *, capability: str) -> Tensor:
    """The one tensor that the file holds."""
    found = _opened(path, capability)
    if not isinstance(found, Tensor):
        raise CheckpointMismatch(f"{path} holds a {type(found).__name__}, not a tensor.")
    return found


def _opened(path: Path, capability: str) -> Any:
    try:
        return load_file(path) if path.suffix == ".safetensors" else _unpickled(path)
    except Exception as error:  # a damaged file makes its readers raise whatever comes to them
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        if isinstance(error, pickle.UnpicklingError):  # whose own words advise to load it without care
            reason = "its pickle is not one of tensors and plain values"
        raise CheckpointMismatch(
            f"{path} is missing, damaged or no checkpoint ({reason}). Fetch it again: bernie models pull {capability}"
        ) from error


def _unpickled(path: Path) -> Any:
    try:
        # Mapped, training state that nobody asks for is never read from the disk; old files cannot be.
        return torch.load(path, map_location="cpu", weights_only=True, mmap=zipfile.is_zipfile(path))
    except pickle.UnpicklingError:
        names = inert.unknown(path)
        if not names:
            raise
    return inert.load(path, names)


def section(tree: Mapping[str, Any], name: str) -> State:
    """One network's tensors, whether sections are nested dicts or prefixes of flat keys."""
    if isinstance(tree.get(name), Mapping):
        return dict(tree[name])
    flat = {key: value for key, value in tree.items() if isinstance(key, str)}
    found = {key.removeprefix(f"{name}."): value for key, value in flat.items() if key.startswith(f"{name}.")}
    if not found:
        have = ", ".join(sorted({key.partition(".")[0] for key in flat})[:NAMED_AT_MOST]) or "none"
        raise CheckpointMismatch(f"The checkpoint has no section {name}; it has {have}.")
    return found


def plain(state: Mapping[str, Any], *, rename: Sequence[Rename] = (), ignore: Iterable[str] = ()) -> State:
    """float32 tensors under our names, in memory of their own. `ignore` and `rename` see keys without `module.`."""
    unwanted = [re.compile(pattern) for pattern in ignore]
    rules = [(re.compile(pattern), replacement) for pattern, replacement in rename]
    found: State = {}
    for published, value in state.items():
        key = str(published).removeprefix("module.")
        if any(pattern.fullmatch(key) for pattern in unwanted):
            continue
        for pattern, replacement in rules:
            key = pattern.sub(replacement, key)
        if not isinstance(value, Tensor):
            raise CheckpointMismatch(f"The checkpoint holds a {type(value).__name__} under {key}, not a tensor.")
        if key in found and not torch.equal(found[key], value.float()):
            raise CheckpointMismatch(f"The checkpoint holds {key} twice, with different values.")
        found[key] = value.to(torch.float32, copy=True)
    return folded(found)


def folded(state: State) -> State:
    """Weight norm and spectral norm in their old form, multiplied out."""
    found = dict(state)
    for layer in {key.rpartition(".")[0] for key in state}:
        # Spectral norm has a weight_v too, so weight_orig decides. A half-present norm is left for `compare` to name.
        if all(f"{layer}.{name}" in found for name in SPECTRAL):
            found[f"{layer}.weight"] = _spectral(*(found.pop(f"{layer}.{name}") for name in SPECTRAL))
        elif all(f"{layer}.{name}" in found for name in WEIGHT_NORM):
            found[f"{layer}.weight"] = _weight_normed(*(found.pop(f"{layer}.{name}") for name in WEIGHT_NORM))
    return found


def _weight_normed(direction: Tensor, length: Tensor) -> Tensor:
    """The norm runs over all axes but the first, which for a transposed convolution is the input channel."""
    others = tuple(range(1, direction.dim()))
    norm: Tensor = torch.linalg.vector_norm(direction, dim=others, keepdim=True)
    return direction * (length / norm)


def _spectral(weight: Tensor, left: Tensor, right: Tensor) -> Tensor:
    """Both vectors as stored: another power iteration would give another network."""
    return weight / torch.dot(left, weight.flatten(1) @ right)


def compare(expected: Mapping[str, Sequence[int]], state: Mapping[str, Tensor], *, of: str) -> None:
    """Raises CheckpointMismatch unless keys and shapes are exactly the expected ones."""
    shapes = {key: tuple(value.shape) for key, value in state.items()}
    problems = [f"{key} is missing" for key in expected if key not in shapes]
    problems += [f"{key} is unexpected" for key in shapes if key not in expected]
    problems += [
        f"{key} is {shapes[key]} and should be {tuple(shape)}"
        for key, shape in expected.items()
        if key in shapes and shapes[key] != tuple(shape)
    ]
    if problems:
        more = len(problems) - NAMED_AT_MOST
        named = "; ".join(problems[:NAMED_AT_MOST]) + (f"; and {more} more" if more > 0 else "")
        raise CheckpointMismatch(f"The checkpoint does not fit {of}: {named}.")


def load_strictly(module: nn.Module, state: State) -> None:
    """Every parameter filled, every key used; then for inference only. The module takes the tensors as its own."""
    compare({key: value.shape for key, value in module.state_dict().items()}, state, of=type(module).__name__)
    module.load_state_dict(state, assign=True)
    module.requires_grad_(False).eval()
