"""Real databases for tests: a SQLite file, and PostgreSQL and MariaDB where a server answers on this machine."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from store import Database, begin, connect, schema
from store.tables import metadata

SERVERS = {
    "postgresql": os.environ.get("TEST_POSTGRESQL_URL", "postgresql+asyncpg://postgres@127.0.0.1:5432/postgres"),
    "mysql": os.environ.get("TEST_MYSQL_URL", "mysql+asyncmy://root@127.0.0.1:3306/mysql"),
}
KINDS = ("sqlite", *SERVERS)


@asynccontextmanager
async def fresh_database(kind: str, folder: Path) -> AsyncIterator[Database]:
    """An empty database with today's schema. Skips, with the reason, when its server does not answer."""
    if kind == "sqlite":
        url = f"sqlite:///{folder / 'bernie.db'}"
    else:
        if (reason := await asyncio.to_thread(unreachable, kind)) is not None:
            pytest.skip(reason)
        url = await _server_database(kind)
    db = connect(url)
    try:
        await schema.upgrade(db)
        yield db
    finally:
        await db.close()


def database_name() -> str:
    """One per parallel test process."""
    return f"bernie_test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"


@cache
def unreachable(kind: str) -> str | None:
    try:
        asyncio.run(_create(kind))
    except Exception as error:
        return f"no {kind} server for tests at {SERVERS[kind]}: {error!r:.200}"
    return None


async def _create(kind: str) -> None:
    server = create_async_engine(SERVERS[kind], isolation_level="AUTOCOMMIT")
    try:
        async with asyncio.timeout(5), server.connect() as connection:
            await connection.execute(text(f"DROP DATABASE IF EXISTS {database_name()}"))
            await connection.execute(text(f"CREATE DATABASE {database_name()}"))
    finally:
        await server.dispose()


async def _server_database(kind: str) -> str:
    """The URL of this process's database, its tables empty."""
    url = SERVERS[kind].rpartition("/")[0] + "/" + database_name()
    db = connect(url)
    try:
        if await schema.revision_of(db) is not None:
            async with begin(db) as tx:
                for table in reversed(metadata.sorted_tables):
                    await tx.execute(table.delete())
    finally:
        await db.close()
    return url
