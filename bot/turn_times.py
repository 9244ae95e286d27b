"""How long answers took, written down with the next thing that is written of their talk.

When an answer is on its way it is recorded already; a transaction of its own for the time it took would keep the
debtor waiting, and others from writing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlmodel import bindparam, col, update

from ledger.ledger import UnitOfWork
from ledger.tables import Turn

MOST_TALKS: Final = 10_000
"""Of more talks that nobody goes on with, the times of the oldest are dropped; they are a measurement."""

_TOOK = update(Turn).where(col(Turn.id) == bindparam("turn")).values(latency_ms=bindparam("ms"))


class TurnTimes:
    """Times of the latest answers that are not in the ledger yet, by conversation."""

    def __init__(self) -> None:
        self._taken: dict[str, tuple[tuple[str, ...], float]] = {}

    def keep(self, conversation_id: str, turn_ids: Iterable[str], took_ms: float) -> None:
        """Until :meth:`write`. One talk has one answer at a time."""
        self._taken[conversation_id] = (tuple(turn_ids), took_ms)
        while len(self._taken) > MOST_TALKS:
            self._taken.pop(next(iter(self._taken)), None)

    def write(self, work: UnitOfWork, conversation_id: str) -> None:
        """Put down what is kept of a talk, if anything. Lost when the transaction fails."""
        taken = self._taken.pop(conversation_id, None)
        if taken is not None:
            turn_ids, took_ms = taken
            work.session.connection().execute(_TOOK, [{"turn": each, "ms": took_ms} for each in turn_ids])
