"""Migrations: from nothing to exactly `store.tables`, once, and never backwards."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import create_async_engine

from store import Database, begin, connect, read, schema
from store.tables import metadata
from tests.databases import KINDS, SERVERS, database_name, unreachable


@asynccontextmanager
async def empty_database(kind: str, folder: Path) -> AsyncIterator[str]:
    """The URL of a database without a schema."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'empty.db'}"
        return
    if (reason := await asyncio.to_thread(unreachable, kind)) is not None:
        pytest.skip(reason)
    name = f"{database_name()}_schema"
    server = create_async_engine(SERVERS[kind], isolation_level="AUTOCOMMIT")
    try:
        async with server.connect() as connection:
            await connection.execute(text(f"DROP DATABASE IF EXISTS {name}"))
            await connection.execute(text(f"CREATE DATABASE {name}"))
            yield SERVERS[kind].rpartition("/")[0] + "/" + name
            await connection.execute(text(f"DROP DATABASE {name}"))
    finally:
        await server.dispose()


async def table_names(db: Database) -> set[str]:
    async with read(db) as tx:
        return set(await tx.run_sync(lambda connection: inspect(connection).get_table_names()))


@pytest.fixture(params=["declared", "migrated"])
async def grown(request: pytest.FixtureRequest, kind: str, tmp_path: Path) -> AsyncIterator[Database]:
    """A database that got its tables in one go, or revision by revision."""
    async with empty_database(kind, tmp_path) as url:
        db = connect(url)
        try:
            await (schema.upgrade(db) if request.param == "declared" else schema.migrate(db))
            yield db
        finally:
            await db.close()


@pytest.mark.parametrize("kind", KINDS)
async def test_the_migrations_lead_exactly_to_the_tables_in_the_code(grown: Database) -> None:
    def differences(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "target_metadata": metadata})
        return list(compare_metadata(context, metadata))

    async with read(grown) as tx:
        assert await tx.run_sync(differences) == []
    assert await schema.revision_of(grown) == schema.HEAD
    assert await table_names(grown) == {*metadata.tables, "alembic_version"}


@pytest.mark.parametrize("kind", KINDS)
async def test_every_constraint_of_the_code_is_in_the_database(grown: Database) -> None:
    """What autogenerate does not compare: names, primary keys, and what may be NULL on SQLite."""

    def look(connection: Connection) -> None:
        found = inspect(connection)
        for table in metadata.sorted_tables:
            uniques = {tuple(unique["column_names"]) for unique in found.get_unique_constraints(table.name)}
            wanted = {
                tuple(column.name for column in constraint.columns)
                for constraint in table.constraints
                if type(constraint).__name__ == "UniqueConstraint"
            }
            assert uniques == wanted
            primary = found.get_pk_constraint(table.name)["constrained_columns"]
            assert primary == [column.name for column in table.primary_key]
            nullable = {column["name"]: column["nullable"] for column in found.get_columns(table.name)}
            assert nullable == {column.name: column.nullable for column in table.columns}
            assert len(found.get_foreign_keys(table.name)) == len(table.foreign_keys)

    async with read(grown) as tx:
        await tx.run_sync(look)


def test_the_head_that_the_code_names_is_the_newest_of_one_line_of_files() -> None:
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_heads() == [schema.HEAD]
    files = sorted(path.name for path in (schema.MIGRATIONS / "versions").glob("*.py"))
    assert files[-1].startswith(f"{schema.HEAD}_")
    # `upgrade` compares revisions as text: a newer one must sort after an older one.
    line = [script.revision for script in scripts.walk_revisions()]
    assert line == sorted(line, reverse=True)
    assert all(len(revision) == 4 for revision in line)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_database_of_the_first_version_is_brought_to_this_one(kind: str, tmp_path: Path) -> None:
    async with empty_database(kind, tmp_path) as url:
        db = connect(url)
        try:
            async with begin(db) as tx:
                await tx.run_sync(to_the_first)
            assert await schema.revision_of(db) == "0001"
            assert await schema.upgrade(db) is True
            assert await schema.revision_of(db) == schema.HEAD
            assert await table_names(db) == {*metadata.tables, "alembic_version"}
        finally:
            await db.close()


def to_the_first(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "0001")


async def test_upgrading_again_does_nothing(db: Database) -> None:
    assert await schema.revision_of(db) == schema.HEAD
    assert await schema.upgrade(db) is False


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_several_processes_may_upgrade_an_empty_database_at_once(kind: str, tmp_path: Path) -> None:
    async with empty_database(kind, tmp_path) as url:
        replicas = [connect(url) for _ in range(3)]
        try:
            assert await schema.revision_of(replicas[0]) is None
            await asyncio.gather(*(schema.upgrade(db) for db in replicas))
            assert await schema.revision_of(replicas[0]) == schema.HEAD
            assert await table_names(replicas[1]) == {*metadata.tables, "alembic_version"}
        finally:
            for db in replicas:
                await db.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_a_migration_that_fails_in_its_middle_leaves_nothing(kind: str, tmp_path: Path) -> None:
    async with empty_database(kind, tmp_path) as url:
        db = connect(url)
        try:
            async with begin(db) as tx:
                await tx.execute(text("CREATE TABLE voices (id INTEGER)"))  # in the way of the migration's own
            with pytest.raises(Exception, match="voices"):
                await schema.upgrade(db)
            assert await table_names(db) == {"voices"}
            async with begin(db) as tx:
                await tx.execute(text("DROP TABLE voices"))
            assert await schema.upgrade(db) is True
        finally:
            await db.close()


async def test_a_database_of_a_newer_version_is_refused_in_a_sentence_and_not_touched(db: Database) -> None:
    move = text("UPDATE alembic_version SET version_num = :revision")
    async with begin(db) as tx:
        await tx.execute(move, {"revision": "9999"})
    try:
        with pytest.raises(schema.SchemaTooNew) as refused:
            await schema.upgrade(db)
        assert str(refused.value) == (
            f"The database is at revision 9999, this version of Bernie knows up to {schema.HEAD}. "
            "Start the newer version, or restore a backup made before the upgrade."
        )
        assert await schema.revision_of(db) == "9999"
    finally:
        async with begin(db) as tx:
            await tx.execute(move, {"revision": schema.HEAD})
