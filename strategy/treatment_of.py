"""The treatment an account stands under now, read from the records."""

from __future__ import annotations

from sqlmodel import col, select

from ledger.ledger import UnitOfWork
from ledger.tables import TierAssignment
from strategy.treatments import Treatment
from strategy.versions import active

WITHOUT_TIER = "people"
"""An account that nobody has put into a tier yet is treated with the most care."""


def treatment_of(work: UnitOfWork, account_id: str) -> Treatment:
    """The treatment of the account's latest tier, under the strategy version in force.

    :raises StrategyUnreadable: the version in force cannot be read.
    """
    latest = select(TierAssignment.tier).where(TierAssignment.account_id == account_id)
    tier = work.session.exec(latest.order_by(col(TierAssignment.created_at).desc()).limit(1)).first()
    _, settings = active(work)
    return settings.treatments[tier or WITHOUT_TIER]
