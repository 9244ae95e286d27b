"""Both databases for tests: a file for each test on SQLite, a database for each test on one PostgreSQL server.

The server is started when the first test wants it and ends with the session. Its databases are copies of a migrated
one, which takes some 30 ms, and sort text the way a bank's server would (ICU, English) and SQLite does not.
"""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from seeded import KEYS, StoppedClock, fresh_ledger
from sqlalchemy import create_engine, make_url, text

from bench import postgres
from ledger.ledger import Ledger, postgres_engine
from ledger.migrate import upgrade

ENGINES = ("sqlite", "postgresql")
SETTINGS = postgres.SETTINGS | {"fsync": "off", "shared_buffers": "64MB"}
"""Nothing here outlives a test, so nothing has to survive the machine."""

MEMORY = Path("/dev/shm")
ENOUGH = 2 * 2**30
"""Bytes; a whole run leaves some 400 MB."""

OpenLedger = Callable[..., Ledger]
"""Opens this test's ledger, migrated and empty, as `seeded.fresh_ledger` does: ``ledger_on(clock)``."""


class Server:
    """A running PostgreSQL, and the databases that tests get on it."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url)
        self._admin = create_engine(url, isolation_level="AUTOCOMMIT")
        self._numbers = itertools.count(1)
        like_a_bank = "TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US'"
        self._run(f"CREATE DATABASE empty {like_a_bank}")
        self._run("CREATE DATABASE migrated TEMPLATE empty STRATEGY file_copy")
        engine = postgres_engine(self._at("migrated"))
        upgrade(engine)
        engine.dispose()

    @contextmanager
    def database(self, like: str = "migrated") -> Iterator[str]:
        """:param like: 'migrated' or 'empty'.

        :yields: the URL of a database of one's own.
        """
        name = f"test_{next(self._numbers)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {like} STRATEGY file_copy")
        try:
            yield self._at(name)
        finally:
            self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def close(self) -> None:
        self._admin.dispose()

    def _at(self, database: str) -> str:
        return self._url.set(database=database).render_as_string(hide_password=False)

    def _run(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.execute(text(statement))


def in_memory() -> Path | None:
    """Where files lie in memory, if this machine has such a place, with room, and lets programs run from there.

    A ledger waits for the disk at every commit, for up to 30 ms on a busy one, and a new database is some hundreds of
    files. Tests kill processes, never the machine, so what they prove does not hang on the disk.
    """
    if not os.access(MEMORY, os.W_OK) or os.statvfs(MEMORY).f_flag & os.ST_NOEXEC:
        return None
    return MEMORY if shutil.disk_usage(MEMORY).free > ENOUGH else None


@contextmanager
def server() -> Iterator[Server]:
    """A server for as long as the block lasts."""
    with postgres.running(SETTINGS) as url:
        started = Server(url)
        try:
            yield started
        finally:
            started.close()


@contextmanager
def opening(kind: str, folder: Path, started: Callable[[], Server]) -> Iterator[OpenLedger]:
    """What opens one test's ledger on the database of that kind; once for a test."""
    if kind == "sqlite":
        opened: list[Ledger] = []

        def on_file(clock: StoppedClock | None = None) -> Ledger:
            opened.append(fresh_ledger(folder / "amends.db", clock))
            return opened[-1]

        yield on_file
        for ledger in opened:
            ledger.engine.dispose()
        return
    with started().database() as url:
        engine = postgres_engine(url)
        numbers = itertools.count(1)
        try:
            yield lambda clock=None: Ledger(engine, KEYS, clock or StoppedClock(), lambda: f"id-{next(numbers)}")
        finally:
            engine.dispose()
