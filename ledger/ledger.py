"""The ledger: where transactions begin and end. Application code opens one, works, and never commits itself."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event, make_url
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
    noted: list[audit.Noted] = field(default_factory=list)
    """What the audit chain gets at the end of this transaction, in order."""

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
        """Note an entry for the audit chain; opaque ids and codes only, never a name, a number or what somebody said.

        It joins the chain just before the transaction commits, after all that was noted before it.
        """
        self.noted.append(audit.Noted(self.now, kind, subject, dict(facts)))

    def audit_many(self, kind: str, facts_by_subject: Mapping[str, Mapping[str, Any]]) -> None:
        """The same for many subjects at once."""
        for subject, facts in facts_by_subject.items():
            self.audit(kind, subject, facts)


@dataclass(frozen=True, slots=True)
class Ledger:
    """The store of records, with the clock and the id source that everything written through it uses."""

    engine: Engine
    keys: Keys
    clock: Clock
    new_id: NewId
    _next_writer: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)
    """Where this process's writers of a SQLite file wait for each other."""

    @contextmanager
    def begin(self) -> Iterator[UnitOfWork]:
        """A write transaction without any other writer: committed at the end, rolled back on any exception.

        Writers are serialised (SQLite: BEGIN IMMEDIATE; PostgreSQL: one advisory lock), so what is read inside still
        holds when it is committed. The clock is read once the others are out, so it never lies before their records.
        """
        with self._write(beside_others=False) as work:
            yield work

    @contextmanager
    def begin_for(self, debtor_ids: Collection[str] = ()) -> Iterator[UnitOfWork]:
        """A write transaction that keeps others away from these people only, and from nobody else's records.

        On PostgreSQL such transactions run side by side unless they share a person; none overlaps one of
        :meth:`begin`. On SQLite, which has one writer at a time anyway, it is the same as :meth:`begin`.
        Whoever finds out inside which people it is about names none here, and calls :meth:`with_people`.
        """
        with self._write(beside_others=True, people=debtor_ids) as work:
            yield work

    def with_people(self, work: UnitOfWork, debtor_ids: Collection[str]) -> UnitOfWork:
        """Wait until these people are ours, in a transaction of :meth:`begin_for`; `work` at the time it is then.

        Once in a transaction, and before anything is read that depends on them: rows are locked in the order of their
        ids, so that two transactions which share several people never wait for each other in a circle.
        """
        if work.session.get_bind().dialect.name == "postgresql":
            raw: Any = work.session.connection().connection.driver_connection
            raw.execute(_PEOPLE, [[*debtor_ids]])
        return replace(work, now=self.clock())

    @contextmanager
    def _write(self, *, beside_others: bool, people: Collection[str] = ()) -> Iterator[UnitOfWork]:
        options = {"amends_write": True, "amends_beside_others": beside_others, "amends_people": people}
        with self._turn_to_write(), Session(self.engine, expire_on_commit=False) as session, session.begin():
            session.connection(execution_options=options)  # begins here and now, which may mean waiting for others
            work = UnitOfWork(session, self.keys, self.clock(), self.new_id)
            yield work
            session.flush()
            if work.noted:
                audit.append_many(session, self.keys, work.noted)

    @contextmanager
    def _turn_to_write(self) -> Iterator[None]:
        """Our own threads come in turn to a file that takes one writer at a time.

        SQLite lets whoever waits sleep and ask again, at the end ten times a second: among eight writers one was seen
        to ask in vain for two seconds, and its debtor heard an apology. Other processes are met in SQLite's way.
        """
        if self.engine.dialect.name != "sqlite":
            yield
            return
        # Courtesy, not safety: whoever has waited as long as SQLite would goes on and is told by it.
        came = self._next_writer.acquire(timeout=SQLITE_PATIENCE_S)
        try:
            yield
        finally:
            if came:
                self._next_writer.release()

    @contextmanager
    def read(self) -> Iterator[UnitOfWork]:
        """A consistent view that writes nothing; whatever is added to its session is dropped."""
        with Session(self.engine, expire_on_commit=False, autoflush=False) as session:
            # Closing lets go of the records unharmed and drops the transaction; a rollback would empty them first.
            yield UnitOfWork(session, self.keys, self.clock(), self.new_id)


SQLITE_PATIENCE_S = 30
"""How long a writer waits for the others."""


def sqlite_engine(path: Path) -> Engine:
    """An engine on one SQLite file: write-ahead log, foreign keys on, full durability, 30 s patience for a lock."""
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        f"sqlite:///{path}",
        connect_args={"timeout": SQLITE_PATIENCE_S, "check_same_thread": False},
        # The web server's 40 threads must not open the file anew, and prepare it, for every message of a busy minute.
        pool_size=40,
    )

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
_PEOPLE = "SELECT id FROM debtor WHERE id = ANY (%s) ORDER BY id FOR UPDATE"

POSTGRES_OPTIONS = {
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "3",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "20s",
    "idle_in_transaction_session_timeout": "5min",
}
"""What the server is asked for: to let go, of its own accord, of the locks of a writer whose machine is gone (20 s) or
whose process stands still (5 minutes). Without these, one lost writer keeps all others waiting for hours."""
POSTGRES_CLIENT = {
    "application_name": "amends",
    "connect_timeout": "5",
    "keepalives_idle": "10",
    "keepalives_interval": "3",
    "keepalives_count": "3",
    "tcp_user_timeout": "20000",
}
"""The same the other way round: how long we wait for a server that does not answer."""


def postgres_engine(url: str) -> Engine:
    """An engine on a PostgreSQL database, with the same promises to writers and readers.

    :param url: ``postgresql+psycopg://...``; what it says of options itself counts.
    """
    given = make_url(url)
    options = " ".join(f"-c {name}={value}" for name, value in POSTGRES_OPTIONS.items())
    engine = create_engine(
        given.update_query_dict(
            {**POSTGRES_CLIENT, **given.query, "options": f"{options} {given.query.get('options', '')}"}
        ),
        # The web server has 40 threads; beats and commands are a few more.
        pool_size=10,
        max_overflow=40,
        pool_pre_ping=True,
    )

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        options = connection.get_execution_options()
        if options.get("amends_write"):
            shared = "_shared" if options.get("amends_beside_others") else ""
            raw: Any = connection.connection.driver_connection
            with raw.pipeline():
                raw.execute(f"SELECT pg_advisory_xact_lock{shared}({WRITERS})")
                if people := options.get("amends_people"):
                    raw.execute(_PEOPLE, [[*people]])
        else:
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")

    return engine
