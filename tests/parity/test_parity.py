"""Every parity case that lies beside the checkout, through our own loader and networks."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.parity.__main__ import FAMILIES, checks
from tests.parity.recorded import SHARED, Skipped


def cases() -> list[object]:
    found = [folder for family in FAMILIES for folder in sorted((SHARED / "parity" / family).glob("*/"))]
    if not found:
        absent = pytest.mark.skip(reason=f"no parity cases in {SHARED / 'parity'}")
        return [pytest.param(SHARED, marks=absent, id="none")]
    return [pytest.param(folder, marks=_marks(folder), id=f"{folder.parent.name}-{folder.name}") for folder in found]


def _marks(folder: Path) -> list[pytest.MarkDecorator]:
    quick = ("tiny", "frontend", "mel", "content", "campplus", "length")
    return [] if any(word in folder.name for word in quick) else [pytest.mark.slow]


@pytest.mark.parametrize("folder", cases())
def test_every_recorded_tensor_is_within_its_tolerance(folder: Path) -> None:
    try:
        found = checks(folder)
    except Skipped as reason:
        pytest.skip(str(reason))
    assert found
    failed = [str(check) for check in found if not check.passed]
    assert not failed, "\n".join(failed)
