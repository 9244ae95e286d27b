"""Frames in and out of the ledger, on a unit of work's own connection and so in its transaction; no objects between.

A frame holds what the database holds: money as whole cents, times as naive UTC, JSON and reasons as text.
PostgreSQL copies both ways; SQLite reads and writes plain tuples.
"""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any

import polars as pl
from sqlalchemy import ClauseElement
from sqlmodel import SQLModel

from ledger.ledger import UnitOfWork
from ledger.parts import join_part, new_part

_AT_ONCE = 50_000
"""Rows in one go."""

MANY = 50_000
"""Rows at the beginning of a load that make it worth a part of its own; see ``ledger/parts.py``."""

_DATE, _TIME = "%Y-%m-%d", "%Y-%m-%d %H:%M:%S%.6f"
"""As SQLAlchemy writes them into SQLite; PostgreSQL reads the same."""


def read_frame(work: UnitOfWork, query: ClauseElement, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """The rows of a query.

    :param query: columns only, in the order of `schema`; their values in the statement must be plain ones.
    :param schema: column names of the frame with their types; dates may be asked for, times only as text.
    """
    connection = work.session.connection()
    sql = str(query.compile(connection, compile_kwargs={"literal_binds": True}))
    if connection.dialect.name == "postgresql":
        return _copied_out(_raw(work), sql, schema)
    cursor = _raw(work).execute(sql)
    stored = {name: pl.String() if kind == pl.Date() else kind for name, kind in schema.items()}
    parts = [pl.DataFrame(schema=stored)]
    for rows in iter(lambda: cursor.fetchmany(_AT_ONCE), []):
        columns = zip(stored, zip(*rows, strict=True), strict=True)
        parts.append(pl.DataFrame({name: pl.Series(values, dtype=stored[name]) for name, values in columns}))
    dates = [pl.col(name).str.to_date(_DATE) for name, kind in schema.items() if kind == pl.Date()]
    return pl.concat(parts).with_columns(dates)


class Loading:
    """Rows for one table, frame after frame; they are there for others when :meth:`finish` was called and all commits.

    Columns go by their names, and those that no frame has are null, or what the table says.
    """

    def __init__(self, work: UnitOfWork, table: type[SQLModel], constant: Mapping[str, Any] | None = None) -> None:
        """:param constant: further columns with the value that all rows have there, as the database holds it."""
        self._work, self._table, self._constant = work, table, dict(constant or {})
        self._columns = SQLModel.metadata.tables[str(table.__tablename__)].columns.keys()
        self._name = f'"{table.__tablename__}"'
        self._part: int | None = None
        self._begun = False

    def append(self, frame: pl.DataFrame) -> None:
        """:raises ValueError: a column that the table has not."""
        if unknown := [name for name in (*frame.columns, *self._constant) if name not in self._columns]:
            raise ValueError(f"{self._table.__name__} has no {', '.join(unknown)}")
        if frame.is_empty():
            return
        self._work.session.flush()
        copied = self._work.session.connection().dialect.name == "postgresql"
        if copied and not self._begun and "part" in self._columns and frame.height >= MANY:
            table = str(self._table.__tablename__)
            self._part, self._name = new_part(_raw(self._work), table, self._constant)
            self._constant = {}
        self._begun = True
        written = frame.with_columns(
            pl.col(pl.Date).dt.to_string(_DATE),
            pl.col(pl.Datetime).dt.to_string(_TIME),
            **{name: pl.lit(value) for name, value in self._constant.items()},
        )
        (_copy_in if copied else _insert)(_raw(self._work), self._name, written)

    def finish(self) -> None:
        """No more rows."""
        if self._part is not None:
            join_part(_raw(self._work), str(self._table.__tablename__), self._part)


def append_frame(work: UnitOfWork, table: type[SQLModel], frame: pl.DataFrame) -> None:
    """Add the rows to a table.

    :raises ValueError: a column that the table has not.
    """
    loading = Loading(work, table)
    loading.append(frame)
    loading.finish()


def _copy_in(raw: Any, table: str, frame: pl.DataFrame) -> None:
    with raw.cursor() as cursor, cursor.copy(f"COPY {table} ({_names(frame)}) FROM STDIN CSV") as copy:
        for part in frame.iter_slices(_AT_ONCE):
            # An empty text is quoted and a null is not, which is how CSV tells them apart.
            copy.write(part.write_csv(include_header=False, quote_style="non_numeric"))


def _insert(raw: Any, table: str, frame: pl.DataFrame) -> None:
    insert = f"INSERT INTO {table} ({_names(frame)}) VALUES ({', '.join('?' * frame.width)})"
    for part in frame.iter_slices(_AT_ONCE):
        raw.executemany(insert, part.rows())


def _names(frame: pl.DataFrame) -> str:
    return ", ".join(f'"{name}"' for name in frame.columns)


def _copied_out(raw: Any, sql: str, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    text = BytesIO()
    with raw.cursor() as cursor, cursor.copy(f"COPY ({sql}) TO STDOUT CSV") as copy:
        for part in copy:
            text.write(part)
    text.seek(0)
    if not text.getbuffer().nbytes:
        return pl.DataFrame(schema=dict(schema))
    return pl.read_csv(text, has_header=False, schema=dict(schema))


def _raw(work: UnitOfWork) -> Any:
    """The driver's own connection, on which this unit of work's transaction is open."""
    return work.session.connection().connection.driver_connection
