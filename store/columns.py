"""Column types that mean the same on SQLite, PostgreSQL and MySQL, and identifiers."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    DateTime,
    Dialect,
    Integer,
    LargeBinary,
    String,
    Table,
    cast,
    func,
)
from sqlalchemy.types import TypeDecorator
from ulid import ULID

# SQLite only numbers rows by itself in a column of exactly INTEGER.
Serial = BigInteger().with_variant(Integer(), "sqlite")


class Blob(TypeDecorator[bytes]):
    """Up to 16 MB. MySQL's own BLOB ends at 64 kB."""

    impl = LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        if dialect.name == "mysql":
            return dialect.type_descriptor(_mysql().MEDIUMBLOB())
        return dialect.type_descriptor(LargeBinary())


class Moment(TypeDecorator[datetime]):
    """An aware datetime in UTC with microseconds. SQLite and MySQL know no zone and get UTC without one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        if dialect.name == "mysql":
            return dialect.type_descriptor(_mysql().DATETIME(fsp=6))
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _mysql() -> ModuleType:
    """20 modules, for those who have it."""
    from sqlalchemy.dialects import mysql

    return mysql


def storable(text: str) -> str:
    """What every database can hold: no NUL, and `?` for half a character. Both arrive in JSON from elsewhere."""
    return text.replace("\0", "").encode(errors="replace").decode()


def new_id(kind: str) -> str:
    """`job_01J...`: sorts by time of making, so it serves as the cursor of a list."""
    return f"{kind}_{ULID()}"


def first_id(kind: str, moment: datetime) -> str:
    """No id of that kind made at `moment` or later sorts before this one."""
    return f"{kind}_{ULID.from_timestamp(moment.timestamp())!s:.10}"


def day_of(moment: Column[datetime], dialect: str) -> ColumnElement[str]:
    """Its day in UTC, as `2025-01-31`."""
    # Only PostgreSQL knows zones, and would otherwise take the day of its session's.
    in_utc = func.timezone("UTC", moment) if dialect == "postgresql" else moment
    return cast(func.date(in_utc), String(10))


def columns_of(record: type, table: Table) -> list[Column[Any]]:
    """The columns that a frozen record is made from, named as its fields. What is marked as beside them has none."""
    return [table.c[field.name] for field in fields(record) if not field.metadata.get("beside")]


def values_of(record: object, columns: list[Column[Any]]) -> dict[str, Any]:
    """What to insert for a frozen record."""
    return {column.name: getattr(record, column.name) for column in columns}
