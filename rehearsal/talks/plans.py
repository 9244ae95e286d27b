"""The plans that came of a talk, read from the ledger with their parts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlmodel import col, select

from ledger.ledger import UnitOfWork
from ledger.tables import InstalmentPlan, Promise


@dataclass(frozen=True, slots=True)
class PlannedParts:
    """One plan: how many parts, what the first is and when it is due, and what all of them come to."""

    parts: int
    every: str
    amount: Decimal
    total: Decimal
    currency: str
    first_day: date
    status: str
    days: tuple[date, ...]
    amounts: tuple[Decimal, ...]
    promise_ids: tuple[str, ...]


def plans_of(work: UnitOfWork, talk: str) -> tuple[PlannedParts, ...]:
    """In the order they were agreed to."""
    found = select(InstalmentPlan).where(InstalmentPlan.conversation_id == talk)
    plans = []
    for plan in work.session.exec(found.order_by(col(InstalmentPlan.confirmed_at))):
        of_it = select(Promise).where(Promise.plan_id == plan.id).order_by(col(Promise.part))
        parts = work.session.exec(of_it).all()
        plans.append(
            PlannedParts(
                parts=plan.parts,
                every=plan.every,
                amount=parts[0].amount,
                total=plan.amount,
                currency=plan.currency,
                first_day=parts[0].due_on,
                status=plan.status,
                days=tuple(part.due_on for part in parts),
                amounts=tuple(part.amount for part in parts),
                promise_ids=tuple(part.id for part in parts),
            )
        )
    return tuple(plans)


def is_part(promise: Promise) -> bool:
    """Whether a promise is a part of a plan, which tells of it."""
    return promise.plan_id is not None
