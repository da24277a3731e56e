"""A parity case on disk, and what comes of comparing a network's tensors with the recorded ones."""

from __future__ import annotations

import importlib.util
import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor

SHARED = Path(__file__).parents[3] / "shared"


class Skipped(Exception):
    """The case cannot run on this machine; the message says what it needs."""


@dataclass(frozen=True)
class Check:
    """One comparison: the largest error and its limit, and the root mean square where that is limited too."""

    name: str
    error: float
    limit: float
    rms: float = 0.0
    rms_limit: float = math.inf

    @property
    def passed(self) -> bool:
        return self.error <= self.limit and self.rms <= self.rms_limit  # False for NaN, too

    def __str__(self) -> str:
        rms = "" if math.isinf(self.rms_limit) else f"   rms {self.rms:9.2e} of {self.rms_limit:8.1e}"
        verdict = "pass" if self.passed else "FAIL"
        return f"{verdict}  {self.name:34} {self.error:9.2e} of {self.limit:8.1e}{rms}"


@dataclass(frozen=True)
class Case:
    """A folder with case.json and io.safetensors; the folder around it names the family."""

    folder: Path

    @cached_property
    def document(self) -> dict[str, Any]:
        return dict(json.loads((self.folder / "case.json").read_text(encoding="utf-8")))

    @cached_property
    def tensors(self) -> dict[str, Tensor]:
        """Recorded inputs, intermediates and outputs; half precision, where stored so, is exact."""
        found = load_file(self.folder / "io.safetensors")
        return {name: value.float() if value.dtype == torch.float16 else value for name, value in found.items()}

    def limits(self, table: str = "tolerance") -> dict[str, dict[str, Any]]:
        found = self.document.get(table, {})
        return {name: each for name, each in found.get("tensors", found).items() if isinstance(each, dict)}

    def checkpoint(self) -> dict[str, dict[str, Tensor]]:
        """The synthetic checkpoint that the case describes, built by the tool beside the cases."""
        path = self.folder.parents[1] / "synth.py"
        spec = importlib.util.spec_from_file_location("synth", path)
        assert spec is not None
        assert spec.loader is not None
        synth = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(synth)
        return dict(synth.torch_checkpoint(self.folder))

    def real_weights(self) -> Path:
        """The folder that `weights` in case.json names. Raises Skipped where its files are not on this machine."""
        weights = self.document["weights"]
        name = Path(weights["folder"]).name
        for root in (os.environ.get("BERNIE_TEST_WEIGHTS"), SHARED / "weights"):
            if root and (Path(root) / name / weights["file"]).is_file():
                return Path(root) / name
        raise Skipped(f"{name}/{weights['file']} is missing: set BERNIE_TEST_WEIGHTS to a folder that has it.")

    def compare(self, found: Mapping[str, Tensor], table: str = "tolerance") -> list[Check]:
        """One check for each recorded tensor of the table; one that was not computed fails."""
        suffix = "" if table == "tolerance" else f" ({table.removeprefix('tolerance_').replace('_', ' ')})"
        # Some cases state limits for what they left out of the recording to stay small.
        limits = {name: limit for name, limit in self.limits(table).items() if name in self.tensors}
        if "pred_dur" in found:
            limits["pred_dur"] = {"atol": 0}  # whole frames: equal or wrong
        return [difference(name + suffix, found.get(name), self.tensors[name], limit) for name, limit in limits.items()]


def difference(label: str, found: Tensor | None, recorded: Tensor, limit: Mapping[str, Any]) -> Check:
    """Where only the first channels were recorded, those are compared. Infinite where there is nothing to compare."""
    if found is None:
        return Check(f"{label}: not computed", math.inf, limit["atol"])
    if found.dim() > 2 and found.shape[1] > recorded.shape[1]:
        found = found[:, : recorded.shape[1]]
    if found.shape != recorded.shape:
        return Check(f"{label} {tuple(found.shape)} for {tuple(recorded.shape)}", math.inf, limit["atol"])
    away = (found.double() - recorded.double()).abs()
    rms = float(away.square().mean().sqrt())
    return Check(label, float(away.max()), limit["atol"], rms, limit.get("atol_rms", math.inf))
