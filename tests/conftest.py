"""Fixtures that most tests share."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine import User
from store import Database
from tests.databases import KINDS, fresh_database
from tests.house import House, build
from tests.seaweed import s3_server

__all__ = ["s3_server"]

# MKL adds in one order on every processor then: AMD's sums differ from Intel's, and parity is judged to 1e-5.
os.environ.setdefault("MKL_CBWR", "AVX2")


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
