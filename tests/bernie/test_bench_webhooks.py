"""The benchmark of webhooks runs: what it prints is measured each time, never asserted."""

from __future__ import annotations

from pathlib import Path

import pytest

from bernie.bench import webhooks
from engine import outbox


@pytest.mark.slow
async def test_deliveries_can_be_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, small in {"ENDPOINTS": 20, "DEAD": 2, "ROUNDS": 1, "JOBS": 10, "BARE_POSTS": 20}.items():
        monkeypatch.setattr(webhooks, name, small)
    monkeypatch.setattr(outbox, "STOP_SECONDS", 0.1)  # nobody waits for the dead
    measured = {figure.name: figure.value for figure in await webhooks.measure(tmp_path)}
    assert "the same beside 2 dead endpoints" in measured
    cost = measured.pop("what the dead cost the others")
    assert cost > -100
    assert all(value > 0 for value in measured.values())
    assert len(measured) >= 8
