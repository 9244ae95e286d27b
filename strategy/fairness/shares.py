"""Who is sent to people and who to the bot, by group: shares, the four-fifths ratio, and what is found of it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from strategy.fairness import intervals
from strategy.fairness.findings import Finding, level_of
from strategy.fairness.traits import POOLED
from strategy.settings import TIERS, FairnessLimits, StrategySettings
from strategy.tiers import SIDES
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
    unwilling: int
    """Accounts that the grid puts on the side of low willingness."""
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
    for name, counts in zip(grouped.names, _counts(grouped, tiers), strict=True):
        accounts, people = int(counts.sum()), int(counts[human].sum())
        if accounts:
            low, high = intervals.of_share(people, accounts, z)
            shares = {tier: float(count / accounts) for tier, count in zip(TIERS, counts, strict=True)}
            found.append(GroupShare(name, accounts, shares, people, int(counts[_UNWILLING].sum()), low, high))
    return tuple(found)


def _counts(grouped: Grouped, tiers: NDArray[np.integer]) -> NDArray[np.int64]:
    """(groups, tiers) accounts: one pass over all of them, however many groups there are."""
    # Accounts of no known group, -1, fall into the first row.
    place = (grouped.code.astype(np.int64) + 1) * len(TIERS) + tiers
    counts = np.bincount(place, minlength=(len(grouped.names) + 1) * len(TIERS))
    return counts.reshape(-1, len(TIERS))[1:]


def shares_findings(trait: str, groups: tuple[GroupShare, ...], limits: FairnessLimits) -> tuple[Finding, ...]:
    """For each measure the two groups whose shares are furthest apart; among those large enough to block, if possible.

    The ratio is of the smaller share to the larger one: 1 is even. Nothing where there are no two groups to compare,
    or nobody is concerned.
    """
    found = (_finding(measure, trait, groups, limits) for measure in _COUNTED)
    return tuple(each for each in found if each is not None)


def _finding(
    measure: Literal["to_people", "unwilling"], trait: str, groups: tuple[GroupShare, ...], limits: FairnessLimits
) -> Finding | None:
    count = _COUNTED[measure]
    named = [group for group in groups if group.name != POOLED]
    large = [group for group in named if group.accounts >= limits.smallest_group]
    compared = large if len(large) > 1 else named
    pairs = list(combinations(sorted(compared, key=lambda group: count(group) / group.accounts), 2))
    if not pairs:
        return None
    low_group, high_group = min(pairs, key=lambda pair: _ratio(pair[0], pair[1], count))
    if count(high_group) == 0:
        return None
    z = intervals.deviate(len(pairs))
    low, high = intervals.of_ratio(count(low_group), low_group.accounts, count(high_group), high_group.accounts, z)
    ratio = _ratio(low_group, high_group, count)
    return Finding(
        level=level_of(ratio < limits.parity_ratio, low, high, 1.0, len(large) > 1),
        measure=measure,
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


def _ratio(smaller: GroupShare, larger: GroupShare, count: Callable[[GroupShare], int]) -> float:
    there = count(larger) / larger.accounts
    return count(smaller) / smaller.accounts / there if there else 1.0


_COUNTED: Mapping[Literal["to_people", "unwilling"], Callable[[GroupShare], int]] = {
    "to_people": lambda group: group.people,
    "unwilling": lambda group: group.unwilling,
}
_UNWILLING = [TIERS.index(tier) for tier, (willing, _able) in SIDES.items() if not willing]
