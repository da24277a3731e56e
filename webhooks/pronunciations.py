"""`/api/v1/pronunciations`: dictionaries of how a user wants words to be said."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from engine import Dictionary, DictionaryChange, PronunciationRule
from webhooks.auth import CurrentUser
from webhooks.requests import AnId, TheEngine

RULES_BYTES = 2_500_000
"""A thousand rules of the longest words, each letter written as an escape."""


class NewDictionary(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str = Field(max_length=60)
    description: str = Field(default="", max_length=500)
    always: bool = Field(default=False, description="Applied to all that you say, not only where a request names it")
    rules: list[PronunciationRule] = []


class ChangedDictionary(BaseModel):
    """What is left out stays. `rules` takes the place of all; then those for the words in `remove` go, and those in
    `add` come, each in the place of the one for the same word."""

    model_config = ConfigDict(extra="forbid")
    name: str | None = Field(default=None, max_length=60)
    description: str | None = Field(default=None, max_length=500)
    always: bool | None = None
    rules: list[PronunciationRule] | None = None
    remove: list[Annotated[str, Field(max_length=100)]] = []
    add: list[PronunciationRule] = []


class DictionaryView(BaseModel):
    """`version` counts the changes of the rules, from 1."""

    id: str
    name: str
    description: str
    always: bool
    version: int
    rule_count: int
    created_at: datetime
    changed_at: datetime


class DictionaryWithRules(DictionaryView):
    rules: list[PronunciationRule]


class DictionaryPage(BaseModel):
    dictionaries: list[DictionaryView]


def view(dictionary: Dictionary) -> DictionaryView:
    return DictionaryView(
        id=dictionary.id,
        name=dictionary.name,
        description=dictionary.description,
        always=dictionary.always,
        version=dictionary.version,
        rule_count=dictionary.rule_count,
        created_at=dictionary.created_at,
        changed_at=dictionary.changed_at,
    )


async def page(user: CurrentUser, engine: TheEngine) -> DictionaryPage:
    """By name, without their rules."""
    return DictionaryPage(dictionaries=[view(dictionary) for dictionary in await engine.dictionaries.mine(user)])


async def add(body: NewDictionary, user: CurrentUser, engine: TheEngine) -> DictionaryView:
    """Name its id in `dictionaries` of a job's params, or mark it `always`."""
    return view(
        await engine.dictionaries.add(
            user, name=body.name, rules=body.rules, always=body.always, description=body.description
        )
    )


async def get(dictionary_id: AnId, user: CurrentUser, engine: TheEngine) -> DictionaryWithRules:
    dictionary, rules = await engine.dictionaries.get(user, dictionary_id)
    return DictionaryWithRules(**view(dictionary).model_dump(), rules=rules)


async def change(
    dictionary_id: AnId, user: CurrentUser, engine: TheEngine, body: ChangedDictionary | None = None
) -> DictionaryView:
    """Counts for every job that starts from now on."""
    wanted = body or ChangedDictionary()
    changed = DictionaryChange(
        name=wanted.name,
        description=wanted.description,
        always=wanted.always,
        rules=wanted.rules,
        remove=wanted.remove,
        add=wanted.add,
    )
    return view(await engine.dictionaries.change(user, dictionary_id, changed))


async def delete(dictionary_id: AnId, user: CurrentUser, engine: TheEngine) -> None:
    """A job that waits and names it will fail, and give its credits back."""
    await engine.dictionaries.delete(user, dictionary_id)


def routes() -> APIRouter:
    router = APIRouter(prefix="/pronunciations", tags=["pronunciations"])
    one = "/{dictionary_id}"
    router.add_api_route("", page, methods=["GET"])
    router.add_api_route("", add, methods=["POST"], status_code=201, max_body_size=RULES_BYTES)
    router.add_api_route(one, get, methods=["GET"])
    router.add_api_route(one, change, methods=["PATCH"], max_body_size=RULES_BYTES)
    router.add_api_route(one, delete, methods=["DELETE"], status_code=204)
    return router
