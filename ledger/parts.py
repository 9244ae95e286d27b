"""On PostgreSQL, scores and assignments lie in parts: 0 for those written a few at a time, one more for each large run.

A part is filled before anybody sees it, and gets its indexes when it is full and becomes one with the table: building
them at once takes half the time of growing them row by row. What a part is told once is not sent with every row.
SQLite has no parts; everything there is 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from psycopg import sql

SCHEMA = "parts"
"""Where they lie; programs name the whole tables only."""

_MEMORY = "256MB"
"""For sorting an index: that of a million accounts then needs no file."""


def new_part(raw: Any, table: str, constant: Mapping[str, Any]) -> tuple[int, str]:
    """An empty part that is not yet of the table, and its number and name.

    :param raw: psycopg's connection, whose transaction it belongs to.
    :param constant: columns that have the same value in all rows to come.
    """
    number = raw.execute(f"SELECT nextval('{SCHEMA}.number')").fetchone()[0]
    name = f"{table}_{number}"
    part = sql.Identifier(SCHEMA, name)
    raw.execute(sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING DEFAULTS)").format(part, sql.Identifier(table)))
    defaults = [
        sql.SQL("ALTER COLUMN {} SET DEFAULT {}").format(sql.Identifier(column), sql.Literal(value))
        for column, value in {**constant, "part": number}.items()
    ]
    raw.execute(sql.SQL("ALTER TABLE {} {}").format(part, sql.SQL(", ").join(defaults)))
    return number, f'"{SCHEMA}"."{name}"'


def join_part(raw: Any, table: str, number: int) -> None:
    """Build the part's indexes and make it one with the table; nobody who reads has to wait."""
    raw.execute(f"SET LOCAL maintenance_work_mem = '{_MEMORY}'")
    raw.execute(f'ALTER TABLE "{table}" ATTACH PARTITION "{SCHEMA}"."{table}_{number}" FOR VALUES IN ({number})')
