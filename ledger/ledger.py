"""The ledger: where transactions begin and end. Application code opens one, works, and never commits itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event
from sqlmodel import Session, create_engine

from ledger import audit
from ledger.keys import Keys

Clock = Callable[[], datetime]
NewId = Callable[[], str]


@dataclass(frozen=True, slots=True)
class UnitOfWork:
    """One transaction: its session, the one time it happens at, and the keys it may use."""

    session: Session
    keys: Keys
    now: datetime
    new_id: NewId

    def seal(self, table: str, column: str, row_id: str, text: str) -> bytes:
        """See ledger.keys.Keys.seal."""
        return self.keys.seal(table, column, row_id, text)

    def open(self, table: str, column: str, row_id: str, sealed: bytes) -> str:
        """See ledger.keys.Keys.open."""
        return self.keys.open(table, column, row_id, sealed)

    def blind_index(self, purpose: str, value: str) -> str:
        """See ledger.keys.Keys.blind_index."""
        return self.keys.blind_index(purpose, value)

    def audit(self, kind: str, subject: str, facts: Mapping[str, Any]) -> None:
        """Append to the audit chain; opaque ids and codes only, never a name, a number or what somebody said."""
        audit.append(self.session, self.keys, self.now, kind, subject, facts)

    def audit_many(self, kind: str, facts_by_subject: Mapping[str, Mapping[str, Any]]) -> None:
        """The same for many subjects at once."""
        audit.append_many(self.session, self.keys, self.now, kind, facts_by_subject)


@dataclass(frozen=True, slots=True)
class Ledger:
    """The store of records, with the clock and the id source that everything written through it uses."""

    engine: Engine
    keys: Keys
    clock: Clock
    new_id: NewId

    @contextmanager
    def begin(self) -> Iterator[UnitOfWork]:
        """A write transaction: committed at the end, rolled back on any exception.

        Writers are serialised (SQLite: BEGIN IMMEDIATE; PostgreSQL: one advisory lock), so what is read inside still
        holds when it is committed.
        """
        engine = self.engine.execution_options(amends_write=True)
        with Session(engine, expire_on_commit=False) as session, session.begin():
            yield UnitOfWork(session, self.keys, self.clock(), self.new_id)

    @contextmanager
    def read(self) -> Iterator[UnitOfWork]:
        """A consistent view that writes nothing; whatever is added to its session is dropped."""
        with Session(self.engine, expire_on_commit=False, autoflush=False) as session:
            # Closing lets go of the records unharmed and drops the transaction; a rollback would empty them first.
            yield UnitOfWork(session, self.keys, self.clock(), self.new_id)


def sqlite_engine(path: Path) -> Engine:
    """An engine on one SQLite file: write-ahead log, foreign keys on, full durability, 30 s patience for a lock."""
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 30, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        # SQLAlchemy must not let the driver open transactions by itself: that begins them deferred, and a deferred
        # writer can fail with "database is locked" after it has already read.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=FULL"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        write = connection.get_execution_options().get("amends_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


WRITERS = 0x616D656E6473
"""PostgreSQL's advisory lock that a writing transaction holds to its end: the word amends in ASCII."""


def postgres_engine(url: str) -> Engine:
    """An engine on a PostgreSQL database, with the same promises: one writer at a time, consistent views to read.

    :param url: ``postgresql+psycopg://...``.
    """
    engine = create_engine(url)

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        if connection.get_execution_options().get("amends_write", False):
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITERS})")
        else:
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")

    return engine
