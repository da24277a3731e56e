"""Real weights for tests, in the publisher's own layout, from the folder that BERNIE_TEST_WEIGHTS names."""

from __future__ import annotations

import os
import tempfile
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(os.environ.get("BERNIE_TEST_WEIGHTS", Path(__file__).parents[2] / "shared" / "weights"))


@cache
def kokoro_folder() -> Path:
    """Kokoro as its publisher has it: kokoro-v1_0.pth, config.json, voices/*.pt. Skips where there are no weights."""
    import torch
    from safetensors.torch import load_file

    source = ROOT / "kokoro"
    if not (source / "kokoro-v1_0.safetensors").exists():
        pytest.skip(f"no Kokoro weights in {source}: run recover.py there and set BERNIE_TEST_WEIGHTS")
    made = Path(tempfile.gettempdir()) / "bernie-tests" / "kokoro-as-published"
    if not (made / "whole").exists():
        (made / "voices").mkdir(parents=True, exist_ok=True)
        (made / "config.json").write_bytes((source / "config.json").read_bytes())
        sections: dict[str, dict[str, torch.Tensor]] = {}
        for key, tensor in load_file(source / "kokoro-v1_0.safetensors").items():
            section, _, name = key.partition(".")
            sections.setdefault(section, {})[name] = tensor.float()
        torch.save(sections, made / f"{os.getpid()}.part")
        os.replace(made / f"{os.getpid()}.part", made / "kokoro-v1_0.pth")
        for voice, table in load_file(source / "voices.safetensors").items():
            torch.save(table, made / "voices" / f"{voice}.pt")
        (made / "whole").touch()
    return made
