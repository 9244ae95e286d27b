"""From a score to a tier: the willingness x ability grid, with hard rules above it. Pure.

==============  =================  ===================
                ability high       ability low
==============  =================  ===================
willing         self_cure          remind
not so willing  persuade           assist
==============  =================  ===================

``people`` stands beside the grid: a hard rule, or no score.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from strategy.settings import StrategySettings
from strategy.treatments import Treatment

GRID = {
    (True, True): "self_cure",
    (True, False): "remind",
    (False, True): "persuade",
    (False, False): "assist",
}
"""(willingness high, ability high) -> tier."""


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


@dataclass(frozen=True, slots=True)
class Assignment:
    """Where an account goes, how it is treated there, and why."""

    tier: str
    treatment: Treatment
    why: tuple[str, ...]
    """Every hard rule that applied; where none did, ``no_score`` or what the two scores were found to be."""


def assign(score: ScoreFacts | None, account: AccountFacts, settings: StrategySettings) -> Assignment:
    """Exactly one tier for every account; without a score, and under any hard rule, it is ``people``."""
    why = hard_rules_that_apply(account, settings)
    if not why and score is None:
        why = ("no_score",)
    if not why and score is not None and score.ability is None:
        why = ("no_ability",)
    if why or score is None or score.ability is None:
        return Assignment("people", settings.treatments["people"], why)
    willing, able = score.willingness >= settings.w_high, score.ability >= settings.a_high
    tier = GRID[willing, able]
    why = (f"willingness_{'high' if willing else 'low'}", f"ability_{'high' if able else 'low'}")
    return Assignment(tier, settings.treatments[tier], why)


def hard_rules_that_apply(account: AccountFacts, settings: StrategySettings) -> tuple[str, ...]:
    """``hold``, ``sensitive``, ``large_balance``, ``broken_promises``: those that send this account to people."""
    rules = {
        "hold": account.on_hold,
        "sensitive": account.sensitive,
        "large_balance": account.balance >= settings.hard_rules.large_balance,
        "broken_promises": account.broken_promises >= settings.hard_rules.broken_promises,
    }
    return tuple(rule for rule, applies in rules.items() if applies)
