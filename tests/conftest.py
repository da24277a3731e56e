"""Fixtures that most tests share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine import User
from store import Database
from tests.databases import KINDS, fresh_database
from tests.house import House, build
from tests.parity.sums import add_as_recorded
from tests.seaweed import s3_server

__all__ = ["s3_server"]

add_as_recorded()


@pytest.fixture(params=KINDS)
async def db(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """Every kind of database, one after the other."""
    async with fresh_database(request.param, tmp_path) as database:
        yield database


@pytest.fixture
def house(db: Database, tmp_path: Path) -> House:
    return build(db, tmp_path)


@pytest.fixture
async def alice(house: House) -> User:
    return await house.user("alice")


@pytest.fixture
async def bob(house: House) -> User:
    return await house.user("bob")
