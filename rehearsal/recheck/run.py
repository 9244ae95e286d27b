"""Check a whole ledger and count what was looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine

from ledger.keys import Keys
from rehearsal.recheck import chain, contacts, counts, dials, lives, talks
from rehearsal.recheck.lookup import Lookup
from rehearsal.recheck.rows import Rows, audit_entries, count, people
from rehearsal.recheck.told import Told, told
from rehearsal.recheck.violation import Violation


@dataclass(frozen=True, slots=True)
class Recheck:
    """`checked` counts what was looked at, by kind: nought violations of nothing is no good news."""

    checked: dict[str, int]
    violations: tuple[Violation, ...]


def recheck(engine: Engine, keys: Keys, dial_log: Sequence[Path] | None = None, *, at_rest: bool = False) -> Recheck:
    """Look at every contact, talk, promise, hold, case and audit entry of a ledger, and at every dial of a dial log.

    One consistent view is read, some people at a time; chain and dial log are sorted in a temporary file.

    :param keys: the lines of the talks are sealed, and the audit chain is signed.
    :param dial_log: files as `rehearsal.recheck.dials` describes; without them nothing is said about dials.
    :param at_rest: nobody works on the ledger any more, and the time of every planned contact has passed.
    """
    checked = Counter[str]()
    # Reading must stay one view: without this PostgreSQL would show each question the latest state.
    engine = engine.execution_options(isolation_level="REPEATABLE READ") if engine.name == "postgresql" else engine
    with engine.connect() as connection, Lookup() as lookup:
        violations = tuple(_found(connection, keys, lookup, dial_log, at_rest, checked))
    return Recheck(
        {name: checked[name] for name in (*LOOKED_AT, *(["dials"] if dial_log is not None else []))}, violations
    )


LOOKED_AT = {
    "planned": "plannedcontact",
    "attempts": "attempt",
    "decisions": "decision",
    "conversations": "conversation",
    "turns": "turn",
    "promises": "promise",
    "holds": "hold",
    "cases": '"case"',
    "audit_entries": "auditentry",
}
"""What is counted, and its table."""


def _found(
    connection: Connection,
    keys: Keys,
    lookup: Lookup,
    dial_log: Sequence[Path] | None,
    at_rest: bool,
    checked: Counter[str],
) -> Iterator[Violation]:
    broken = []
    for why in chain.walk(audit_entries(connection), keys.audit, lookup):
        checked["audit_entries"] += 1
        broken += [why] if why is not None else []
    for unreadable in dials.read(dial_log or (), lookup):
        checked["dials"] += 1
        if unreadable is not None:
            yield unreadable
    lookup.sort()
    for rows in people(connection):
        of_them = told(lookup, rows)
        _count(rows, checked)
        yield from _about(rows, of_them, keys, dial_log is not None, at_rest)
    yield from dials.strangers(lookup)
    yield from broken
    for name, table in LOOKED_AT.items():
        if (there_are := count(connection, table)) != checked[name]:
            yield Violation("rows.of_nobody", table, None, f"{there_are - checked[name]} rows belong to no person")


def _about(rows: Rows, of_them: Told, keys: Keys, with_dials: bool, at_rest: bool) -> Iterator[Violation]:
    yield from lives.check(rows, of_them, at_rest=at_rest)
    yield from contacts.check(rows, of_them)
    yield from counts.check(rows, of_them)
    if with_dials:
        yield from dials.check(rows, of_them)
    yield from talks.check(rows, keys)


def _count(rows: Rows, checked: Counter[str]) -> None:
    checked["turns"] += sum(len(turns) for turns in rows.turns.values())
    for name in LOOKED_AT.keys() - {"turns", "audit_entries"}:
        checked[name] += len(getattr(rows, name))
