"""The moments at which a process may die: around every statement, every commit, and the dial itself."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Final

from sqlalchemy import Connection, Engine, event

from ledger import audit
from ledger import rows as plain_rows
from ledger.rows import Row
from strategy.dispatch import reservation

Moment = Callable[[str], None]
"""Told what is about to happen or has just happened; it may not return."""

WRITES: Final = ("INSERT", "UPDATE", "DELETE")


def die() -> None:
    """As if the power went: nothing is cleaned up and nobody is told."""
    os.kill(os.getpid(), signal.SIGKILL)


def nothing_happens(_what: str) -> None:
    """Nobody dies."""


@dataclass(slots=True)
class AtRandom:
    """Death at one in so many moments, on average; a dial is more dangerous than a statement."""

    draw: Random
    one_in: int
    one_dial_in: int

    def __call__(self, what: str) -> None:
        if self.draw.randrange(self.one_dial_in if what in DIALS else self.one_in) == 0:
            die()


@dataclass(slots=True)
class Nth:
    """Death at the n-th moment of a process; `note` then says which that was."""

    n: int
    note: Path
    seen: int = 0

    def __call__(self, what: str) -> None:
        self.seen += 1
        if self.seen == self.n:
            self.note.write_text(what)
            die()


DIALS: Final = ("before the dial", "after the dial")


def watch(engine: Engine, moment: Moment, *, reads: bool) -> None:
    """Let `moment` know of every statement that writes, of every one that reads if wanted, and of every commit."""

    def named(statement: str) -> str | None:
        verb, *rest = statement.split()
        if verb in WRITES:
            return f"{verb} {next(word for word in rest if word.islower())}"
        return verb if reads else None

    def before(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if (name := named(statement)) is not None:
            moment(f"before {name}")

    def after(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if (name := named(statement)) is not None:
            moment(f"after {name}")

    def write_rows(connection: Connection, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        moment(f"before INSERT {table}")
        plain_rows.write_rows(connection, table, columns, rows)
        moment(f"after INSERT {table}")

    # Plain rows go to the driver itself, where SQLAlchemy sees nothing of them.
    for writer in (audit, reservation):
        setattr(writer, "write_rows", write_rows)  # noqa: B010
    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)
    event.listen(engine, "commit", lambda _connection: moment("before a commit"))
    event.listen(engine, "checkin", lambda *_: moment("after a transaction"))
