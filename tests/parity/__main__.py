"""python -m tests.parity CASE_DIR ...: every recorded tensor against ours. Exit status 1 if one is off."""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

import torch

from tests.parity.recorded import Case, Check, Skipped
from tests.parity.sums import add_as_recorded

# The folder around a case names its family: a module here with `checks(case) -> Iterator[Check]`.
FAMILIES = ("styletts2", "kokoro", "seedvc", "makeanaudio")


def checks(folder: Path) -> list[Check]:
    """Raises Skipped where the case needs what this machine lacks."""
    case = Case(folder.resolve())
    family = case.folder.parent.name
    if family not in FAMILIES:
        raise SystemExit(f"No network here runs the cases of {family}, only those of {', '.join(FAMILIES)}.")
    with torch.inference_mode():
        return list(importlib.import_module(f"tests.parity.{family}").checks(case))


def run(folder: Path) -> bool:
    """Prints one line for each tensor; True unless one fails."""
    print(folder)
    try:
        found = checks(folder)
    except Skipped as reason:
        print(f"skip  {reason}")
        return True
    print(*found, sep="\n")
    return all(check.passed for check in found)


def main() -> int:
    add_as_recorded()
    # As the cases were recorded: with more threads the sums are taken in another order, and F0 is close to its limit.
    torch.set_num_threads(1)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="+", type=Path, metavar="CASE_DIR")
    passed = [run(folder) for folder in parser.parse_args().cases]
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
