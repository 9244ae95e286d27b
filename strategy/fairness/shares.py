"""Who is sent to people and who to the bot, by group: shares, the four-fifths ratio, and what is found of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from strategy.fairness import intervals
from strategy.fairness.findings import Finding, level_of
from strategy.fairness.traits import POOLED
from strategy.settings import TIERS, FairnessLimits, StrategySettings
from strategy.whatif.book import Grouped


@dataclass(frozen=True, slots=True)
class GroupShare:
    """One group under one strategy."""

    name: str
    accounts: int
    tiers: Mapping[str, float]
    """Share of the group in each tier; they add up to 1."""
    people: int
    """Accounts in tiers that people treat."""
    low: float
    high: float
    """Of the share sent to people, 95 %."""

    @property
    def to_people(self) -> float:
        """Share of the group's accounts; a group has at least one."""
        return self.people / self.accounts


def group_shares(grouped: Grouped, tiers: NDArray[np.integer], settings: StrategySettings) -> tuple[GroupShare, ...]:
    """Every group that has accounts.

    :param tiers: positions in ``TIERS``, one per account of `grouped`.
    """
    human = np.array([settings.treatments[tier].agent == "human" for tier in TIERS])
    z = intervals.deviate()
    found = []
    for place, name in enumerate(grouped.names):
        counts = np.bincount(tiers[grouped.code == place], minlength=len(TIERS))
        accounts, people = int(counts.sum()), int(counts[human].sum())
        if accounts:
            low, high = intervals.of_share(people, accounts, z)
            shares = {tier: float(count / accounts) for tier, count in zip(TIERS, counts, strict=True)}
            found.append(GroupShare(name, accounts, shares, people, low, high))
    return tuple(found)


def shares_finding(trait: str, groups: tuple[GroupShare, ...], limits: FairnessLimits) -> Finding | None:
    """The two groups whose shares are furthest apart; among those large enough to block, if there are two.

    The ratio is of the smaller share to the larger one: 1 is even. None where there are no two groups to compare, or
    nobody is sent to people.
    """
    named = [group for group in groups if group.name != POOLED]
    large = [group for group in named if group.accounts >= limits.smallest_group]
    compared = large if len(large) > 1 else named
    pairs = list(combinations(sorted(compared, key=lambda group: group.to_people), 2))
    if not pairs:
        return None
    low_group, high_group = min(pairs, key=lambda pair: _ratio(*pair))
    if high_group.people == 0:
        return None
    z = intervals.deviate(len(pairs))
    low, high = intervals.of_ratio(low_group.people, low_group.accounts, high_group.people, high_group.accounts, z)
    ratio = _ratio(low_group, high_group)
    return Finding(
        level=level_of(ratio < limits.parity_ratio, low, high, 1.0, len(large) > 1),
        measure="to_people",
        head="",
        trait=trait,
        group=low_group.name,
        against=high_group.name,
        figure=ratio,
        low=low,
        high=high,
        limit=limits.parity_ratio,
        accounts=min(low_group.accounts, high_group.accounts),
    )


def _ratio(smaller: GroupShare, larger: GroupShare) -> float:
    return smaller.to_people / larger.to_people if larger.people else 1.0
