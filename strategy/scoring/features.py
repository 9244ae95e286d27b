"""What the models see of an account: its bills and payments up to the close of the as-of month, and nothing after.

``features(book, closed)`` looks from the close of month ``closed`` (1 = the book's latest month) and reads the
columns of that month and of older ones only. It uses at most :data:`WINDOW` months, so that an account seen from
an older month, with less history in the book, looks the same to the model as one seen today.
"""

from __future__ import annotations

import warnings

import numpy as np
import polars as pl
from numpy.typing import NDArray

from strategy.scoring.book import BILLED, MONTHS, PAID

Floats = NDArray[np.float64]

WINDOW = 4
"""Months of history that are used. A fifth added nothing out of time; with three, both models lost a point of AUC."""

MINIMUM_SHARE = 0.02
"""A payment below this share of the bill it answers is a miss."""

NOTHING_SHARE = 0.005
"""A payment up to this share counts as nothing paid."""

WORTH_BILLING = 1_000.0
"""Bills up to this amount are too small to tell a miss from an oversight (the UCI data is in NT dollars)."""

GROUPS: dict[str, tuple[str, ...]] = {
    "payments": (
        "answered_1",
        "answered_2",
        "answered_3",
        "miss_share",
        "miss_run",
        "nothing_paid_share",
        "nothing_paid_run",
        "full_share",
        "latest_against_earlier",
    ),
    "capacity": (
        "paid_of_balance_1",
        "paid_of_balance_2",
        "paid_of_balance_3",
        "paid_of_balance_4",
        "best_paid_of_balance",
        "mean_paid_of_balance",
        "best_paid_of_limit",
    ),
    "balance": (
        "limit_log",
        "balance_log",
        "utilisation",
        "utilisation_change_1",
        "utilisation_change_2",
        "idle_share",
    ),
    "spending": ("spending_last", "spending_mean"),
}
"""Features by the group that a reason speaks of: under refits the top group is far steadier than the top feature."""

NAMES: tuple[str, ...] = tuple(name for group in GROUPS.values() for name in group)

MONOTONE: dict[str, int] = {
    "miss_share": -1,
    "miss_run": -1,
    "nothing_paid_share": -1,
    "nothing_paid_run": -1,
    "full_share": 1,
    "best_paid_of_balance": 1,
    "mean_paid_of_balance": 1,
    "best_paid_of_limit": 1,
}
"""Where the field knows the sign, for both models. Balance is left free: "owes more, so is less willing" is false."""


def features(book: pl.DataFrame, closed: int = 1) -> dict[str, Floats]:
    """Every feature of :data:`NAMES` as a float column of ``book.height`` values; NaN where the history is too short.

    :param book: a table that :func:`strategy.scoring.book.check_book` has passed.
    :param closed: the as-of month, in months back; 1 is the latest month of the book.
    """
    if not 1 <= closed <= MONTHS:
        raise ValueError(f"closed must be 1..{MONTHS}, not {closed}")
    limit = book["credit_limit"].to_numpy()
    billed = _window(book, BILLED, closed)
    paid = _window(book, PAID, closed)
    balance = np.maximum(billed[:, 0], 1.0)

    # paid[:, j] answers billed[:, j + 1]: the statement that was open while month j ran.
    asked, answer = billed[:, 1:], paid[:, :-1]
    known = ~(np.isnan(asked) | np.isnan(answer))
    worth = asked > WORTH_BILLING
    answered = np.clip(_ratio(answer, asked), 0.0, 2.0)
    missed = np.where(known, (answer < MINIMUM_SHARE * asked) & worth, np.nan)
    nothing = np.where(known, (answer <= NOTHING_SHARE * asked) & worth, np.nan)
    full = np.where(known, (answer >= 0.98 * asked) & (asked > 0), np.nan)
    paid_of_balance = np.clip(paid / balance[:, None], 0.0, 3.0)
    used = billed / limit[:, None]
    spending = (billed[:, :-1] - asked + answer) / limit[:, None]

    columns = {
        "answered_1": answered[:, 0],
        "answered_2": answered[:, 1],
        "answered_3": answered[:, 2],
        "miss_share": _mean(missed),
        "miss_run": _run(missed),
        "nothing_paid_share": _mean(nothing),
        "nothing_paid_run": _run(nothing),
        "full_share": _mean(full),
        "latest_against_earlier": np.clip(_ratio(paid[:, 0], _mean(paid[:, 1:])), 0.0, 10.0),
        **{f"paid_of_balance_{month + 1}": paid_of_balance[:, month] for month in range(WINDOW)},
        "best_paid_of_balance": _highest(paid_of_balance[:, :3]),
        "mean_paid_of_balance": _mean(paid_of_balance[:, :3]),
        "best_paid_of_limit": _highest(paid[:, :3]) / limit,
        "limit_log": np.log(limit),
        "balance_log": np.log(balance),
        "utilisation": used[:, 0],
        "utilisation_change_1": used[:, 0] - used[:, 1],
        "utilisation_change_2": used[:, 0] - used[:, 2],
        "idle_share": _mean(np.where(np.isnan(billed), np.nan, billed <= 0)),
        "spending_last": spending[:, 0],
        "spending_mean": _mean(spending),
    }
    return {name: columns[name] for name in NAMES}


def matrix(columns: dict[str, Floats]) -> NDArray[np.float32]:
    """The features as one (rows, len(NAMES)) float32 table in column order, the layout CatBoost reads fastest."""
    rows = len(columns[NAMES[0]])
    table = np.empty((rows, len(NAMES)), dtype=np.float32, order="F")
    for position, name in enumerate(NAMES):
        table[:, position] = columns[name]
    return table


def can_score(book: pl.DataFrame) -> NDArray[np.bool_]:
    """Where there is enough history for a score at all: two statements, and what was paid between them."""
    return (
        book.select(
            pl.col("billed_1").is_not_null() & pl.col("billed_2").is_not_null() & pl.col("paid_1").is_not_null()
        )
        .to_series()
        .to_numpy()
    )


def _window(book: pl.DataFrame, names: tuple[str, ...], closed: int) -> Floats:
    """The months from ``closed`` back as (rows, WINDOW), latest first, NaN for the months that the book has not."""
    seen = names[closed - 1 : closed - 1 + WINDOW]
    window = np.full((book.height, WINDOW), np.nan)
    for position, name in enumerate(seen):
        window[:, position] = book[name].to_numpy()
    return window


def _ratio(part: Floats, whole: Floats) -> Floats:
    """``part / whole``, NaN where the whole is not above zero."""
    above = whole > 0
    return np.where(above, part / np.where(above, whole, 1.0), np.nan)


def _mean(table: Floats) -> Floats:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a row without any known month is NaN, which is meant
        return np.asarray(np.nanmean(table, axis=1))


def _highest(table: Floats) -> Floats:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.asarray(np.nanmax(table, axis=1))


def _run(flags: Floats) -> Floats:
    """How many of the latest months in a row are flagged; an unknown month ends the run."""
    return np.asarray(np.cumprod(np.nan_to_num(flags), axis=1).sum(axis=1))
