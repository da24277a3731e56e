"""Reads a Lightning checkpoint, whose callbacks and settings name classes that are not here and that nobody needs.

Weights-only loading refuses a file that names any class unknown to it. Here each unknown name stands for an empty
shell: it takes whatever the file gives it and does nothing, so still nothing of the file is executed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from torch.serialization import get_unsafe_globals_in_checkpoint, safe_globals

from engine.nn.checkpoint import read


class Shell:
    """In place of any class or function that a file names."""

    def __init__(self, *_given: object, **_options: object) -> None:
        pass

    def __setstate__(self, _state: object) -> None:
        pass


def read_lightning(path: Path, *, capability: str) -> dict[str, Any]:
    """As `read`; everything but tensors and plain values comes back as shells."""
    with safe_globals([(type("Shell", (Shell,), {}), name) for name in _unknown(path)]):
        return read(path, capability=capability)


def _unknown(path: Path) -> list[str]:
    try:
        return get_unsafe_globals_in_checkpoint(path)
    except Exception:  # a file that is not even a checkpoint: `read` says so
        return []
