"""In which order a processor adds, which parity to 1e-5 depends on."""

from __future__ import annotations

import os
from pathlib import Path

CPUINFO = Path("/proc/cpuinfo")


def add_as_recorded() -> None:
    """The cases were recorded on Intel's processors. On others MKL takes sums in an order that goes past two limits,
    unless it is told the instruction set; on Intel's telling it does. To be called before the first sum.
    """
    if CPUINFO.exists() and "GenuineIntel" not in CPUINFO.read_text(encoding="utf-8"):
        os.environ.setdefault("MKL_CBWR", "AVX2")
