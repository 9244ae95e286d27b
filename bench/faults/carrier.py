"""A carrier that keeps a log of its own: one line on the disk before anything is dialled."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final

from sqlalchemy import Engine, text

from bench.faults.clocks import JumpingClock
from bench.faults.moments import DIALS, Moment, nothing_happens
from strategy.dispatch.reservation import Reserved

OUTCOMES: Final = {
    "conversation": 30,
    "ring_no_answer": 34,
    "busy": 10,
    "voicemail_left": 10,
    "not_in_service": 5,
    "failed": 5,
    "breaks": 3,
    "no such word": 3,
}
"""By weight. A carrier that breaks raises an exception; both last ones must end as 'unknown'."""
_SEEN: Final = text(
    "SELECT attempt.status, decision.allowed, debtor.phone_index FROM attempt"
    " JOIN decision ON decision.id = attempt.decision_id JOIN debtor ON debtor.id = attempt.debtor_id"
    " WHERE attempt.id = :attempt"
)


class LineDead(Exception):
    """The carrier does not know whether it rang."""


@dataclass(slots=True)
class Carrier:
    """Dials for one process, which may die just before or just after it does."""

    engine: Engine
    clock: JumpingClock
    log: Path
    draw: Random
    moment: Moment = nothing_happens
    outcomes: Mapping[str, int] = field(default_factory=lambda: OUTCOMES)
    _file: int = field(init=False)

    def __post_init__(self) -> None:
        self._file = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def place(self, contact: Reserved) -> str:
        """:raises LineDead: now and then."""
        before, after = DIALS
        self.moment(before)
        self._dial(contact)
        self.moment(after)
        if contact.channel != "voice":
            return "delivered"
        outcome = self.draw.choices(list(self.outcomes), list(self.outcomes.values()))[0]
        if outcome == "breaks":
            raise LineDead
        return outcome

    def _dial(self, contact: Reserved) -> None:
        """What the database shows to anybody at this moment is written down with the dial."""
        with self.engine.connect() as connection:
            seen = connection.execute(_SEEN, {"attempt": contact.attempt_id}).one_or_none()
        line = {
            "attempt": contact.attempt_id,
            "account": contact.account_id,
            "number": seen.phone_index if seen else "",
            "channel": contact.channel,
            "at": self.clock.since_read().isoformat(),
            "committed": {"status": seen.status, "allowed": bool(seen.allowed)} if seen else {},
        }
        os.write(self._file, json.dumps(line).encode() + b"\n")
        os.fsync(self._file)
