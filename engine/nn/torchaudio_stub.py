"""Makes transformers importable where torchaudio is installed for CUDA and torch is not.

The Linux wheel of torchaudio links to CUDA; with a CPU build of torch it raises OSError on import, and so does every
audio model of transformers, which imports torchaudio whenever it is installed. The stub stands for the state that
torchaudio itself has when it is built without its library: what we use of it needs none.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any, NoReturn

import torch

EXTENSION = "torchaudio._extension"


def install() -> None:
    """Call before the first import of transformers. Does nothing where torchaudio works."""
    if torch.version.cuda is not None or EXTENSION in sys.modules:
        return
    stub: Any = ModuleType(EXTENSION)
    stub._IS_TORCHAUDIO_EXT_AVAILABLE = stub._IS_ALIGN_AVAILABLE = False
    stub.fail_if_no_align = lambda function: _unavailable
    stub._load_lib = lambda name: False
    sys.modules[EXTENSION] = stub


def _unavailable(*args: object, **kwargs: object) -> NoReturn:
    raise RuntimeError("Forced alignment needs torchaudio's library, which this build of torch cannot load.")
