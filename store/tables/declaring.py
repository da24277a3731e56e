"""What every table is declared with."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, ForeignKey, MetaData, String

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# On MySQL texts that differ by case or accent would be equal otherwise: the keys `k` and `K` are two everywhere else.
EXACT: dict[str, Any] = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}

Id = String(40)
Hash = String(64)


def owned_by_user(*, nullable: bool = False) -> Column[str]:
    return Column("user_id", Id, ForeignKey("users.id"), nullable=nullable)
