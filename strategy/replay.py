"""Making a past decision again: the same score, reasons and tier before it, under the version it was made under."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlmodel import col, select

from ledger.ledger import UnitOfWork
from ledger.tables import Score, TierAssignment
from strategy.placing import Placement, place
from strategy.tiers import HARD_RULES, SIDES, AccountFacts, ScoreFacts
from strategy.versions import settings_of


@dataclass(frozen=True, slots=True)
class Replay:
    """What was recorded, and what the same version says today."""

    recorded: TierAssignment
    again: Placement

    @property
    def agrees(self) -> bool:
        """Tier, treatment, reasons, arm and propensity are those on record."""
        then, now = self.recorded, self.again
        return (then.tier, then.treatment, tuple(then.why), then.arm) == (
            now.tier,
            now.treatment.name,
            now.why,
            now.arm,
        ) and abs(then.propensity - now.propensity) < 1e-9


def replay(work: UnitOfWork, assignment_id: str) -> Replay:
    """Make one tier assignment again. An assignment to an experiment's arm was not made by a strategy, and differs.

    :raises KeyError: there is no such assignment, or no such version.
    :raises StrategyUnreadable: this program cannot read the version.
    """
    recorded = work.session.get(TierAssignment, assignment_id)
    if recorded is None:
        raise KeyError(assignment_id)
    settings = settings_of(work, recorded.strategy_version)
    score = None if recorded.score_id is None else work.session.get(Score, recorded.score_id)
    rules = frozenset(recorded.why) & frozenset(HARD_RULES)
    # The facts behind a hard rule are gone with the day; that it applied is on record.
    facts = AccountFacts(
        balance=settings.hard_rules.large_balance if "large_balance" in rules else Decimal(0),
        on_hold="hold" in rules,
        sensitive="sensitive" in rules,
        broken_promises=settings.hard_rules.broken_promises if "broken_promises" in rules else 0,
        feed_broken="feed_broken" in rules,
    )
    known = None if score is None else ScoreFacts(score.willingness, score.ability)
    tiers = (None, *SIDES) if "within_margin" in recorded.why else (None,)
    # Which side an account was held on shows in the tier it stayed in, whatever it was before on the other side.
    options = (place(known, facts, settings, previous, recorded.account_id) for previous in tiers)
    again = next(options)
    for option in options:
        if option.tier == recorded.tier and option.why == tuple(recorded.why):
            again = option
            break
    return Replay(recorded, again)


def history(work: UnitOfWork, account_id: str) -> tuple[Replay, ...]:
    """Every tier that an account was put into, oldest first, each made again."""
    rows = (
        select(TierAssignment.id)
        .where(TierAssignment.account_id == account_id)
        .order_by(col(TierAssignment.created_at), col(TierAssignment.strategy_version))
    )
    return tuple(replay(work, each) for each in work.session.exec(rows).all())
