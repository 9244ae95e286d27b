"""The audit chain: what is noted, and how it is appended. ``ledger/audit_check.py`` walks it; see docs/audit.md.

An entry's hash covers its canonical JSON, sequence number and the previous hash; its signature is a keyed MAC over
the hash. Entries refer to people by opaque ids only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection
from sqlmodel import Session, col, select

from ledger.audit_form import GENESIS, digest, require_plain, spelled, spelled_time
from ledger.keys import Keys
from ledger.tables.audit import AuditEntry

_COLUMNS = "seq, at, kind, subject, facts, previous_hash, hash, signature"
_COPIED = 50
"""Entries at once that make PostgreSQL's COPY worth its round trips."""

_Row = tuple[int, datetime, str, str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class Noted:
    """One thing that happened, not yet in the chain: where it will stand there is known only at the commit."""

    at: datetime
    kind: str
    subject: str
    facts: Mapping[str, Any]

    def __post_init__(self) -> None:
        """:raises FactsRefused: it holds what may not stand in the chain."""
        require_plain(self.kind, self.subject, self.facts)


def append_many(session: Session, keys: Keys, noted: Iterable[Noted]) -> None:
    """Add entries to the end of the chain in their order; whoever calls keeps all others out until it commits."""
    seq, previous = _end(session)
    rows: list[_Row] = []
    at, told_at = None, ""
    for one in noted:
        if one.at is not at:  # a transaction has one time
            at, told_at = one.at, spelled_time(one.at)
        facts = spelled(one.facts)
        found = digest(seq, told_at, one.kind, one.subject, facts, previous)
        rows.append((seq, one.at, one.kind, one.subject, facts, previous, found, keys.sign(found.encode())))
        seq, previous = seq + 1, found
    if rows:
        _write(session.connection(), rows)


def _end(session: Session) -> tuple[int, str]:
    """The number of the next entry, and the hash that it follows."""
    end = select(AuditEntry.seq, AuditEntry.hash).order_by(col(AuditEntry.seq).desc()).limit(1)
    last = session.exec(end).first()
    return (last[0] + 1, last[1]) if last else (1, GENESIS)


def _write(connection: Connection, rows: list[_Row]) -> None:
    """The rows with their facts exactly as they were hashed, so that a check need not spell them again."""
    in_utc = {at: at.astimezone(UTC).replace(tzinfo=None) for at in {row[1] for row in rows}}
    if connection.dialect.name == "postgresql":
        naive = ((seq, in_utc[at], *rest) for seq, at, *rest in rows)
        if len(rows) < _COPIED:
            statement = f"INSERT INTO auditentry ({_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
            connection.exec_driver_sql(statement, list(naive))
            return
        raw: Any = connection.connection.dbapi_connection
        with raw.cursor() as cursor, cursor.copy(f"COPY auditentry ({_COLUMNS}) FROM STDIN") as copied:
            for row in naive:
                copied.write_row(row)
        return
    texts = {at: naive.isoformat(" ", "microseconds") for at, naive in in_utc.items()}
    as_kept = [(seq, texts[at], *rest) for seq, at, *rest in rows]
    connection.exec_driver_sql(f"INSERT INTO auditentry ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", as_kept)
