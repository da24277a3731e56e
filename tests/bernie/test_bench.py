"""The benchmarks run: what they print is measured each time, never asserted."""

from __future__ import annotations

from pathlib import Path

import pytest

from bernie.bench import discord, figures, queue, say, telegram


async def test_the_queue_can_be_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("IDLE_JOBS", "PACED_JOBS", "BURST_JOBS"):
        monkeypatch.setattr(queue, name, 20)
    measured = await queue.measure(tmp_path)
    assert all(figure.value > 0 for figure in measured)
    assert len({figure.name for figure in measured}) == len(measured) >= 6


@pytest.mark.slow
def test_the_sentence_can_be_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(say, "ROUNDS", 1)
    assert {figure.unit for figure in say.measure(tmp_path)} == {"ms"}


@pytest.mark.slow
async def test_acknowledgements_can_be_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discord, "INTERACTIONS", 10)
    monkeypatch.setattr(discord, "ROUNDS", 1)
    measured = {figure.name: figure.value for figure in await discord.measure(tmp_path)}
    assert measured["acknowledged, median"] > 0
    for lost in ("never acknowledged", "without a clip", "jobs too many", "charges too many"):
        assert measured[lost] == 0


@pytest.mark.slow
async def test_chats_at_once_can_be_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telegram, "PEOPLE", 5)
    monkeypatch.setattr(telegram, "MESSAGES", 2)
    measured = await telegram.measure(tmp_path)
    assert all(figure.value > 0 for figure in measured if figure.unit)
    assert [figure.value for figure in measured if not figure.unit] == [0, 0, 0]  # lost, lost, refused


def test_a_percentile_is_a_value_that_was_seen() -> None:
    assert figures.percentile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert figures.percentile([3.0, 1.0, 2.0], 0.99) == 3.0
    assert figures.percentile([7.0], 0.5) == 7.0
