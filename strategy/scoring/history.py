"""The standard features as polars expressions over a book's bills and payments, looking back from one month's close.

Null means unknown: the account was too young, or the bank sent no statement.
"""

from __future__ import annotations

import polars as pl

from strategy.scoring.book import BILLED, MONTHS, PAID

WINDOW = 4
"""Months of history that are used. A fifth added nothing out of time; with three, both models lost a point of AUC."""

MINIMUM_SHARE = 0.02
"""A payment below this share of the bill it answers is a miss."""

NOTHING_SHARE = 0.005
"""A payment up to this share counts as nothing paid."""

WORTH_BILLING = 1_000.0
"""Bills up to this amount are too small to tell a miss from an oversight (the UCI data is in NT dollars)."""

_UNKNOWN = pl.lit(None, dtype=pl.Float64)


def history(closed: int = 1) -> dict[str, pl.Expr]:
    """Every standard feature by name, as seen from the close of month ``closed`` (1 = the latest of the book)."""
    limit = pl.col("credit_limit")
    billed = [_month(BILLED, closed + back) for back in range(WINDOW)]
    paid = [_month(PAID, closed + back) for back in range(WINDOW)]
    balance = billed[0].clip(lower_bound=1.0)

    # paid[back] answers billed[back + 1]: the statement that was open while that month ran.
    pairs = list(zip(billed[1:], paid[:-1], strict=True))
    missed = [_both(answer < MINIMUM_SHARE * asked, asked > WORTH_BILLING) for asked, answer in pairs]
    nothing = [_both(answer <= NOTHING_SHARE * asked, asked > WORTH_BILLING) for asked, answer in pairs]
    full = [_both(answer >= 0.98 * asked, asked > 0) for asked, answer in pairs]
    paid_of_balance = [(each / balance).clip(0.0, 3.0) for each in paid]
    spending = [(billed[back] - asked + answer) / limit for back, (asked, answer) in enumerate(pairs)]
    answered = [_share(answer, asked).clip(0.0, 2.0) for asked, answer in pairs]
    return {
        **{f"answered_{back + 1}": each for back, each in enumerate(answered)},
        "miss_share": _mean(missed),
        "miss_run": _run(missed),
        "nothing_paid_share": _mean(nothing),
        "nothing_paid_run": _run(nothing),
        "full_share": _mean(full),
        "latest_against_earlier": _share(paid[0], _mean(paid[1:])).clip(0.0, 10.0),
        **{f"paid_of_balance_{back + 1}": each for back, each in enumerate(paid_of_balance)},
        "best_paid_of_balance": pl.max_horizontal(paid_of_balance[:3]),
        "mean_paid_of_balance": _mean(paid_of_balance[:3]),
        "best_paid_of_limit": pl.max_horizontal(paid[:3]) / limit,
        "limit_log": limit.log(),
        "balance_log": balance.log(),
        "utilisation": billed[0] / limit,
        "utilisation_change_1": (billed[0] - billed[1]) / limit,
        "utilisation_change_2": (billed[0] - billed[2]) / limit,
        "idle_share": _mean([(each <= 0).cast(pl.Float64) for each in billed]),
        "spending_last": spending[0],
        "spending_mean": _mean(spending),
    }


def _month(names: tuple[str, ...], month: int) -> pl.Expr:
    """A month's column; months before the book began are unknown."""
    return pl.col(names[month - 1]) if month <= MONTHS else _UNKNOWN


def _both(one: pl.Expr, other: pl.Expr) -> pl.Expr:
    """1.0 where both are true; unknown where either is, even beside a false one."""
    return one.cast(pl.Float64) * other.cast(pl.Float64)


def _share(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    """``part / whole``, unknown where the whole is not above zero."""
    return pl.when(whole > 0).then(part / whole)


def _mean(months: list[pl.Expr]) -> pl.Expr:
    """Over the known months."""
    return pl.mean_horizontal(months)


def _run(flags: list[pl.Expr]) -> pl.Expr:
    """How many of the latest months in a row are flagged; an unknown month ends the run."""
    known = [flag.fill_null(0.0) for flag in flags]
    first, second, third = known
    return first + first * second + first * second * third
