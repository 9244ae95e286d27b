"""The audit chain as it lies in the database: raw rows, page by page, with nothing read into them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

from ledger.audit_check import BEGINNING, Point, Row
from ledger.ledger import Ledger, UnitOfWork

PAGE = 10_000
_SQLITE = "SELECT seq, at, kind, subject, facts, previous_hash, hash, signature FROM auditentry"
_POSTGRES = _SQLITE.replace(" at,", " to_char(at, 'YYYY-MM-DD HH24:MI:SS.US'),").replace("facts,", "facts::text,")


def chain_rows(ledger: Ledger, start: Point = BEGINNING) -> Iterator[Row]:
    """Every entry behind `start`, in order. Each page is a short transaction of its own: nobody waits for a check."""
    last = None if start.seq == 0 else start.seq
    while True:
        with ledger.read() as work:
            page = _page(work, last)
        for row in page:
            yield (row[0], _iso(row[1]), *row[2:])
        if len(page) < PAGE:
            return
        last = page[-1][0]


def entry_at(work: UnitOfWork, seq: int) -> Row | None:
    """One entry, or None."""
    return next(((row[0], _iso(row[1]), *row[2:]) for row in _page(work, seq - 1, 1) if row[0] == seq), None)


def _page(work: UnitOfWork, last: int | None, most: int = PAGE) -> Sequence[Row]:
    connection = work.session.connection()
    raw: Any = connection.connection.dbapi_connection
    behind = "" if last is None else f" WHERE seq > {last:d}"
    rest = f"{behind} ORDER BY seq LIMIT {most:d}"
    if connection.dialect.name == "postgresql":
        with raw.cursor() as cursor:
            return list(cursor.execute(_POSTGRES + rest).fetchall())
    try:
        return list(raw.execute(_SQLITE + rest).fetchall())
    except sqlite3.OperationalError:  # text that is none
        before, raw.text_factory = raw.text_factory, lambda text: text.decode(errors="surrogateescape")
        try:
            return list(raw.execute(_SQLITE + rest).fetchall())
        finally:
            raw.text_factory = before


def _iso(kept: Any) -> Any:
    """The time as it was hashed; anything else than a time as we write it comes back as it is."""
    if type(kept) is not str or len(kept) != 26 or kept[10] != " " or kept[19] != ".":
        return kept
    second = f"{kept[:10]}T{kept[11:19]}"
    return f"{second}+00:00" if kept.endswith(".000000") else f"{second}.{kept[20:]}+00:00"
