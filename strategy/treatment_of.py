"""The treatment an account stands under now, read from the records."""

from __future__ import annotations

from sqlmodel import col, select

from ledger.ledger import UnitOfWork
from ledger.tables import TierAssignment
from strategy.arms import treatment_given
from strategy.experiments.running import Experiments
from strategy.quality.feed import came_in_broken
from strategy.treatments import Treatment
from strategy.versions import active

WITHOUT_TIER = "people"
"""An account that nobody has put into a tier yet is treated with the most care."""


def treatment_of(work: UnitOfWork, account_id: str) -> Treatment:
    """The treatment that the account was given with its latest tier, as the strategy version in force has it, or as
    the arm of an experiment that runs does.

    An account whose data came in broken is people's, whatever its tier was decided on before.

    :raises StrategyUnreadable: the version in force cannot be read.
    """
    found = _latest(work, account_id)
    _, settings = active(work)
    if found is None or came_in_broken(work, account_id):
        return settings.treatments[WITHOUT_TIER]
    tier, treatment, arm = found
    return treatment_given(tier, treatment, arm, Experiments.read(work, settings).settings_for(arm))


def bot_may_begin(work: UnitOfWork, account_id: str) -> bool:
    """Whether the bot is still the one to contact this account first: it is not people's, and not held out.

    :raises StrategyUnreadable: the version in force cannot be read.
    """
    found = _latest(work, account_id)
    return (found is None or found[2] != "hold_out") and treatment_of(work, account_id).agent == "bot"


def _latest(work: UnitOfWork, account_id: str) -> tuple[str, str, str] | None:
    """Tier, treatment and arm as recorded last."""
    latest = (
        select(TierAssignment.tier, TierAssignment.treatment, TierAssignment.arm)
        .where(TierAssignment.account_id == account_id)
        .order_by(col(TierAssignment.created_at).desc())
        .limit(1)
    )
    return work.session.exec(latest).first()
