"""From a score to a tier: the willingness x ability grid, with hard rules above it. Pure.

==============  =================  ===================
                ability high       ability low
==============  =================  ===================
willing         self_cure          remind
not so willing  persuade           assist
==============  =================  ===================

``people`` stands beside the grid: a hard rule, or no score.

Scores move a little with every run. So that an account does not go to and fro with them, it leaves its side of a
threshold only when its score passes the threshold by the settings' ``hysteresis``; hard rules know no margin.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from strategy.settings import TIERS, StrategySettings
from strategy.treatments import Treatment

NOWHERE = -1
"""In an array of tiers: this account was in none before."""

GRID = {
    (True, True): "self_cure",
    (True, False): "remind",
    (False, True): "persuade",
    (False, False): "assist",
}
"""(willingness high, ability high) -> tier."""

SIDES = {tier: sides for sides, tier in GRID.items()}
"""tier -> (willingness high, ability high); ``people`` has no side."""

HARD_RULES = ("hold", "sensitive", "large_balance", "broken_promises", "feed_broken")
"""In the order in which they are named."""


@dataclass(frozen=True, slots=True)
class ScoreFacts:
    """Calibrated probabilities, 0..1."""

    willingness: float
    ability: float | None
    """None where the model has no such head: such an account goes to people."""


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """What the hard rules look at."""

    balance: Decimal
    """In the account's currency."""
    on_hold: bool = False
    """A hold on automated contact is in force."""
    sensitive: bool = False
    """Flagged for a person: hardship, dispute, vulnerability, and the like."""
    broken_promises: int = 0
    feed_broken: bool = False
    """What is known of it came with data that cannot be trusted."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """Where an account goes, how it is treated there, and why."""

    tier: str
    treatment: Treatment
    why: tuple[str, ...]
    """Every hard rule that applied; where none did, ``no_score``, ``no_ability`` or what the two scores were found to
    be, with ``within_margin`` where only the margin keeps the account on its side."""


def assign(
    score: ScoreFacts | None, account: AccountFacts, settings: StrategySettings, previous: str | None = None
) -> Assignment:
    """Exactly one tier for every account; without a score, and under any hard rule, it is ``people``.

    `previous` is the tier that the account is in now, if any: an account from the grid leaves its side of a threshold
    only beyond the margin. Without it, and out of ``people``, the plain thresholds count.
    """
    why = hard_rules_that_apply(account, settings)
    if not why and score is None:
        why = ("no_score",)
    if not why and score is not None and score.ability is None:
        why = ("no_ability",)
    if why or score is None or score.ability is None:
        return Assignment("people", settings.treatments["people"], why)
    was_willing, was_able = SIDES.get(previous or "", (None, None))
    willing = score.willingness >= _bar(settings.w_high, settings.hysteresis, was_willing)
    able = score.ability >= _bar(settings.a_high, settings.hysteresis, was_able)
    tier = GRID[willing, able]
    why = (f"willingness_{'high' if willing else 'low'}", f"ability_{'high' if able else 'low'}")
    if (willing, able) != (score.willingness >= settings.w_high, score.ability >= settings.a_high):
        why += ("within_margin",)
    return Assignment(tier, settings.treatments[tier], why)


def hard_rules_that_apply(account: AccountFacts, settings: StrategySettings) -> tuple[str, ...]:
    """Those of :data:`HARD_RULES` that send this account to people."""
    applies = (
        account.on_hold,
        account.sensitive,
        account.balance >= settings.hard_rules.large_balance,
        account.broken_promises >= settings.hard_rules.broken_promises,
        account.feed_broken,
    )
    return tuple(rule for rule, each in zip(HARD_RULES, applies, strict=True) if each)


def _bar(threshold: float, margin: float, was_high: bool | None) -> float:
    """From where on a score is high, given the side the account is on."""
    if was_high is None:
        return threshold
    return threshold - margin if was_high else threshold + margin


class TierColumns(Protocol):
    """What tiers hang on, one entry per account. Scores 0..1, NaN where there is none; balances in one currency."""

    @property
    def willingness(self) -> NDArray[np.floating]: ...
    @property
    def ability(self) -> NDArray[np.floating]: ...
    @property
    def balance(self) -> NDArray[np.float64]: ...
    @property
    def person_only(self) -> NDArray[np.bool_]:
        """A hold, a sensitive flag or a broken feed."""

    @property
    def broken_promises(self) -> NDArray[np.integer]: ...


def tier_indexes(
    book: TierColumns, settings: StrategySettings, previous: NDArray[np.int8] | None = None
) -> NDArray[np.int8]:
    """For each account the position of its tier in ``TIERS``; agrees with :func:`assign` on every one.

    `previous` are the positions of their present tiers, :data:`NOWHERE` for an account that has none.
    """
    willing, able = sides(book, settings, previous)
    of_cell = np.array([TIERS.index(GRID[w, a]) for w in (False, True) for a in (False, True)], dtype=np.int8)
    tiers = of_cell[2 * willing.astype(np.int8) + able]
    to_people = (
        book.person_only
        | (book.balance >= float(settings.hard_rules.large_balance))
        | (book.broken_promises >= settings.hard_rules.broken_promises)
        | np.isnan(book.willingness)
        | np.isnan(book.ability)
    )
    tiers[to_people] = TIERS.index("people")
    return tiers


def sides(
    book: TierColumns, settings: StrategySettings, previous: NDArray[np.int8] | None = None
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Whether willingness and ability are high, margin considered; False where there is no score."""
    found = []
    for dimension, (score, threshold) in enumerate(
        ((book.willingness, settings.w_high), (book.ability, settings.a_high))
    ):
        # The last bar is that of NOWHERE, -1. A float64 bar keeps float32 scores from being compared in float32.
        was_high = [SIDES[tier][dimension] if tier in SIDES else None for tier in (*TIERS, "")]
        bars = np.array([_bar(threshold, settings.hysteresis, each) for each in was_high])
        found.append(score >= (bars[-1] if previous is None else bars[previous]))
    return found[0], found[1]
