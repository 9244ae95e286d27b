"""What a contact is worth, against doing nothing. Pure; numpy only.

value(action) = (P(pay | action) - P(pay | nothing)) x what a payer pays - cost(action)

P(pay | nothing) is the willingness that the model gives. A contact multiplies the odds of a payment: so P(pay | action)
rises with P(pay | nothing), never passes 1, and moves those most who might do either. Factors below 1 are sleeping
dogs, who pay less often when contacted; doing nothing is then worth more, and so it is wherever the cost is not met.

The factors are **assumptions** a manager sets, until the hold-out has shown what contact does: :func:`measured`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np
from numpy.typing import NDArray

from strategy.settings import ACTIONS, CONTACTS, Assumptions

Floats = NDArray[np.float64]

SPREAD_OF_ASSUMPTION = 0.35
"""Standard deviation of an assumed log odds ratio: an assumed 1.6 is taken to lie between 0.8 and 3.2."""


@dataclass(frozen=True, slots=True)
class Uplift:
    """How many times the odds of a payment one contact makes, with a 95% interval."""

    odds: float
    low: float
    high: float
    accounts: int = 0
    """How many accounts of both sides it was measured on; 0 is a bare assumption."""

    @property
    def source(self) -> str:
        return "measured" if self.accounts else "assumed"


@dataclass(frozen=True, slots=True)
class Paid:
    """Of so many `accounts`, this many paid within the cycle."""

    payers: int
    accounts: int


def assumed(assumptions: Assumptions) -> dict[str, Uplift]:
    """By contact: nothing but what the manager assumes."""
    return {contact: _uplift(log(assumptions.uplift[contact]), SPREAD_OF_ASSUMPTION) for contact in CONTACTS}


@dataclass(frozen=True, slots=True)
class Seen:
    """Two sides between which chance alone chose."""

    contacted: Paid
    held_out: Paid


def measured(assumptions: Assumptions, seen: Mapping[str, Sequence[Seen]]) -> dict[str, Uplift]:
    """By contact: the assumption, moved by what the hold-out shows as far as the figures carry.

    `seen`: by contact, one comparison for every kind of account that chance drew from. The observed log odds ratios and
    the assumed one are averaged by precision, so that a few accounts change little and many decide.
    """
    return {contact: _moved(log(assumptions.uplift[contact]), seen.get(contact, ())) for contact in CONTACTS}


def _moved(prior: float, seen: Sequence[Seen]) -> Uplift:
    weights, summed, accounts = 1 / SPREAD_OF_ASSUMPTION**2, prior / SPREAD_OF_ASSUMPTION**2, 0
    for each in seen:
        if each.contacted.accounts and each.held_out.accounts:
            odds_ratio, variance = _log_odds_ratio(each)
            weights, summed = weights + 1 / variance, summed + odds_ratio / variance
            accounts += each.contacted.accounts + each.held_out.accounts
    return _uplift(summed / weights, sqrt(1 / weights), accounts) if accounts else _uplift(prior, SPREAD_OF_ASSUMPTION)


def _log_odds_ratio(seen: Seen) -> tuple[float, float]:
    """With its variance. Half a payer more on each side (Haldane, Anscombe) keeps a group in which all or none paid
    from being infinite."""
    cells = [(each.payers + 0.5, each.accounts - each.payers + 0.5) for each in (seen.contacted, seen.held_out)]
    ratio = log(cells[0][0] / cells[0][1]) - log(cells[1][0] / cells[1][1])
    return ratio, sum(1 / paid + 1 / not_paid for paid, not_paid in cells)


def _uplift(log_odds: float, spread: float, accounts: int = 0) -> Uplift:
    return Uplift(exp(log_odds), exp(log_odds - 1.96 * spread), exp(log_odds + 1.96 * spread), accounts)


def pay_chance(willingness: Floats, odds: Floats | float) -> Floats:
    """P(pay | a contact that multiplies the odds of a payment by `odds`), 0..1."""
    return np.asarray(odds * willingness / (1.0 + (odds - 1.0) * willingness))


def if_paid(willingness: Floats, ability: Floats, amount_due: Floats, expected_amount: Floats | None = None) -> Floats:
    """What an account pays in a cycle if it pays at all, in its currency; NaN where there is no score.

    From the expected amount, which counts non-payers as nothing; where there is none, ability x amount due.
    """
    by_ability = ability * amount_due
    if expected_amount is None:
        return by_ability
    by_amount = expected_amount / np.where(willingness > 0, willingness, np.nan)
    return np.where(np.isnan(by_amount), by_ability, by_amount)


def values(willingness: Floats, paid: Floats, uplift: Mapping[str, Uplift], assumptions: Assumptions) -> Floats:
    """(accounts, ``ACTIONS``) value of each action in the accounts' currency; ``nothing`` is 0.

    `paid` from :func:`if_paid`. Where there is no score no contact has a value (-inf): people decide there.
    """
    worth = np.zeros((len(willingness), len(ACTIONS)), order="F")
    for column, action in enumerate(ACTIONS):
        if action != "nothing":
            gain = (pay_chance(willingness, uplift[action].odds) - willingness) * paid
            worth[:, column] = np.where(np.isnan(gain), -np.inf, gain - float(assumptions.cost[action]))
    return worth
