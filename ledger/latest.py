"""Which of an account's tier assignments counts: earlier ones stay on record."""

from __future__ import annotations

from sqlalchemy import ColumnElement, func, tuple_
from sqlmodel import col, select

from ledger.tables import TierAssignment


def is_latest_assignment() -> ColumnElement[bool]:
    """A condition on TierAssignment: no later one stands for its account. Two of one moment both count as latest."""
    newest = select(TierAssignment.account_id, func.max(col(TierAssignment.created_at)))
    place = tuple_(col(TierAssignment.account_id), col(TierAssignment.created_at))
    return place.in_(newest.group_by(col(TierAssignment.account_id)))
