"""Contacts under faults: ``scripts/bench dispatch faults``.

Eight processes dispatch for 2,000 people with one to four debts each, twelve contacts planned for every person, while
processes are killed, clocks jump, ticks run twice, holds are placed and agencies report contacts of their own (see
docs/faults.md). The last figure is the independent re-check's: breaches of any cap, hour, hold or order of things.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from bench import postgres
from bench.dispatch import Row
from bench.faults.__main__ import KINDS, on
from bench.faults.people import People


def measure(options: Sequence[str] = ()) -> list[Row]:
    """A row for each database."""
    parser = argparse.ArgumentParser(prog="scripts/bench dispatch faults", description=__doc__)
    parser.add_argument("--on", choices=KINDS, action="append", help="only this database")
    parser.add_argument("--people", type=int, default=2_000, help="(default: 2,000)")
    parser.add_argument("--contacts", type=int, default=12, help="planned for each person (default: 12)")
    parser.add_argument("--workers", type=int, default=8, help="processes at once (default: 8)")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(options)
    kinds = [kind for kind in given.on or KINDS if kind == "sqlite" or postgres.missing() is None]
    people = People(given.people, given.contacts)
    return [_row(kind, people, given.workers, given.seed) for kind in kinds]


def _row(kind: str, people: People, workers: int, seed: int) -> Row:
    told = on(kind, people, workers, limit_s=3_600, seed=seed)
    figures = told.figures()
    return {
        "database": kind,
        "workers": workers,
        "people": people.people,
        "contacts planned": sum(told.planned.values()),
        "s": figures["seconds"],
        "asked/s": figures["asked_per_s"],
        "allowed/s": figures["allowed_per_s"],
        "denied/s": figures["denied_per_s"],
        "dials": figures["dials"],
        "kills": sum(told.kills.values()),
        "clock jumps": sum(told.steps.values()),
        "doubled ticks": told.ticks["doubled"],
        "found half-way": told.between["found half-way"],
        "violations": figures["violations"],
    }
