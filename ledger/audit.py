"""The audit chain: what is noted, and how it is appended. ``ledger/audit_check.py`` walks it; see docs/audit.md.

An entry's hash covers its canonical JSON, sequence number and the previous hash; its signature is a keyed MAC over
the hash. Entries refer to people by opaque ids only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection
from sqlmodel import Session

from ledger.audit_form import GENESIS, digest, plainly_spelled, spelled_time
from ledger.keys import Keys
from ledger.rows import Row, kept_time, write_rows

CHAIN: Final = 0x616D656E6474
"""PostgreSQL's advisory lock of the chain's end, the next one after ``ledger.ledger.WRITERS``. It is held to the commit
and taken as late as can be, because everybody who writes has to pass here."""
_LAST: Final = "SELECT seq, hash FROM auditentry ORDER BY seq DESC LIMIT 1"
_COLUMNS: Final = ("seq", "at", "kind", "subject", "facts", "previous_hash", "hash", "signature")


@dataclass(frozen=True, slots=True)
class Noted:
    """One thing that happened, not yet in the chain: where it will stand there is known only at the commit."""

    at: datetime
    kind: str
    subject: str
    facts: Mapping[str, Any]
    spelled: str = field(init=False)

    def __post_init__(self) -> None:
        """:raises FactsRefused: it holds what may not stand in the chain."""
        object.__setattr__(self, "spelled", plainly_spelled(self.kind, self.subject, self.facts))


def append_many(session: Session, keys: Keys, noted: Iterable[Noted]) -> None:
    """Add entries to the end of the chain in their order. All others who want to are kept out until this commits."""
    connection = session.connection()
    seq, previous = _end(connection)
    rows: list[Row] = []
    at, told_at, kept_at = None, "", None
    for one in noted:
        if one.at is not at:  # a transaction has one time
            at, told_at, kept_at = one.at, spelled_time(one.at), kept_time(one.at, connection.dialect)
        found = digest(seq, told_at, one.kind, one.subject, one.spelled, previous)
        signature = keys.sign(found.encode())
        rows.append((seq, kept_at, one.kind, one.subject, one.spelled, previous, found, signature))
        seq, previous = seq + 1, found
    if rows:
        # With their facts exactly as they were hashed, so that a check need not spell them again.
        write_rows(connection, "auditentry", _COLUMNS, rows)


def _end(connection: Connection) -> tuple[int, str]:
    """The number of the next entry, and the hash that it follows."""
    raw: Any = connection.connection.driver_connection
    if connection.dialect.name == "postgresql":
        cursor = raw.cursor()
        with raw.pipeline():
            # Two statements, for one would read the end as it was before it had waited for the lock.
            cursor.execute(f"SELECT pg_advisory_xact_lock({CHAIN})")
            cursor = raw.execute(_LAST)
    else:
        cursor = raw.execute(_LAST)
    last = cursor.fetchone()
    return (last[0] + 1, last[1]) if last else (1, GENESIS)
