"""The life of an attempt: reserved, then placing, then finished; unknown or released when nobody lived to end it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Mapped
from sqlmodel import and_, col, or_, select

from ledger.ledger import Ledger, UnitOfWork
from ledger.tables import Attempt, PlannedContact
from strategy.contact_outcome import finish
from strategy.dispatch.pace import PAUSED, closed_by, state_of
from strategy.dispatch.switches import read_switches, states
from strategy.facts_from_ledger import looks_back, people_behind
from strategy.policy.decision import Deny
from strategy.policy.gate import decide
from strategy.policy.packs import Packs

FRESH_FOR: Final = timedelta(minutes=2)
"""How long a reservation may wait for somebody to set out."""
STALE_AFTER: Final = timedelta(hours=2)
"""Longer than any talk; an attempt still being placed after it was left half-way by a crash."""


def set_out(ledger: Ledger, packs: Packs, attempt_id: str) -> bool:
    """Whether the contact may now be placed, by whoever called and by nobody else, ever.

    Only this turns 'reserved' into 'placing', and only once. The gate is asked again, for a hold may have been recorded
    since; what it now denies, what was paused meanwhile, and what has waited for too long, is released, and its planned
    contact planned again.
    """
    with ledger.begin_for() as work:
        whose = select(Attempt.debtor_id).where(Attempt.id == attempt_id)
        work = ledger.with_people(work, work.session.exec(whose).all())
        attempt = work.session.get(Attempt, attempt_id, with_for_update=True)
        if attempt is None or attempt.status != "reserved":
            return False
        if abs(work.now - attempt.reserved_at) > FRESH_FOR:
            _release(work, attempt, "waited_too_long")
            return False
        if attempt.planned_id is not None and _paused(work, attempt.planned_id):
            _release(work, attempt, "paused")
            return False
        people = people_behind(work, [attempt.account_id], looks_back(packs), besides=attempt.id)
        said = decide(people.facts(attempt.account_id, attempt.channel, attempt.agent), packs, work.now)
        if isinstance(said, Deny):
            _release(work, attempt, "denied", said.codes)
            return False
        attempt.status, attempt.placing_at = "placing", work.now
        work.session.add(attempt)
        work.audit("attempt.set_out", attempt.id, {"decision": attempt.decision_id})
    return True


def _paused(work: UnitOfWork, planned_id: str) -> bool:
    """Whether somebody paused it since it was reserved; what is drained only takes nothing new."""
    planned = work.session.get_one(PlannedContact, planned_id)
    switches = states(read_switches(work))
    scope = closed_by(switches, planned.channel, planned.treatment)
    return scope is not None and state_of(switches, scope) == PAUSED


def reconcile(ledger: Ledger, stale_after: timedelta = STALE_AFTER) -> int:
    """End what processes that died have left behind, and return how many attempts that were: what nobody set out for is
    released; what was being placed is 'unknown', counts toward every cap and is never placed again.

    An attempt from the future is as stale as an old one: a clock was wrong then, or is now. A single process may pass
    `timedelta(0)` when it starts, for nothing of its own can be under way then.
    """
    with ledger.begin_for() as work:
        waiting = and_(
            Attempt.status == "reserved", _outside(col(Attempt.reserved_at), work.now, min(stale_after, FRESH_FOR))
        )
        half_way = and_(Attempt.status == "placing", _outside(col(Attempt.placing_at), work.now, stale_after))
        # Whatever is locked is just being set out or finished, and so not left behind.
        stale = select(Attempt).where(or_(waiting, half_way)).order_by(Attempt.id).with_for_update(skip_locked=True)
        found = work.session.exec(stale).all()
        for attempt in found:
            if attempt.status == "reserved":
                _release(work, attempt, "nobody_set_out")
            else:
                finish(work, attempt.id, "unknown")
    return len(found)


def _outside(column: Mapped[Any], now: datetime, within: timedelta) -> ColumnElement[bool]:
    return or_(column <= now - within, column > now + FRESH_FOR)


def _release(work: UnitOfWork, attempt: Attempt, why: str, codes: tuple[str, ...] = ()) -> None:
    """Nobody was contacted and nobody will be by this attempt; what it was planned for may be tried again."""
    planned_id = attempt.planned_id
    if planned_id is not None:
        planned = work.session.get_one(PlannedContact, planned_id)
        planned.status = "planned"
        work.session.add(planned)
    attempt.status, attempt.planned_id, attempt.finished_at = "released", None, work.now
    work.session.add(attempt)
    work.session.flush()
    work.audit("attempt.released", attempt.id, {"why": why, "codes": list(codes), "planned": planned_id})
