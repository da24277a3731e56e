"""A process that works on no jobs offers what another has fetched, without a restart."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from bernie import arrivals, compose
from bernie.settings import Settings
from engine import ModelUnavailable
from engine.nn.catalogue import MODELS
from engine.nn.published import PublishedFile


async def test_a_model_that_another_process_has_fetched_is_offered_and_one_that_is_gone_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = replace(MODELS["kokoro"], files=(PublishedFile("weights.pth"),))
    monkeypatch.setitem(MODELS, "kokoro", small)  # type: ignore[arg-type]
    monkeypatch.setenv("BERNIE_TTS__MODEL", "kokoro")
    settings, stop = Settings(data=tmp_path), asyncio.Event()

    async with compose.opened(settings) as engine:
        ann = await engine.users.create("password", "ann@example.org")

        async def offered() -> bool:
            try:
                await engine.jobs.price(ann, "tts", {"text": "Hello."})
            except ModelUnavailable:
                return False
            return True

        async def becomes(expected: bool) -> None:
            for _ in range(500):
                if await offered() is expected:
                    return
                await asyncio.sleep(0.02)
            raise AssertionError(f"it is not so that offered is {expected}")

        assert not await offered()
        following = asyncio.create_task(arrivals.follow(settings, engine, stop, every=0.02))
        weights = tmp_path / "models" / "kokoro" / "weights.pth"
        weights.parent.mkdir(parents=True)
        weights.write_bytes(b"all of it")
        await becomes(True)
        weights.unlink()
        await becomes(False)
        stop.set()
        await following
