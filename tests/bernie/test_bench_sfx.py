"""`bernie bench sfx` runs, and says what it promises; the values are measured each time, never asserted.

But for one: which solver comes nearer is a fact about the arithmetic, not about the machine.
"""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from typer.testing import CliRunner

from bernie.cli import app

pytestmark = pytest.mark.slow


def measured(*options: str) -> list[dict[str, Any]]:
    hidden = {name: None for name in os.environ if name.startswith("BERNIE_")}
    called = CliRunner().invoke(app, ["bench", "sfx", "--quick", "--json", *options], env=hidden)
    assert called.exit_code == 0, called.output
    found: list[dict[str, Any]] = json.loads(called.stdout)
    return found


def test_each_part_and_the_whole_are_measured_against_their_targets() -> None:
    found = measured()
    names = [row["name"] for row in found]
    assert len(set(names)) == len(names)
    assert all(row["value"] > 0 for row in found)
    for part in ("text of one prompt", "one guided step", "decoding to a mel", "vocoder"):
        assert f"{part}, float32" in names
    targets = [row["target"] for row in found if row["target"]]
    assert targets[:2] == ["at most 0.27", "at most 0.8"]


def test_the_default_solver_comes_nearer_in_25_steps_than_ddim_in_25_and_in_100() -> None:
    distance = {row["name"]: row["value"] for row in measured("--solvers")}
    for count in (10, 15, 20, 25):
        assert any(name.startswith(f"DPM-Solver++, {count} ") for name in distance)
    assert distance["DPM-Solver++, 25 steps"] < distance["DDIM, 25 steps"]
    assert distance["DPM-Solver++, 25 steps"] < distance["DDIM, 100 steps"]
