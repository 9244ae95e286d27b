"""The treatment an account stands under now, read from the records."""

from __future__ import annotations

from collections.abc import Collection

from sqlmodel import col, select

from ledger.ledger import UnitOfWork
from ledger.tables import Account, TierAssignment
from strategy.arms import treatment_given
from strategy.experiments.running import Experiments
from strategy.quality.feed import came_in_broken, feed_state
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


def accounts_of_the_bot(work: UnitOfWork, account_ids: Collection[str]) -> frozenset[str]:
    """Those that the bot is still to contact first: neither people's, nor held out.

    :raises StrategyUnreadable: the version in force cannot be read.
    """
    if not account_ids:
        return frozenset()
    _, settings = active(work)
    experiments = Experiments.read(work, settings)
    broken = feed_state(work).broken_batches
    session = work.session
    batches = select(Account.id, Account.batch_id).where(col(Account.id).in_(account_ids))
    came_in_broken = {account_id for account_id, batch_id in session.exec(batches) if batch_id in broken}
    place = TierAssignment
    assigned = session.exec(
        select(place.account_id, place.tier, place.treatment, place.arm)
        .where(col(place.account_id).in_(account_ids))
        .order_by(col(place.created_at))
    )
    latest = {account_id: recorded for account_id, *recorded in assigned}
    found = set()
    for account_id in set(account_ids) - came_in_broken:
        tier, treatment, arm = latest.get(account_id, (WITHOUT_TIER, WITHOUT_TIER, ""))
        given = treatment_given(tier, treatment, arm, experiments.settings_for(arm))
        if arm != "hold_out" and given.agent == "bot":
            found.add(account_id)
    return frozenset(found)


def _latest(work: UnitOfWork, account_id: str) -> tuple[str, str, str] | None:
    """Tier, treatment and arm as recorded last."""
    latest = (
        select(TierAssignment.tier, TierAssignment.treatment, TierAssignment.arm)
        .where(TierAssignment.account_id == account_id)
        .order_by(col(TierAssignment.created_at).desc())
        .limit(1)
    )
    return work.session.exec(latest).first()
