"""The benchmarks run: what they print is measured each time, never asserted."""

from __future__ import annotations

from pathlib import Path

import pytest

from bernie.bench import api, children, discord, figures, hang_ups, queue, say, telegram


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
async def test_the_api_can_be_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    smaller = {"PACES": (20,), "SECONDS": 1.0, "PEOPLE": 3, "LISTENERS": 5, "STREAMS": 1}
    for name, value in (smaller | {"SETTLED_SECONDS": 0.1, "WATCHED_SECONDS": 0.5}).items():
        monkeypatch.setattr(api, name, value)
    measured = await api.measure(tmp_path)
    assert len({figure.name for figure in measured}) == len(measured) > 10
    assert all(figure.value > 0 for figure in measured if figure.unit == "times")


@pytest.mark.slow
async def test_clients_that_hang_up_can_be_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hang_ups, "SETTLED", 2)
    measured = {figure.name: figure.value for figure in await hang_ups.measure(tmp_path, 5)}
    for left in ("jobs that were not cancelled", "credits that were not given back"):
        assert measured[left] == 0


async def test_a_process_that_ends_early_is_said_in_a_sentence() -> None:
    async with children.running("-c", "raise SystemExit(3)") as process:
        with pytest.raises(children.NotHere, match="ended early"):
            await children.heard(process)


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
