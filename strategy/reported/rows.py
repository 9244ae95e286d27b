"""What one line of a file of reported contacts says, or what is wrong with it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ledger.importing.cells import BadCell, Cells, moment, phone_number, required, text, word
from ledger.importing.rows import RowError
from strategy.policy.facts import CHANNELS, DIRECTIONS, OUTCOMES

MUST: Final = ("account_ref", "at", "channel", "direction", "outcome", "reference")
MAY: Final = ("number", "target")
TARGETS: Final = frozenset({"consumer", "debtor", "guarantor", "attorney", "contact_person", "relative", "employer"})
"""Who was contacted. Whoever is none of these is a 'contact_person'."""


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
            at=moment(cells, "at", now),
            channel=word(cells, "channel", CHANNELS),
            direction=word(cells, "direction", DIRECTIONS),
            outcome=word(cells, "outcome", OUTCOMES),
            target=word(cells, "target", TARGETS) if text(cells, "target") else "consumer",
            number=phone_number(cells, "number"),
            reference=required(cells, "reference"),
        )
    except BadCell as bad:
        return RowError(line, bad.field, bad.reason)
