"""Check a whole ledger and count what was looked at."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Engine

from ledger.keys import Keys
from rehearsal.recheck import chain, contacts, talks
from rehearsal.recheck.rows import load
from rehearsal.recheck.violation import Violation


@dataclass(frozen=True, slots=True)
class Recheck:
    """`checked` counts what was looked at, by kind: nought violations of nothing is no good news."""

    checked: dict[str, int]
    violations: tuple[Violation, ...]


def recheck(engine: Engine, keys: Keys) -> Recheck:
    """Look at every contact, talk, promise, hold, case and audit entry of a ledger.

    :param keys: the lines of the talks are sealed, and the audit chain is signed.
    """
    with engine.connect() as connection:
        rows = load(connection)
    return Recheck(
        checked={
            "attempts": len(rows.attempts),
            "decisions": len(rows.decisions),
            "conversations": len(rows.conversations),
            "turns": sum(len(turns) for turns in rows.turns.values()),
            "promises": len(rows.promises),
            "holds": len(rows.holds),
            "cases": len(rows.cases),
            "audit_entries": len(rows.audit),
        },
        violations=(
            *contacts.check(rows),
            *talks.check(rows, keys),
            *chain.check(rows.audit, keys.audit),
        ),
    )
