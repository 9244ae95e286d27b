"""What one line of a file of reported contacts says, or what is wrong with it. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from ledger.importing.cells import BadCell, Cells, required, text
from ledger.importing.rows import RowError
from strategy.policy.facts import CHANNELS, DIRECTIONS, OUTCOMES

MUST: Final = ("account_ref", "at", "channel", "direction", "outcome", "reference")
MAY: Final = ("number", "target")
TARGETS: Final = frozenset({"consumer", "debtor", "guarantor", "attorney", "contact_person", "relative", "employer"})
"""Who was contacted. Whoever is none of these is a 'contact_person'."""

_NUMBER: Final = re.compile(r"\+\d{8,15}", re.ASCII)


@dataclass(frozen=True, slots=True)
class ReportedRow:
    """One contact. `number` is E.164 and personal; empty when the file does not say which one it was."""

    line: int
    account_ref: str
    at: datetime
    channel: str
    direction: str
    outcome: str
    target: str
    number: str
    reference: str


def read_row(line: int, cells: Cells, now: datetime) -> ReportedRow | RowError:
    """:param now: nothing can have happened after it."""
    try:
        return ReportedRow(
            line=line,
            account_ref=required(cells, "account_ref"),
            at=_moment(cells, now),
            channel=_word(cells, "channel", CHANNELS),
            direction=_word(cells, "direction", DIRECTIONS),
            outcome=_word(cells, "outcome", OUTCOMES),
            target=_word(cells, "target", TARGETS) if text(cells, "target") else "consumer",
            number=_number(cells),
            reference=required(cells, "reference"),
        )
    except BadCell as bad:
        return RowError(line, bad.field, bad.reason)


def _moment(cells: Cells, now: datetime) -> datetime:
    value = cells.get("at")
    try:
        at = value if isinstance(value, datetime) else datetime.fromisoformat(required(cells, "at"))
    except ValueError:
        raise BadCell("at", "is not a time such as 2026-03-04T17:05:00+08:00") from None
    if at.tzinfo is None:
        raise BadCell("at", "has no zone, so nobody can say which hour it was")
    if at > now:
        raise BadCell("at", "lies in the future")
    return at.astimezone(UTC)


def _word(cells: Cells, field: str, known: frozenset[str]) -> str:
    found = required(cells, field).lower()
    if found not in known:
        raise BadCell(field, f"is none of {', '.join(sorted(known))}")
    return found


def _number(cells: Cells) -> str:
    found = text(cells, "number").replace(" ", "").replace("-", "")
    if found and not _NUMBER.fullmatch(found):
        raise BadCell("number", "is not a number with its country code, such as +8613800000000")
    return found
