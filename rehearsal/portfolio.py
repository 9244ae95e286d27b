"""A seeded synthetic card portfolio, in Amends' own import layout, that behaves like real accounts do.

The figures below were measured on the UCI data (see ``docs/scoring.md``); no row of it is used or copied.
How a portfolio is made: first each account's payment states, month by month, by the measured roll rates; then its
limit and its habitual use of the limit, given those states; then the bills and payments that follow from both.
Drawing the limit after the states keeps the roll rates exact and still makes the limit speak of the account's habits.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from strategy.scoring.book import MONTHS
from strategy.scoring.history import WORTH_BILLING

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

IDLE, MINIMUM, PARTIAL, FULL, MISS_1, MISS_2, MISS_3, MISS_4 = range(8)
"""What was paid of the bill that was open: nothing worth billing; 2-6 %; 6-98 %; all; a miss (under 2 %), by how
many months in a row. Misses remember: the longer the run, the likelier the next."""

ROLL = np.array(
    #  idle  minimum partial  full  miss_1 miss_2 miss_3 miss_4   (the month after; rows sum to 100)
    [
        [73.4, 2.7, 4.7, 16.4, 2.8, 0.0, 0.0, 0.0],
        [0.1, 74.6, 16.5, 2.1, 6.7, 0.0, 0.0, 0.0],
        [0.7, 22.9, 57.4, 6.5, 12.5, 0.0, 0.0, 0.0],
        [26.0, 2.2, 7.4, 60.3, 4.1, 0.0, 0.0, 0.0],
        [0.1, 20.9, 55.0, 13.1, 0.0, 10.9, 0.0, 0.0],
        [0.1, 17.4, 46.0, 10.3, 0.0, 0.0, 26.2, 0.0],
        [0.1, 10.2, 27.0, 6.2, 0.0, 0.0, 0.0, 56.5],
        [0.1, 2.6, 6.8, 1.5, 0.0, 0.0, 0.0, 89.0],
    ]
)
ROLL /= ROLL.sum(axis=1, keepdims=True)

PAYS_AGAIN: dict[int, tuple[float, float, float]] = {
    IDLE: (0.02, 0.38, 0.60),
    MINIMUM: (0.52, 0.46, 0.02),
    PARTIAL: (0.08, 0.82, 0.10),
    FULL: (0.02, 0.38, 0.60),
}
"""Minimum, partial, full: how an account that pays after a miss does so, by what it did before the miss. Assumed, so
that ability can be foretold at all; the mixture reproduces the measured row of :data:`ROLL`."""

SHARE_PAID: dict[int, tuple[tuple[float, ...], tuple[float, ...]]] = {
    MINIMUM: ((0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0), (0.02, 0.0283, 0.0359, 0.0396, 0.0463, 0.0556, 0.06)),
    PARTIAL: ((0.0, 0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 1.0), (0.06, 0.0638, 0.08, 0.117, 0.227, 0.475, 0.659, 0.97)),
    FULL: ((0.0, 0.5, 0.75, 0.9, 0.95, 1.0), (1.0, 1.0, 1.0047, 1.033, 1.15, 1.3)),
}
"""Quantiles of payment / bill within a state. Of the misses, 83 % pay nothing and the others up to 2 %."""

USE_OF_LIMIT: dict[int, tuple[tuple[float, ...], tuple[float, ...]]] = {
    IDLE: ((0.0, 0.5, 0.9, 1.0), (0.005, 0.02, 0.2, 0.9)),
    FULL: ((0.0, 0.5, 0.8, 0.9, 0.97, 1.0), (0.01, 0.03, 0.1, 0.25, 0.6, 1.0)),
    PARTIAL: ((0.0, 0.2, 0.45, 0.7, 0.87, 1.0), (0.02, 0.1, 0.3, 0.62, 0.92, 1.12)),
    MINIMUM: ((0.0, 0.03, 0.15, 0.45, 0.75, 0.95, 1.0), (0.05, 0.1, 0.3, 0.6, 0.9, 1.01, 1.2)),
    MISS_1: ((0.0, 0.12, 0.24, 0.4, 0.6, 0.87, 1.0), (0.003, 0.03, 0.25, 0.7, 0.92, 1.02, 1.3)),
}
"""Quantiles of the habitual utilisation of accounts by the state that a randomly taken month of theirs shows."""

STRAINED_SHARE = 0.65
"""Of the accounts with a miss in the window, those that use their limit as accounts that miss do, whatever else
they show."""

LIMIT_LOG_MEAN = (11.87, 11.24, 11.14, 11.0)
"""Mean of the natural log of the limit, by the number of misses in the window (the last: three or more)."""
LIMIT_LOG_SPREAD = 0.93
USE_FALLS_WITH_LIMIT = -0.30
"""Gaussian copula between log limit and habitual utilisation."""

MONTHLY_INTEREST = 0.015
MINIMUM_DUE_SHARE = 0.025
"""Of the balance, for the current month and again for each month missed. After one miss the amount due is 5 % of the
balance, which is what the ability model calls covering."""

_BURN_IN = 24


def make_book(n: int, seed: int, as_of: date) -> pl.DataFrame:
    """A whole portfolio of ``n`` accounts; about one in twelve is overdue on ``as_of``.

    :returns: Amends' own layout: external_ref, product, currency, balance, amount_due, credit_limit, dpd, as_of,
        billed_1..billed_6, paid_1..paid_6. Money in whole currency units. ``dpd`` is 0 where nothing is overdue.
    """
    rng = np.random.default_rng(seed)
    states = _states(rng, n)
    limit, habit = _limit_and_habit(rng, states)
    billed, paid = _bills_and_payments(rng, states, limit, habit)
    run = _miss_run(states[:, 1])
    balance = np.maximum(billed[:, 1], 0.0)
    # The due date of the latest missed bill lies 5 to 25 days before the as-of date, earlier ones a month apart.
    dpd = np.where((run > 0) & (balance > 0), 30 * (run - 1) + rng.integers(5, 26, n), 0)
    amount_due = np.minimum(balance, np.ceil(balance * MINIMUM_DUE_SHARE * (1 + run)))
    return pl.DataFrame(
        {
            "external_ref": [f"SYN-{number:07d}" for number in range(1, n + 1)],
            "product": ["credit_card"] * n,
            "currency": ["CNY"] * n,
            "balance": balance,
            "amount_due": amount_due,
            "credit_limit": limit,
            "dpd": dpd.astype(np.int64),
            "as_of": [as_of] * n,
            **{f"billed_{month}": billed[:, month] for month in range(1, MONTHS + 1)},
            **{f"paid_{month}": paid[:, month] for month in range(1, MONTHS + 1)},
        }
    )


def _states(rng: np.random.Generator, n: int) -> Ints:
    """(n, MONTHS + 1): column k is the state of month k back. Column 0 is the month to come, which nobody sees."""
    reach = ROLL.cumsum(axis=1)
    reach[:, -1] = 1.0
    state = np.zeros(n, dtype=np.int64)
    before_miss = np.zeros(n, dtype=np.int64)
    states = np.empty((n, MONTHS + 1), dtype=np.int64)
    for month in range(MONTHS + _BURN_IN, -1, -1):
        after = (rng.random(n)[:, None] > reach[state]).sum(axis=1)
        pays_again = (state >= MISS_1) & (after != IDLE) & (after < MISS_1)
        for kind, shares in PAYS_AGAIN.items():
            those = pays_again & (before_miss == kind)
            after[those] = rng.choice((MINIMUM, PARTIAL, FULL), size=int(those.sum()), p=shares)
        state = after
        before_miss = np.where(state < MISS_1, state, before_miss)
        if month <= MONTHS:
            states[:, month] = state
    return states


def _limit_and_habit(rng: np.random.Generator, states: Ints) -> tuple[Floats, Floats]:
    """The credit limit in whole thousands, and the utilisation that the account keeps coming back to."""
    n = len(states)
    misses = np.minimum((states >= MISS_1).sum(axis=1), len(LIMIT_LOG_MEAN) - 1)
    normal = rng.standard_normal(n)
    limit = np.exp(np.take(LIMIT_LOG_MEAN, misses) + LIMIT_LOG_SPREAD * normal)
    use = USE_FALLS_WITH_LIMIT * normal + np.sqrt(1 - USE_FALLS_WITH_LIMIT**2) * rng.standard_normal(n)
    rank = np.argsort(np.argsort(use)) / max(n - 1, 1)
    shown = states[np.arange(n), rng.integers(0, MONTHS + 1, n)]
    shown[(misses > 0) & (rng.random(n) < STRAINED_SHARE)] = MISS_1
    habit = np.empty(n)
    for state, (ranks, values) in USE_OF_LIMIT.items():
        those = np.minimum(shown, MISS_1) == state
        habit[those] = np.interp(rank[those], ranks, values)
    return np.maximum(np.round(limit / 1_000), 5) * 1_000, habit


def _bills_and_payments(rng: np.random.Generator, states: Ints, limit: Floats, habit: Floats) -> tuple[Floats, Floats]:
    """(n, MONTHS + 2) bills and (n, MONTHS + 1) payments by months back; columns that nobody sees are in them too."""
    n = len(states)
    billed = np.zeros((n, MONTHS + 2))
    paid = np.zeros((n, MONTHS + 1))
    billed[:, MONTHS + 1] = _as_billed(rng, habit * limit, states[:, MONTHS])
    for month in range(MONTHS, 0, -1):
        asked, state = billed[:, month + 1], states[:, month]
        paid[:, month] = np.round(asked * _share_paid(rng, state))
        left = asked - paid[:, month]
        interest = np.where(state == FULL, 0.0, MONTHLY_INTEREST * np.maximum(left, 0.0))
        wanted = habit * limit * np.exp(0.12 * rng.standard_normal(n))
        spent = np.where(state >= MISS_1, 0.1, 0.8) * np.maximum(wanted - left, 0.0)
        billed[:, month] = _as_billed(rng, left + interest + spent, states[:, month - 1])
    return billed, paid


def _as_billed(rng: np.random.Generator, amount: Floats, answered_by: Ints) -> Floats:
    """The bill in whole units. Whether it is worth billing must agree with the state that will answer it."""
    idle = np.where(rng.random(len(amount)) < 0.6, 0.0, np.minimum(np.abs(amount), WORTH_BILLING))
    worth = np.maximum(amount, WORTH_BILLING + 1 + rng.integers(0, 500, len(amount)))
    bill: Floats = np.where(answered_by == IDLE, idle, worth)
    return np.round(bill)


def _share_paid(rng: np.random.Generator, state: Ints) -> Floats:
    n = len(state)
    draw = rng.random(n)
    share = np.where(draw < 0.83, 0.0, (draw - 0.83) / 0.17 * 0.0195)  # a miss
    for each, (ranks, values) in SHARE_PAID.items():
        share[state == each] = np.interp(draw[state == each], ranks, values)
    share[state == IDLE] = 1.0
    return share


def _miss_run(state: Ints) -> Ints:
    """Misses in a row up to this month: 0, 1, 2, 3, or 4 for four and more."""
    return np.where(state >= MISS_1, state - MISS_1 + 1, 0)
