"""One dispatcher at a time: the one who leads keeps the heartbeats, and whoever follows waits for the lead.

On SQLite the lead is a locked file, on PostgreSQL a lock of the server's on a connection of its own. Both are gone the
moment their holder is, so that no lease has to run out first. Leadership saves double work and nothing else: that no
cap is broken and nobody is dialled twice holds with any number of dispatchers (see tick and reservation).
"""

from __future__ import annotations

import fcntl
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from pathlib import Path
from typing import Final, Protocol

from sqlalchemy import Connection, Engine, NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError

from ledger.ledger import WRITERS

LOOK_EVERY: Final = 1.0
"""Seconds between two looks: of a leader, whether it still leads; of a follower, whether the lead is free."""
SILENT_FOR: Final = 6
"""Seconds after which PostgreSQL takes the lead from a process that has not looked: its machine is gone, or it stands
still. A follower leads within two looks more."""


class NotLeader(Exception):
    """Another process has the lead; the message says which one."""


class Lead(Protocol):
    """The lead of one ledger, as one process sees it."""

    def take(self) -> bool:
        """Whether we lead now: taken if it was free, without waiting."""

    def held(self) -> bool:
        """Whether we still lead, looked up at this moment; once it is lost, it has to be taken again."""

    def release(self) -> None:
        """Let go of it; nothing happens when we do not lead."""

    def holder(self) -> str:
        """Who leads, for a message."""


class FileLead:
    """The lead of a ledger on SQLite: who holds the locked file. The kernel frees the lock of a killed process."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: TextIOWrapper | None = None
        self._guard = threading.Lock()

    def take(self) -> bool:
        with self._guard:
            if self._file is not None:
                return True
            self._path.parent.mkdir(parents=True, exist_ok=True)
            file = self._path.open("a")
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.close()
                return False
            file.truncate(0)
            file.write(f"process {os.getpid()}")
            file.flush()
            self._file = file
            return True

    def held(self) -> bool:
        with self._guard:
            if self._file is None:
                return False
            # Somebody may have removed the file, and another process locked a new one of that name.
            with suppress(FileNotFoundError):
                if self._path.stat().st_ino == os.fstat(self._file.fileno()).st_ino:
                    return True
            self._close()
            return False

    def release(self) -> None:
        with self._guard:
            self._close()

    def holder(self) -> str:
        with suppress(OSError):
            return f"{self._path.read_text().strip() or 'a process'}, which holds {self._path}"
        return f"a process that holds {self._path}"

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


LEADER: Final = WRITERS + 2
"""PostgreSQL's advisory lock of the leader."""
_OPTIONS: Final = {
    "idle_session_timeout": f"{SILENT_FOR}s",
    "tcp_keepalives_idle": "2",
    "tcp_keepalives_interval": "1",
    "tcp_keepalives_count": "3",
}
_CLIENT: Final = {
    "connect_timeout": "3",
    "keepalives_idle": "2",
    "keepalives_interval": "1",
    "keepalives_count": "3",
    "tcp_user_timeout": "5000",
}
_OURS: Final = f"locktype = 'advisory' AND classid = {LEADER >> 32} AND objid = {LEADER & 0xFFFFFFFF} AND granted"
_HELD: Final = text(f"SELECT count(*) FROM pg_locks WHERE {_OURS} AND pid = pg_backend_pid()")
_HOLDER: Final = text(
    f"SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE {_OURS}"
    " AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


class ServerLead:
    """The lead of a ledger on PostgreSQL: who holds an advisory lock, on a connection that serves nothing else.

    The lock lives as long as that connection: it goes with a killed process, with an unplugged machine, and with a
    process that stands still and asks nothing for `SILENT_FOR` seconds.
    """

    def __init__(self, engine: Engine) -> None:
        asked = " ".join(f"-c {name}={value}" for name, value in _OPTIONS.items())
        options = {
            **_CLIENT,
            "application_name": f"amends leader: process {os.getpid()} on {socket.gethostname()}"[:63],
            "options": f"{engine.url.query.get('options', '')} {asked}",
        }
        self._engine = create_engine(
            engine.url.update_query_dict(options), poolclass=NullPool, isolation_level="AUTOCOMMIT"
        )
        self._connection: Connection | None = None
        self._guard = threading.Lock()

    def take(self) -> bool:
        """A server that cannot be reached has no lead to give."""
        with self._guard:
            if self._still_ours():
                return True
            connection = None
            with suppress(DBAPIError):
                connection = self._engine.connect()
                if connection.execute(text(f"SELECT pg_try_advisory_lock({LEADER})")).scalar_one():
                    self._connection = connection
                    return True
            _end(connection)
            return False

    def held(self) -> bool:
        with self._guard:
            return self._still_ours()

    def release(self) -> None:
        with self._guard:
            if self._connection is not None:
                # Given back in words first: the server may take a moment to notice that a connection is gone.
                with suppress(DBAPIError):
                    self._connection.execute(text(f"SELECT pg_advisory_unlock({LEADER})"))
            _end(self._connection)
            self._connection = None

    def holder(self) -> str:
        with suppress(DBAPIError), self._engine.connect() as connection:
            name = connection.execute(_HOLDER).scalars().first()
            return str(name or "nobody any more").removeprefix("amends leader: ")
        return "unknown, for the database does not answer"

    def _still_ours(self) -> bool:
        if self._connection is None:
            return False
        with suppress(DBAPIError):
            if self._connection.execute(_HELD).scalar_one():
                return True
        _end(self._connection)
        self._connection = None
        return False


def _end(connection: Connection | None) -> None:
    if connection is not None:
        with suppress(DBAPIError):
            connection.close()


def lead_of(engine: Engine, lock_file: Path) -> Lead:
    """The lead of the ledger on that engine.

    :param lock_file: what is locked where the ledger is a file.
    """
    return ServerLead(engine) if engine.dialect.name == "postgresql" else FileLead(lock_file)


@contextmanager
def leadership(lead: Lead) -> Iterator[None]:
    """Hold the lead while inside, however long that takes.

    :raises NotLeader: somebody else has it.
    """
    if not lead.take():
        raise NotLeader(f"another process leads here and dispatches what is due by itself: {lead.holder()}")
    done = threading.Event()

    def look() -> None:
        while not done.wait(LOOK_EVERY):
            lead.held()

    looking = threading.Thread(target=look, name="lead", daemon=True)
    looking.start()
    try:
        yield
    finally:
        done.set()
        looking.join()
        lead.release()
