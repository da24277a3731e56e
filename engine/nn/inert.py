"""Reads a pickled checkpoint that names classes or functions which are not here and which nobody needs.

Training code pickles more than tensors: a scheduler names `getattr`, Lightning its callbacks, others their configs.
PyTorch's weights-only loader refuses such a file. Here each name that it does not know stands for an empty shell,
which takes whatever the file gives it and does nothing.

So what a file can have executed is the weights-only loader's own list and no more: `torch._utils._rebuild_*`, which
make tensors of the file's bytes, and plain containers (OrderedDict, Counter, set, bytearray, complex, Size, device).
Names in os, posix, nt and sys are refused even so, by PyTorch.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import torch
from torch.serialization import get_unsafe_globals_in_checkpoint, safe_globals

_ALONE = threading.Lock()  # PyTorch's list of allowed names belongs to the process


class Shell:
    """In place of any class or function that a file names: called, made or given state, it stays empty."""

    def __init__(self, *_given: object, **_options: object) -> None:
        pass

    def __setstate__(self, _state: object) -> None:
        pass


def load(path: Path, names: list[str]) -> Any:
    """What the file holds, on the CPU, with shells for `names`. Raises what `torch.load` raises: almost anything."""
    with _ALONE, safe_globals([(Shell, name) for name in names]):
        return torch.load(path, map_location="cpu", weights_only=True, mmap=True)


def unknown(path: Path) -> list[str]:
    """Classes and functions that the file names and weights-only loading does not know. Executes nothing of it.

    None for a file from before PyTorch 1.6, which is no archive: it stays refused.
    """
    try:
        return get_unsafe_globals_in_checkpoint(path)
    except Exception:  # damaged in any way that a file can be: its own error is told by who reads it
        return []
