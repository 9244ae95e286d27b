"""Which promises are still waited for: open ones, unless an earlier part of their plan was not kept."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import col, select

from ledger.tables import InstalmentPlan, Promise


def is_awaited() -> ColumnElement[bool]:
    """A condition on Promise."""
    broken = select(InstalmentPlan.id).where(InstalmentPlan.status == "broken")
    plan = col(Promise.plan_id)
    return and_(col(Promise.status) == "open", or_(plan.is_(None), plan.not_in(broken)))
