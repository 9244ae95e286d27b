"""Where an account goes and what is done there: its tier, then its arm. One at a time, and all at once. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress

import numpy as np
import polars as pl
from numpy.typing import NDArray

from strategy.arms import ARMS, NO_CONTACT, arm_indexes, draws, given_in, may_explore, propensities, treatment_given
from strategy.settings import TIERS, StrategySettings
from strategy.tiers import HARD_RULES, AccountFacts, ScoreFacts, assign, sides, tier_indexes
from strategy.treatments import Treatment


@dataclass(frozen=True, slots=True)
class Placement:
    """What is recorded of one account as a ``TierAssignment``."""

    tier: str
    treatment: Treatment
    """As given: in the arm ``explore`` it may be another tier's, with its own tier's offers and floors."""
    arm: str
    propensity: float
    """How likely chance does exactly this (this treatment, or no contact in the hold-out), over all arms."""
    why: tuple[str, ...]
    """Why this tier; see ``tiers.Assignment``."""


def place(
    score: ScoreFacts | None,
    account: AccountFacts,
    settings: StrategySettings,
    previous: str | None,
    account_id: str,
) -> Placement:
    """The placement of one account whose tier is `previous` now (None: it has none, or its thresholds have changed)."""
    found = assign(score, account, settings, previous)
    if found.tier == "people":
        return Placement("people", found.treatment, "champion", 1.0, found.why)
    arm_draw, treatment_draw = draws([account_id], settings.arms.salt)
    arm = ARMS[int(arm_indexes(arm_draw, settings.arms)[0])]
    given = given_in(arm, found.tier, float(treatment_draw[0]), settings)
    chance = propensities(found.tier, settings)[NO_CONTACT if arm == "hold_out" else given]
    treatment = treatment_given(found.tier, settings.treatments[given].name, arm, settings)
    return Placement(found.tier, treatment, arm, chance, found.why)


@dataclass(frozen=True)
class AccountColumns:
    """What placing looks at, one entry per account, all of the same length."""

    willingness: NDArray[np.floating]
    """0..1; NaN where there is no score."""
    ability: NDArray[np.floating]
    balance: NDArray[np.float64]
    """In each account's own currency."""
    on_hold: NDArray[np.bool_]
    sensitive: NDArray[np.bool_]
    broken_promises: NDArray[np.integer]
    feed_broken: NDArray[np.bool_]

    @property
    def person_only(self) -> NDArray[np.bool_]:
        return self.on_hold | self.sensitive | self.feed_broken

    def __len__(self) -> int:
        return len(self.willingness)


@dataclass(frozen=True)
class Placements:
    """The placements of many accounts, as positions in small lists."""

    tiers: NDArray[np.int8]
    """In ``settings.TIERS``."""
    given: NDArray[np.int8]
    """In ``settings.TIERS``: the tier whose treatment is given."""
    arms: NDArray[np.int8]
    """In ``arms.ARMS``."""
    propensity: NDArray[np.float64]
    why: NDArray[np.int8]
    """In :data:`WHYS`."""

    @property
    def by_tier(self) -> dict[str, int]:
        """Accounts by tier, those with any only."""
        return _counted(self.tiers, TIERS)

    @property
    def by_arm(self) -> dict[str, int]:
        """Accounts by arm, those with any only."""
        return _counted(self.arms, ARMS)


def _counted(positions: NDArray[np.int8], names: tuple[str, ...]) -> dict[str, int]:
    counts = np.bincount(positions, minlength=len(names))
    return {name: int(count) for name, count in zip(names, counts, strict=True) if count}


def _all_whys() -> tuple[tuple[str, ...], ...]:
    rules = [tuple(compress(HARD_RULES, (code >> bit & 1 for bit in range(len(HARD_RULES))))) for code in range(32)]
    grid = [
        (f"willingness_{'high' if willing else 'low'}", f"ability_{'high' if able else 'low'}", *within)
        for willing in (False, True)
        for able in (False, True)
        for within in ((), ("within_margin",))
    ]
    return (*rules, ("no_score",), ("no_ability",), *grid)


WHYS = _all_whys()
"""Every reason there is for a tier: the hard rules in all combinations (none first), no score, and the grid."""

_NO_SCORE, _NO_ABILITY, _GRID = 32, 33, 34


def place_all(
    book: AccountColumns,
    settings: StrategySettings,
    account_ids: Sequence[str] | pl.Series,
    previous: NDArray[np.int8] | None = None,
) -> Placements:
    """:func:`place` for every account at once, and equal to it. `previous` as in ``tiers.tier_indexes``."""
    tiers = tier_indexes(book, settings, previous)
    drawn = tiers != TIERS.index("people")
    arm_draw, treatment_draw = draws(account_ids, settings.arms.salt)
    arms = np.where(drawn, arm_indexes(arm_draw, settings.arms), 0).astype(np.int8)
    given, propensity = tiers.copy(), np.ones(len(book))
    for tier_index, tier in enumerate(TIERS[:-1]):
        chances = propensities(tier, settings)
        here = np.flatnonzero(tiers == tier_index)
        arms_here = arms[here]
        for arm_index, arm in enumerate(ARMS):
            rows = here[arms_here == arm_index]
            if arm == "explore":
                allowed = np.array([TIERS.index(each) for each in may_explore(tier, settings)], dtype=np.int8)
                given[rows] = allowed[(treatment_draw[rows] * len(allowed)).astype(np.int64)]
                propensity[rows] = np.array([chances.get(each, 0.0) for each in TIERS])[given[rows]]
            else:
                given_tier = given_in(arm, tier, 0.0, settings)
                given[rows] = TIERS.index(given_tier)
                propensity[rows] = chances[NO_CONTACT if arm == "hold_out" else given_tier]
    return Placements(tiers, given, arms, propensity, _why(book, settings, previous))


def _why(book: AccountColumns, settings: StrategySettings, previous: NDArray[np.int8] | None) -> NDArray[np.int8]:
    willing, able = sides(book, settings, previous)
    plainly_willing, plainly_able = sides(book, settings)
    within = (willing != plainly_willing) | (able != plainly_able)
    code = (_GRID + 4 * willing.astype(np.int8) + 2 * able + within).astype(np.int8)
    code[np.isnan(book.ability)] = _NO_ABILITY
    code[np.isnan(book.willingness)] = _NO_SCORE
    rules = (
        book.on_hold,
        book.sensitive,
        book.balance >= float(settings.hard_rules.large_balance),
        book.broken_promises >= settings.hard_rules.broken_promises,
        book.feed_broken,
    )
    hard = np.zeros(len(book), dtype=np.int8)
    for bit, rule in enumerate(rules):
        hard |= rule.astype(np.int8) << np.int8(bit)
    return np.where(hard > 0, hard, code).astype(np.int8)
