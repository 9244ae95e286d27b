"""Promises to pay against payments: open, kept, partial or broken. Nothing is called broken on missing payment data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, Literal
from zoneinfo import ZoneInfo

from sqlmodel import col, func, select

from ledger.ledger import UnitOfWork
from ledger.tables import Account, Debtor, InstalmentPlan, Promise

Status = Literal["open", "kept", "partial", "broken"]
Paid = Callable[[UnitOfWork, Promise], Decimal | None]
"""What was paid on the promise's account since it was confirmed, in its currency; None when that is not known."""

GRACE_DAYS: Final = 2
"""Days after the due date for a payment to be posted."""


def judge(promised: Decimal, due_on: date, paid: Decimal | None, today: date) -> Status:
    """The status of an open promise; `today` is the debtor's date."""
    if paid is None:
        return "open"
    if paid >= promised:
        return "kept"
    if today <= due_on + timedelta(days=GRACE_DAYS):
        return "open"
    return "partial" if paid > 0 else "broken"


def review(work: UnitOfWork, paid: Paid) -> Counter[str]:
    """Judge every open promise and record what changed; the number of promises by status.

    What was paid goes to the parts of a plan in turn. A plan is broken with the first part that is not kept.
    """
    rows = work.session.exec(
        select(Promise, Debtor)
        .join(Account, Promise.account_id == Account.id)  # type: ignore[arg-type]
        .join(Debtor, Account.debtor_id == Debtor.id)  # type: ignore[arg-type]
        .where(Promise.status == "open")
        .order_by(Promise.id)
    ).all()
    counts: Counter[str] = Counter()
    for promise, debtor in rows:
        zones = debtor.tz_candidates or ["UTC"]
        today = min(work.now.astimezone(ZoneInfo(zone)).date() for zone in zones)
        status = judge(promise.amount, promise.due_on, _left_for(work, promise, paid(work, promise)), today)
        counts[status] += 1
        if status != "open":
            promise.status = status
            work.audit("promise.judged", promise.id, {"status": status})
            _judge_plan(work, promise)
    return counts


def _left_for(work: UnitOfWork, promise: Promise, paid: Decimal | None) -> Decimal | None:
    """What of a payment is left for this part of a plan, once the parts before it have had theirs."""
    if paid is None or promise.plan_id is None:
        return paid
    before = select(func.sum(Promise.amount)).where(
        Promise.plan_id == promise.plan_id, col(Promise.part) < promise.part
    )
    return max(paid - Decimal(work.session.exec(before).one() or 0), Decimal(0))


def _judge_plan(work: UnitOfWork, judged: Promise) -> None:
    if judged.plan_id is None:
        return
    plan = work.session.get_one(InstalmentPlan, judged.plan_id)
    if judged.status != "kept":
        plan.status = "broken"
        return
    work.session.flush()
    open_parts = select(func.count()).where(Promise.plan_id == plan.id, Promise.status != "kept")
    if work.session.exec(open_parts).one() == 0:
        plan.status = "kept"
