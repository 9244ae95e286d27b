"""The queue: what waits, in which order, and who has taken what. One collector per case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from sqlalchemy import and_, func, or_, update
from sqlmodel import col, select

from desk.masking import masked_name
from ledger.ledger import UnitOfWork
from ledger.tables import Account, Case, Debtor

LEASE: Final = timedelta(minutes=30)
"""How long a collector keeps a case without touching it; then it is free again, so that nobody's case is lost."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the queue. `who` is masked; `leased_by` is None when anybody may take it; times are aware UTC."""

    case_id: str
    who: str
    queue: str
    priority: str
    trigger: str
    language: str
    dpd: int
    opened_at: datetime
    due_at: datetime
    overdue: bool
    leased_by: str | None


@dataclass(frozen=True, slots=True)
class Leased:
    """The case belongs to `by` until `until` (aware UTC)."""

    case_id: str
    by: str
    until: datetime


@dataclass(frozen=True, slots=True)
class NotLeased:
    """The case was not given: somebody else has it, it is already wrapped, or it does not exist."""

    reason: Literal["taken", "wrapped", "unknown"]


def waiting(
    work: UnitOfWork, queues: Sequence[str] = (), language: str | None = None, limit: int = 100
) -> tuple[Entry, ...]:
    """Cases not yet wrapped, most urgent first: priority, then due time. No `queues` means all of them."""
    query = (
        select(Case, Debtor, Account)
        .join(Debtor, col(Debtor.id) == Case.debtor_id)
        .join(Account, col(Account.id) == Case.account_id)
        .where(Case.status != "wrapped")
    )
    if queues:
        query = query.where(col(Case.queue).in_(queues))
    if language is not None:
        query = query.where(Case.language == language)
    ordered = query.order_by(col(Case.priority), col(Case.due_at), col(Case.id)).limit(limit)
    return tuple(_entry(work, case, debtor, account) for case, debtor, account in work.session.exec(ordered).all())


def counts(work: UnitOfWork) -> dict[str, int]:
    """How many cases wait or are being worked on, by queue."""
    query = select(Case.queue, func.count()).where(Case.status != "wrapped").group_by(col(Case.queue))
    return dict(work.session.exec(query).all())


def lease(work: UnitOfWork, case_id: str, by: str) -> Leased | NotLeased:
    """Take a case for LEASE, or take it again to keep it longer. Of two collectors at once exactly one gets it."""
    until = work.now + LEASE
    free = or_(
        col(Case.status) == "waiting",
        and_(col(Case.status) == "leased", or_(col(Case.leased_by) == by, col(Case.leased_until) <= work.now)),
    )
    # One conditional statement, not a read and a write: it holds on a database with concurrent writers too.
    taken = work.session.connection().execute(
        update(Case).where(col(Case.id) == case_id, free).values(status="leased", leased_by=by, leased_until=until)
    )
    if taken.rowcount == 1:
        work.audit("case.leased", case_id, {"by": by})
        return Leased(case_id, by, until)
    status = work.session.exec(select(Case.status).where(Case.id == case_id)).first()
    if status is None:
        return NotLeased("unknown")
    return NotLeased("wrapped" if status == "wrapped" else "taken")


def release(work: UnitOfWork, case_id: str, by: str) -> bool:
    """Put a case back; False when `by` did not hold it."""
    given_back = work.session.connection().execute(
        update(Case)
        .where(col(Case.id) == case_id, col(Case.status) == "leased", col(Case.leased_by) == by)
        .values(status="waiting", leased_by=None, leased_until=None)
    )
    if given_back.rowcount == 1:
        work.audit("case.released", case_id, {"by": by})
    return given_back.rowcount == 1


def holder(case: Case, now: datetime) -> str | None:
    """Who holds a case at `now`; an expired lease is nobody's."""
    held = case.status == "leased" and case.leased_until is not None and case.leased_until > now
    return case.leased_by if held else None


def _entry(work: UnitOfWork, case: Case, debtor: Debtor, account: Account) -> Entry:
    return Entry(
        case_id=case.id,
        who=masked_name(work.open("debtor", "name_sealed", debtor.id, debtor.name_sealed)),
        queue=case.queue,
        priority=case.priority,
        trigger=case.trigger,
        language=case.language,
        dpd=account.dpd,
        opened_at=case.opened_at,
        due_at=case.due_at,
        overdue=case.due_at < work.now,
        leased_by=holder(case, work.now),
    )
