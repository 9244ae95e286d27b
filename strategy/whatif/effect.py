"""What a draft strategy would change in the tiers, on every account at once. Pure; numpy only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from strategy.settings import TIERS, StrategySettings
from strategy.tiers import tier_indexes
from strategy.treatments import AGENTS
from strategy.whatif.book import BookArrays
from strategy.whatif.recovery import Sums, Terms, sums, terms_of


@dataclass(frozen=True)
class TierFigures:
    """What lies in one tier, and what comes of it in ``recovery.PERIOD_DAYS``."""

    accounts: int
    balance: float
    expected_recovery: float
    """Sum of W x A x amount due, W raised as the contact is assumed to; accounts without a score add nothing."""
    cost: float
    agent: str
    """Who speaks, by the tier's own treatment."""
    contacts: float
    """Planned contacts at the treatment's cadence, before the gate denies any."""
    hours: float
    contacts_by: Mapping[str, float]
    """By agent: chance gives a few accounts of every tier to a person, and contacts a few not at all (arms.py)."""
    hours_by: Mapping[str, float]


@dataclass(frozen=True)
class Outlook:
    """One strategy on the whole book."""

    tiers: Mapping[str, TierFigures]

    @property
    def expected_recovery(self) -> float:
        return sum(tier.expected_recovery for tier in self.tiers.values())

    @property
    def cost(self) -> float:
        return sum(tier.cost for tier in self.tiers.values())

    def contacts(self, agent: str) -> float:
        """Planned contacts of one agent over the period."""
        return sum(tier.contacts_by[agent] for tier in self.tiers.values())

    def hours(self, agent: str) -> float:
        """Hours of one agent over the period."""
        return sum(tier.hours_by[agent] for tier in self.tiers.values())


@dataclass(frozen=True)
class Placed:
    """A whole book under one strategy: kept, because it is compared with many drafts."""

    settings: StrategySettings
    tiers: NDArray[np.int8]
    """Position in ``settings.TIERS``, one entry per account."""
    terms: Terms
    sums: Sums
    outlook: Outlook


def tiers_under(
    book: BookArrays, settings: StrategySettings, in_force: StrategySettings | None = None
) -> NDArray[np.int8]:
    """Where every account goes once the settings are in force; position in ``settings.TIERS``.

    :param in_force: the version that put accounts where they stand. The margin against flapping holds between runs of
        one pair of thresholds; where these move, accounts go to where the new ones put them.
    """
    moved = in_force is not None and (settings.w_high, settings.a_high) != (in_force.w_high, in_force.a_high)
    return tier_indexes(book, settings, None if moved else book.previous)


def placed(book: BookArrays, settings: StrategySettings, in_force: StrategySettings | None = None) -> Placed:
    """Put every account into its tier; arguments as of :func:`tiers_under`."""
    tiers = tiers_under(book, settings, in_force)
    terms = terms_of(settings)
    accounts = np.bincount(tiers, minlength=len(TIERS))
    money = sums(book, tiers, accounts, terms)
    balance = np.bincount(tiers, weights=book.balance, minlength=len(TIERS))
    figures = {}
    for index, tier in enumerate(TIERS):
        contacts, hours = dict.fromkeys(AGENTS, 0.0), dict.fromkeys(AGENTS, 0.0)
        for agent, share, each in zip(terms.agents, terms.mix[index], terms.contacts, strict=True):
            if agent:
                contacts[agent] += float(accounts[index] * share * each)
        for agent in AGENTS:
            hours[agent] = contacts[agent] * settings.assumptions.minutes_per_contact[agent] / 60
        figures[tier] = TierFigures(
            accounts=int(accounts[index]),
            balance=float(balance[index]),
            expected_recovery=float(money.recovery[index]),
            cost=float(money.cost[index]),
            agent=settings.treatments[tier].agent,
            contacts=sum(contacts.values()),
            hours=sum(hours.values()),
            contacts_by=contacts,
            hours_by=hours,
        )
    return Placed(settings, tiers, terms, money, Outlook(figures))


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


def what_if(book: BookArrays, before: StrategySettings, after: StrategySettings) -> WhatIf:
    """Put every account into its tier under the strategy in force and under a draft, and compare."""
    return compare(placed(book, before), placed(book, after, before))


def compare(before: Placed, after: Placed) -> WhatIf:
    """Two strategies on the same book, both already placed."""
    moves = np.bincount(pairs(before, after), minlength=len(TIERS) ** 2)
    return WhatIf(before.outlook, after.outlook, moves.reshape(len(TIERS), len(TIERS)))


def pairs(before: Placed, after: Placed) -> NDArray[np.int64]:
    """For each account: position of the tier before x number of tiers + position of the tier after."""
    return before.tiers.astype(np.int64) * len(TIERS) + after.tiers
