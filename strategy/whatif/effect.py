"""What a draft strategy would change, on every account at once. Pure; numpy only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from strategy.settings import TIERS, StrategySettings
from strategy.tiers import tier_indexes
from strategy.whatif.book import BookArrays

PERIOD_DAYS = 30
"""Load and expected recovery are for this many days."""


@dataclass(frozen=True)
class Assumptions:
    """What no data at hand can tell; a manager sets them, and they are shown beside every figure they touch."""

    recovery_factor: Mapping[str, float] = field(default_factory=lambda: {"bot": 1.0, "human": 1.1})
    """How much more or less is recovered, by agent, than the models' W x A says."""
    minutes_per_contact: Mapping[str, float] = field(default_factory=lambda: {"bot": 4.5, "human": 10.0})
    """Talk and wrap-up, by agent."""


@dataclass(frozen=True)
class TierFigures:
    """What lies in one tier."""

    accounts: int
    balance: float
    expected_recovery: float
    """Sum of W x A x amount due x the agent's factor; accounts without a score add nothing."""
    agent: str
    contacts: float
    """Planned contacts in :data:`PERIOD_DAYS` at the treatment's cadence, before the gate denies any."""
    hours: float


@dataclass(frozen=True)
class Outlook:
    """One strategy on the whole book."""

    tiers: Mapping[str, TierFigures]

    @property
    def expected_recovery(self) -> float:
        return sum(tier.expected_recovery for tier in self.tiers.values())

    def contacts(self, agent: str) -> float:
        """Planned contacts of one agent in :data:`PERIOD_DAYS`."""
        return sum(tier.contacts for tier in self.tiers.values() if tier.agent == agent)

    def hours(self, agent: str) -> float:
        """Hours of one agent in :data:`PERIOD_DAYS`."""
        return sum(tier.hours for tier in self.tiers.values() if tier.agent == agent)


@dataclass(frozen=True)
class WhatIf:
    """Two strategies on the same book."""

    before: Outlook
    after: Outlook
    moves: NDArray[np.int64]
    """(tiers, tiers) accounts by tier before (row) and after (column), in the order of ``settings.TIERS``."""

    @property
    def moved(self) -> int:
        """Accounts whose tier changes."""
        return int(self.moves.sum() - np.trace(self.moves))


def what_if(
    book: BookArrays, before: StrategySettings, after: StrategySettings, assumptions: Assumptions | None = None
) -> WhatIf:
    """Put every account into its tier under both strategies and compare."""
    assumptions = assumptions or Assumptions()
    tiers_before, tiers_after = tier_indexes(book, before), tier_indexes(book, after)
    pairs = np.bincount(tiers_before.astype(np.int64) * len(TIERS) + tiers_after, minlength=len(TIERS) ** 2)
    return WhatIf(
        before=_outlook(book, tiers_before, before, assumptions),
        after=_outlook(book, tiers_after, after, assumptions),
        moves=pairs.reshape(len(TIERS), len(TIERS)),
    )


def _outlook(
    book: BookArrays, tiers: NDArray[np.int8], settings: StrategySettings, assumptions: Assumptions
) -> Outlook:
    cures = np.nan_to_num(book.willingness * book.ability) * book.amount_due
    accounts = np.bincount(tiers, minlength=len(TIERS))
    balance = np.bincount(tiers, weights=book.balance, minlength=len(TIERS))
    recovery = np.bincount(tiers, weights=cures, minlength=len(TIERS))
    figures = {}
    for index, tier in enumerate(TIERS):
        treatment = settings.treatments[tier]
        contacts = float(accounts[index]) * PERIOD_DAYS / treatment.cadence_days
        figures[tier] = TierFigures(
            accounts=int(accounts[index]),
            balance=float(balance[index]),
            expected_recovery=float(recovery[index]) * assumptions.recovery_factor[treatment.agent],
            agent=treatment.agent,
            contacts=contacts,
            hours=contacts * assumptions.minutes_per_contact[treatment.agent] / 60,
        )
    return Outlook(figures)
