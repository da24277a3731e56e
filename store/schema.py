"""Brings a database to the schema of this version, and says when it cannot.

An empty one gets the tables as they are declared; one of an earlier version is migrated. Alembic is imported only
for that: it costs half a second and 12 MB, which the service would keep.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Column, Connection, MetaData, String, Table, insert, inspect, text
from sqlalchemy.ext.asyncio import AsyncConnection

from store.database import Database, begin, read
from store.tables import metadata

MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = "0009"
"""The newest revision in `migrations/versions`; a test holds the two together."""

# Any number, the same in every replica: the first one migrates, the others wait for it.
ADVISORY_LOCK = 0x6265726E


# As Alembic makes it.
REVISIONS = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True, nullable=False))


class SchemaTooNew(Exception):
    """The database was written by a newer version."""


async def revision_of(db: Database) -> str | None:
    """None: an empty database."""
    async with read(db) as tx:
        if not await tx.run_sync(lambda connection: inspect(connection).has_table("alembic_version")):
            return None
        return (await tx.execute(text("SELECT version_num FROM alembic_version"))).scalar_one_or_none()


async def upgrade(db: Database) -> bool:
    """True when something was done. Safe to call from many processes at once.

    Raises `SchemaTooNew` when the database is ahead of this code.
    """
    found = await revision_of(db)
    if found == HEAD:
        return False
    if found is not None and found > HEAD:
        raise SchemaTooNew(
            f"The database is at revision {found}, this version of Bernie knows up to {HEAD}. "
            "Start the newer version, or restore a backup made before the upgrade."
        )
    async with begin(db) as tx:
        await _lock(tx, db)
        await tx.run_sync(_create if found is None else _migrate)
    return True


async def migrate(db: Database) -> None:
    """Revision by revision, also from nothing."""
    async with begin(db) as tx:
        await tx.run_sync(_migrate)


async def _lock(tx: AsyncConnection, db: Database) -> None:
    # SQLite's write lock already keeps other processes out; MySQL commits DDL at once, so start one replica first.
    if db.dialect == "postgresql":
        await tx.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})


def _create(connection: Connection) -> None:
    if inspect(connection).has_table(REVISIONS.name):
        _migrate(connection)  # another process was first
        return
    metadata.create_all(connection, checkfirst=False)  # a table in the way is not ours
    REVISIONS.create(connection)
    connection.execute(insert(REVISIONS).values(version_num=HEAD))


def _migrate(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
