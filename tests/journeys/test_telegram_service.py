"""The whole service with its Telegram bot, as a process, its updates coming by webhook: what it posts is understood."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bernie.bench.botapi import Person, running
from tests.listening import HARVARD, transcribe, word_error_rate
from tests.service import start

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
SECRET = "a-secret-of-the-tests"


async def test_speech_and_a_converted_voice_note_are_understood_by_an_independent_ear(tmp_path: Path) -> None:
    async with running() as api:
        ann, sentence = Person(api, "Ann"), HARVARD[1]
        settings = {
            "BERNIE_TELEGRAM__TOKEN": api.token,
            "BERNIE_TELEGRAM__API_URL": api.url,
            "BERNIE_TELEGRAM__WEBHOOK_SECRET": SECRET,
        }
        service = await asyncio.to_thread(start, tmp_path / "data", extra_env=settings)
        try:
            await ann.says(sentence)
            spoken = await ann.home.next("voice", seconds=90)
            assert word_error_rate(sentence, await asyncio.to_thread(transcribe, spoken.data)) <= 0.2

            await ann.sends_sound(spoken.data, duration=spoken.json["voice"]["duration"])
            offer = await ann.home.next("text", "Whose voice", seconds=60)
            await ann.presses(offer, "convert:")
            converted = await ann.home.next("voice", seconds=90)
            assert converted.data != spoken.data
            assert word_error_rate(sentence, await asyncio.to_thread(transcribe, converted.data)) <= 0.4
            assert set(api.updates.webhook_statuses) == {200}
        finally:
            assert await asyncio.to_thread(service.stop) == 0
