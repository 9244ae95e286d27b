"""Plain rows in and out of the ledger: what happens at every contact reads and writes with these.

No objects stand between, a statement is spelled once for each database, and a server is asked many questions in one
round trip. Rows go in as the database holds them: JSON as text, times as :func:`kept_time` makes them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from operator import methodcaller
from typing import Any, Final

from sqlalchemy import ARRAY, BindParameter, ColumnElement, Connection, Dialect, Select, String, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from ledger.columns import UtcDateTime

Query = Select[*tuple[Any, ...]]
Row = tuple[Any, ...]
Reader = Callable[[Any], Any]

COPIED: Final = 8
"""Rows at once that make PostgreSQL's COPY worth its round trips."""
_IN_UTC: Final = methodcaller("replace", tzinfo=UTC)


class Among(ColumnElement[Any]):
    """Whether a column is one of the texts given as `some`: one parameter, however many they are.

    It says nothing of being a Boolean: SQLite would be asked whether it equals 1, and pass its indexes by.
    """

    inherit_cache = False  # spelled by hand, and kept by `_spelled`

    def __init__(self, column: Any) -> None:
        """:param column: of texts."""
        self.column = column
        self.some: BindParameter[Any] = bindparam("some", type_=ARRAY(String))


@compiles(Among, "postgresql")
def _any_of(among: Among, compiler: SQLCompiler, **options: Any) -> str:
    return f"{compiler.process(among.column, **options)} = ANY ({compiler.process(among.some, **options)})"


@compiles(Among, "sqlite")
def _each_of(among: Among, compiler: SQLCompiler, **options: Any) -> str:
    some = compiler.process(among.some, **options)
    return f"{compiler.process(among.column, **options)} IN (SELECT value FROM json_each({some}))"


def read_together(
    connection: Connection, queries: Iterable[Query], some: Collection[str], **times: datetime
) -> list[Sequence[Row]]:
    """The rows of each query, with values as SQLAlchemy would give them; PostgreSQL is asked in one round trip.

    :param some: for :class:`Among`.
    :param times: parameters by name; a query need not have them.
    """
    dialect = connection.dialect
    spelled = [_spelled(query, dialect) for query in queries]
    values: dict[str, Any] = {name: kept_time(at, dialect) for name, at in times.items()}
    raw: Any = connection.connection.driver_connection
    if dialect.name == "postgresql":
        values["some"] = [*some]
        cursors = [raw.cursor() for _ in spelled]
        with raw.pipeline():
            for cursor, (sql, names, _) in zip(cursors, spelled, strict=True):
                cursor.execute(sql, {name: values.get(name, given) for name, given in names.items()})
    else:
        values["some"] = json.dumps([*some])
        cursors = [
            raw.execute(sql, [values.get(name, given) for name, given in names.items()]) for sql, names, _ in spelled
        ]
    return [_read(cursor.fetchall(), readers) for cursor, (_, _, readers) in zip(cursors, spelled, strict=True)]


@lru_cache(512)
def _spelled(query: Query, dialect: Dialect) -> tuple[str, dict[str, Any], tuple[Reader | None, ...]]:
    """A statement, its parameters in their order with the values that stand in it, and what reads its columns."""
    compiled = query.compile(dialect=dialect)
    readers = [_reader(column, dialect) for column in query.selected_columns]
    in_order = {name: compiled.params[name] for name in compiled.positiontup or compiled.params}
    return str(compiled), in_order, tuple(readers)


def _reader(column: ColumnElement[Any], dialect: Dialect) -> Reader | None:
    if isinstance(column.type, UtcDateTime) and not getattr(column, "nullable", True):
        # Of every past contact there is one; a function of Python's for each would take a third of the whole reading.
        return _IN_UTC if dialect.name == "postgresql" else _utc_of_text
    return column.type.dialect_impl(dialect).result_processor(dialect, None)


def _utc_of_text(text: str) -> datetime:
    return datetime.fromisoformat(text + "+00:00")


def _read(rows: Sequence[Row], readers: Sequence[Reader | None]) -> Sequence[Row]:
    if not rows or not any(readers):
        return rows
    columns = zip(zip(*rows, strict=True), readers, strict=True)
    return [*zip(*(values if read is None else map(read, values) for values, read in columns), strict=True)]


def write_rows(connection: Connection, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Add rows, whose values are as the database holds them; none of them may be missing a column."""
    names = ", ".join(columns)
    raw: Any = connection.connection.driver_connection
    if connection.dialect.name != "postgresql":
        raw.executemany(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(columns))})", rows)
    elif len(rows) < COPIED:
        with raw.cursor() as cursor:
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({', '.join(['%s'] * len(columns))})", rows)
    else:
        with raw.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copied:
            for row in rows:
                copied.write_row(row)


def kept_time(at: datetime, dialect: Dialect) -> datetime | str:
    """A time as the database holds it: UTC without saying so."""
    naive = at.astimezone(UTC).replace(tzinfo=None)
    return naive if dialect.name == "postgresql" else naive.isoformat(" ", "microseconds")
