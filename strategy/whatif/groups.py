"""Who goes to people and who to the bot, by group of persons. Pure; numpy only.

Counts of tiers alone: whether predictions are fair within groups is measured where outcomes are (strategy/fairness).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np
from numpy.typing import NDArray

from strategy.settings import TIERS, StrategySettings
from strategy.whatif.book import Grouped
from strategy.whatif.recovery import Range

NORMAL_95 = 1.959964


@dataclass(frozen=True)
class GroupShares:
    """One group of a trait under one strategy."""

    name: str
    accounts: int
    tiers: tuple[int, ...]
    """Accounts by tier, in the order of ``settings.TIERS``."""
    to_people: float
    """Share of the group's accounts in tiers that people treat; NaN for an empty group."""
    ratio: Range
    """That share against the one of the largest group, with its 95% interval; 1 is even, below 0.8 is far apart.
    NaN where nobody of either group goes to people."""


def group_shares(grouped: Grouped, tiers: NDArray[np.int8], settings: StrategySettings) -> tuple[GroupShares, ...]:
    """Every group of a trait, in the order of its names; accounts of no known group are left out."""
    known = np.asarray(grouped.code, dtype=np.int64)
    place = np.where(known >= 0, known * len(TIERS) + tiers, len(grouped.names) * len(TIERS))
    size = len(grouped.names) * len(TIERS)
    counts = np.bincount(place, minlength=size + 1)[:size].reshape(-1, len(TIERS))
    for_people = np.array([settings.treatments[tier].agent == "human" for tier in TIERS])
    accounts, chosen = counts.sum(axis=1), counts[:, for_people].sum(axis=1)
    largest = int(accounts.argmax()) if len(accounts) else 0
    return tuple(
        GroupShares(
            name=name,
            accounts=int(accounts[row]),
            tiers=tuple(int(count) for count in counts[row]),
            to_people=float(chosen[row] / accounts[row]) if accounts[row] else float("nan"),
            ratio=_ratio(
                (int(chosen[row]), int(accounts[row])), (int(chosen[largest]), int(accounts[largest])), row == largest
            ),
        )
        for row, name in enumerate(grouped.names)
    )


def _ratio(group: tuple[int, int], reference: tuple[int, int], itself: bool) -> Range:
    """Of two shares, with the interval of its logarithm (Katz)."""
    (chosen, accounts), (chosen_there, accounts_there) = group, reference
    if not (chosen and chosen_there):
        return Range(float("nan"), float("nan"), float("nan"))
    if itself:
        return Range(1.0, 1.0, 1.0)
    ratio = (chosen / accounts) / (chosen_there / accounts_there)
    error = sqrt(1 / chosen - 1 / accounts + 1 / chosen_there - 1 / accounts_there)
    return Range(ratio, exp(log(ratio) - NORMAL_95 * error), exp(log(ratio) + NORMAL_95 * error))
