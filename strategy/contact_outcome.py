"""How an attempt ends: the dispatcher, a talk and a collector all tell it here."""

from __future__ import annotations

from ledger.ledger import UnitOfWork
from ledger.tables import Attempt
from strategy.policy.facts import OUTCOMES


def finish(work: UnitOfWork, attempt_id: str, outcome: str) -> None:
    """Record how an attempt ended; a word that is no outcome is recorded as 'unknown', which counts toward every cap.

    It may be told twice and in any order. What ended stays as it is, except that a message that was delivered may still
    become a talk. An outcome that comes after the attempt was given up as unknown is believed, and so is one of an
    attempt that was released: whoever tells it has been on the line.

    :raises sqlalchemy.exc.NoResultFound: there is no such attempt.
    """
    attempt = work.session.get_one(Attempt, attempt_id, with_for_update=True)
    known = outcome if outcome in OUTCOMES else "unknown"
    if attempt.outcome == known or (attempt.status == "finished" and known != "conversation"):
        return
    attempt.outcome = known
    attempt.status = "unknown" if known == "unknown" else "finished"
    attempt.finished_at = work.now
    work.session.add(attempt)
    work.audit("attempt.finished", attempt.id, {"outcome": known})
