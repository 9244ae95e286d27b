"""Putting accounts into tiers, with the cases that follow: whom a tier gives to people, people are told of."""

from __future__ import annotations

from pathlib import Path

from desk.intake import open_tier_cases
from ledger.ledger import Ledger, UnitOfWork
from strategy.quality.feed import feed_state
from strategy.scoring.run import ScoringRun, retier, score_accounts
from strategy.scoring.score import Progress, silent
from strategy.versions import active


def score_and_hand_over(ledger: Ledger, registry: Path, progress: Progress = silent) -> ScoringRun:
    """Score every open account and put it into a tier; the cases follow in a transaction of their own.

    :raises StrategyUnreadable: nothing is changed then.
    """
    run = score_accounts(ledger, registry, progress)
    with ledger.begin() as work:
        _hand_over(work)
    return run


def retier_and_hand_over(work: UnitOfWork) -> int:
    """Assign every open account anew by the strategy version in force, with the cases that follow; how many there are.

    :raises StrategyUnreadable: nothing is changed then.
    """
    accounts = retier(work)
    _hand_over(work)
    return accounts


def hand_over_if_broken(ledger: Ledger, batch_id: str) -> str:
    """After an import: the state of the feed. Accounts that came in broken are with people at once.

    :raises StrategyUnreadable: nobody is put anywhere then, and the bot leaves the accounts alone all the same.
    """
    with ledger.begin() as work:
        state = feed_state(work)
        if batch_id in state.broken_imports:
            retier_and_hand_over(work)
        return state.status


def _hand_over(work: UnitOfWork) -> None:
    _, settings = active(work)
    open_tier_cases(work, settings)
