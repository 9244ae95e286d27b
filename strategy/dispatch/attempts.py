"""What becomes of a reserved attempt: an outcome, or 'unknown' when nobody lived to record one."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlmodel import col, select

from ledger.ledger import Ledger, UnitOfWork
from ledger.tables import Attempt
from strategy.policy.facts import OUTCOMES

STALE_AFTER: Final = timedelta(hours=2)
"""Longer than any talk; an attempt still reserved after it was left half-way by a crash."""


def finish(work: UnitOfWork, attempt_id: str, outcome: str) -> None:
    """Record how an attempt ended. What the talk itself has recorded already stays as it is.

    A word that is no outcome is recorded as 'unknown', which counts toward every cap.
    """
    attempt = work.session.get_one(Attempt, attempt_id)
    if attempt.status != "reserved":
        return
    known = outcome if outcome in OUTCOMES else "unknown"
    attempt.outcome = known
    attempt.status = "unknown" if known == "unknown" else "finished"
    attempt.finished_at = work.now
    work.audit("attempt.finished", attempt.id, {"outcome": known})


def reconcile(ledger: Ledger, stale_after: timedelta = STALE_AFTER) -> int:
    """Mark attempts that were left half-way as 'unknown', and return how many. They are never placed again.

    A single process may pass `timedelta(0)` when it starts, for nothing of its own can be under way then.
    """
    with ledger.begin() as work:
        stale = work.session.exec(
            select(Attempt)
            .where(Attempt.status == "reserved", col(Attempt.reserved_at) <= work.now - stale_after)
            .order_by(Attempt.id)
        ).all()
        for attempt in stale:
            finish(work, attempt.id, "unknown")
        return len(stale)
