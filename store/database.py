"""The one way to a connection: `begin(db)` to write, `read(db)` to look.

On SQLite there is one writer at a time: tasks of this process stand in line for it instead of polling the file, and
share commits (`store.group_commit`). Readers have connections of their own and never wait. On PostgreSQL and MySQL
both are one engine.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Literal

from sqlalchemy import URL, event, make_url
from sqlalchemy.engine import Connection
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from store import sqlite
from store.group_commit import CannotWrite, GroupCommit

Dialect = Literal["sqlite", "postgresql", "mysql"]

DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}
DRIVERS |= {"mysql": "mysql+asyncmy", "mariadb": "mysql+asyncmy"}


class DatabaseUnavailable(Exception):
    """It does not answer, or not in time. A sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Database:
    """Where rows live. Made by `connect`, closed by `close`."""

    writer: AsyncEngine
    reader: AsyncEngine
    dialect: Dialect
    group_commit: GroupCommit | None = None

    async def close(self) -> None:
        await self.writer.dispose()
        if self.reader is not self.writer:
            await self.reader.dispose()


def connect(address: str) -> Database:
    """SQLAlchemy URL of a SQLite file, PostgreSQL or MySQL; the driver is ours to choose.

    Raises `ValueError` for another kind of database. Nothing is opened before the first use.
    """
    url = make_url(address)
    kind = url.get_backend_name()
    if kind not in DRIVERS:
        raise ValueError(f"{kind} is not a database that Bernie can use: take sqlite, postgresql or mysql.")
    url = url.set(drivername=DRIVERS[kind])
    if kind == "sqlite":
        writer = _sqlite(url, writes=True)
        return Database(writer, _sqlite(url, writes=False), "sqlite", GroupCommit(writer))
    server = create_async_engine(
        url,
        pool_size=10,
        max_overflow=10,
        pool_pre_ping=True,
        pool_recycle=1800,
        isolation_level="READ COMMITTED",
    )
    return Database(server, server, "mysql" if kind in ("mysql", "mariadb") else "postgresql")


def _sqlite(url: URL, *, writes: bool) -> AsyncEngine:
    engine = create_async_engine(
        url,
        async_creator=partial(sqlite.connect, url.database or ""),
        poolclass=AsyncAdaptedQueuePool,
        pool_size=1 if writes else 4,
        max_overflow=0,
        pool_timeout=60,
    )
    event.listen(engine.sync_engine, "begin", _begin_immediate if writes else _begin)
    return engine


def _begin_immediate(connection: Connection) -> None:
    # Taking the write lock at once: a deferred transaction that writes later can fail in its middle.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin(connection: Connection) -> None:
    # Past SQLAlchemy: each look begins so, it cannot fail or wait, and its statements cost twenty times as much.
    connection.connection.driver_connection.begin()  # type: ignore[union-attr]


@asynccontextmanager
async def begin(db: Database) -> AsyncIterator[AsyncConnection]:
    """A transaction: everything inside becomes true together, or nothing. Await nothing in it but SQL.

    Raises `DatabaseUnavailable` when the database does not answer; nothing has become true then.
    """
    with _explained():
        async with db.group_commit.transaction() if db.group_commit else db.writer.begin() as tx:
            yield tx


@asynccontextmanager
async def read(db: Database) -> AsyncIterator[AsyncConnection]:
    """A look at what is committed, consistent on SQLite. Rolled back at the end. Raises as `begin` does."""
    with _explained():
        async with db.reader.connect() as connection:
            yield connection


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeout, CannotWrite) as error:
        raise DatabaseUnavailable(f"The database does not answer: {getattr(error, 'orig', None) or error}") from error
    except ConnectionError as error:  # asyncpg's, from before there is a connection
        raise DatabaseUnavailable(f"The database does not answer: {error}") from error
