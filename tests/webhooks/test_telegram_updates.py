"""The address to which Telegram sends updates: only with the secret, and 200 only for what is kept."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from aiogram.types import Update
from fastapi import FastAPI

from engine import DatabaseUnavailable
from webhooks import errors, telegram
from webhooks.requests import RequestIds

SECRET = "the secret that we gave"
HEADER = {"x-telegram-bot-api-secret-token": SECRET}


def client(receive: telegram.Receive) -> httpx.AsyncClient:
    app = FastAPI()
    app.include_router(telegram.routes(SECRET, receive))
    errors.install(app)
    app.add_middleware(RequestIds)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bernie.test")


async def test_an_update_that_is_kept_is_answered_with_200() -> None:
    seen: list[dict[str, Any]] = []

    async def receive(update: dict[str, Any]) -> None:
        seen.append(update)

    async with client(receive) as http:
        answer = await http.post("/telegram/updates", json={"update_id": 1}, headers=HEADER)
    assert answer.status_code == 200
    assert seen == [{"update_id": 1}]


async def test_while_the_database_does_not_answer_telegram_is_asked_to_come_again() -> None:
    async def receive(update: dict[str, Any]) -> None:
        raise DatabaseUnavailable("The database does not answer")

    async with client(receive) as http:
        answer = await http.post("/telegram/updates", json={"update_id": 1}, headers=HEADER)
    assert answer.status_code == 503


@pytest.mark.parametrize("headers", [{}, {"x-telegram-bot-api-secret-token": "another"}])
async def test_who_does_not_know_the_secret_is_not_heard(headers: dict[str, str]) -> None:
    async def receive(update: dict[str, Any]) -> None:
        raise AssertionError("it was heard")

    async with client(receive) as http:
        answer = await http.post("/telegram/updates", json={"update_id": 1}, headers=headers)
    assert answer.status_code == 401


@pytest.mark.parametrize("body", [b"not json", b"[1]", b'{"no": "update"}'])
async def test_what_is_no_update_is_refused_with_a_sentence(body: bytes) -> None:
    async def receive(update: dict[str, Any]) -> None:
        Update.model_validate(update)

    async with client(receive) as http:
        answer = await http.post("/telegram/updates", content=body, headers=HEADER)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid_input")
