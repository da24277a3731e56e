"""Signatures of Discord's requests: what is wrong, missing, old or repeated gets 401 and reaches nobody."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from nacl.signing import SigningKey

from tests.discord.house import KEY, signed
from webhooks import discord_interactions, errors
from webhooks.requests import RequestIds

COMMAND: dict[str, Any] = {"type": 2, "id": "1", "token": "t"}


class Door:
    def __init__(self) -> None:
        self.received: list[Mapping[str, Any]] = []
        app = FastAPI(max_body_size=1_000_000)
        app.include_router(discord_interactions.routes(KEY.verify_key.encode().hex(), self.received.append))
        errors.install(app)
        app.add_middleware(RequestIds)
        self._client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bernie.test")

    async def post(self, body: bytes, headers: Mapping[str, str]) -> httpx.Response:
        return await self._client.post("/discord/interactions", content=body, headers=headers)


@pytest.fixture
def door() -> Door:
    return Door()


async def test_a_ping_is_answered(door: Door) -> None:
    answer = await door.post(*signed({"type": 1}))
    assert (answer.status_code, answer.json()) == (200, {"type": 1})
    assert answer.headers["content-type"] == "application/json"
    assert door.received == []


async def test_what_discord_signed_comes_in_and_is_answered_elsewhere(door: Door) -> None:
    answer = await door.post(*signed(COMMAND))
    assert (answer.status_code, answer.content) == (202, b"")
    assert door.received == [COMMAND]


async def test_a_request_that_is_sent_twice_comes_in_once(door: Door) -> None:
    request = signed(COMMAND)
    assert (await door.post(*request)).status_code == 202
    assert (await door.post(*request)).status_code == 401
    assert door.received == [COMMAND]


@pytest.mark.parametrize("left_out", ["x-signature-ed25519", "x-signature-timestamp"])
async def test_without_a_signature_nothing_comes_in(door: Door, left_out: str) -> None:
    body, headers = signed(COMMAND)
    del headers[left_out]
    answer = await door.post(body, headers)
    assert (answer.status_code, door.received) == (401, [])
    assert "signed" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    "change",
    [
        {"x-signature-ed25519": "00" * 64},
        {"x-signature-ed25519": "not hexadecimal"},
        {"x-signature-ed25519": "abcd"},
        {"x-signature-timestamp": "17"},
        {"x-signature-timestamp": "soon"},
    ],
    ids=str,
)
async def test_a_wrong_signature_is_refused(door: Door, change: dict[str, str]) -> None:
    body, headers = signed(COMMAND)
    assert ((await door.post(body, headers | change)).status_code, door.received) == (401, [])


async def test_a_body_that_was_changed_is_refused(door: Door) -> None:
    body, headers = signed(COMMAND)
    assert ((await door.post(body + b" ", headers)).status_code, door.received) == (401, [])


async def test_another_key_is_refused(door: Door) -> None:
    request = signed(COMMAND, key=SigningKey.generate())
    assert ((await door.post(*request)).status_code, door.received) == (401, [])


@pytest.mark.parametrize("age", [3600, -3600])
async def test_an_old_request_is_refused_however_well_signed(door: Door, age: int) -> None:
    request = signed(COMMAND, at=time.time() - age)
    assert ((await door.post(*request)).status_code, door.received) == (401, [])
