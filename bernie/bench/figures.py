"""Percentiles, and a table of figures with their targets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bernie.terminal import print_json, print_table


@dataclass(frozen=True, slots=True)
class Figure:
    """`target` as text, such as "at most 10"; empty for a yardstick."""

    name: str
    value: float
    unit: str
    target: str = ""


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that `share` (0 to 1) of all do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def show(figures: Sequence[Figure], *, as_json: bool) -> None:
    if as_json:
        print_json([{"name": f.name, "value": f.value, "unit": f.unit, "target": f.target} for f in figures])
        return
    print_table(("", "value", "unit", "target"), [(f.name, f"{f.value:,.2f}", f.unit, f.target) for f in figures])
