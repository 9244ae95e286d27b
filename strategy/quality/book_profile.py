"""What a book looks like in figures: of each column the shares, the middle and the bins. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from strategy.quality.psi import Bins, bins_of, counts_in

LIMIT = "credit_limit"
OUTCOME = "outcome_"
"""What happened after the as-of date is known of some files and not of others; that is no fault of the feed."""


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """One numeric column; all but the median and the spread are counts of rows."""

    rows: int
    missing: int
    zero: int
    commonest: int
    """Rows with the commonest value that is not zero."""
    median: float | None
    """Of the values above zero; None where there are none."""
    spread: float
    """Of the natural log of the values above zero: a standard deviation, made from the quartiles."""
    bins: Bins


@dataclass(frozen=True, slots=True)
class BookProfile:
    """A whole book."""

    rows: int
    newest: date
    """The newest as-of date."""
    repeated: int
    """Rows whose money all repeats another row's, rows without any movement left out."""
    columns: Mapping[str, ColumnProfile]
    beyond: Mapping[str, int]
    """Rows beyond what can be, by column."""
    proportion: Mapping[str, float]
    """The median bill in limits, the median payment in bills; of those above zero."""


def profile_book(book: pl.DataFrame) -> BookProfile:
    """The figures of a book that :func:`strategy.scoring.book.check_book` has passed, with at least one row."""
    numeric = [name for name, kind in book.schema.items() if kind.is_numeric() and not name.startswith(OUTCOME)]
    values = {name: book[name].cast(pl.Float64).to_numpy() for name in numeric}
    money = [name for name in numeric if name == LIMIT or name.startswith(("billed_", "paid_"))]
    newest = book["as_of"].max()
    assert isinstance(newest, date)
    return BookProfile(
        rows=book.height,
        newest=newest,
        repeated=_repeated(book.select(money)),
        columns={name: _column(array) for name, array in values.items()},
        beyond=_beyond(values),
        proportion=_proportion(values),
    )


def recount(book: pl.DataFrame, reference: BookProfile) -> dict[str, NDArray[np.int64]]:
    """The book's rows in the reference's bins, for each column that both have."""
    return {
        name: counts_in(column.bins, book[name].cast(pl.Float64).to_numpy())
        for name, column in reference.columns.items()
        if name in book.columns
    }


def _column(values: NDArray[np.float64]) -> ColumnProfile:
    known = values[np.isfinite(values)]
    above = known[known > 0]
    _, counts = np.unique(known[known != 0], return_counts=True)
    low, middle, high = np.quantile(above, [0.25, 0.5, 0.75]) if above.size else (1.0, None, 1.0)
    return ColumnProfile(
        rows=values.size,
        missing=values.size - known.size,
        zero=int((known == 0).sum()),
        commonest=int(counts.max(initial=0)),
        median=None if middle is None else float(middle),
        spread=float(np.log(high / low) / 1.349),
        bins=bins_of(values),
    )


def _repeated(money: pl.DataFrame) -> int:
    moving = money.filter(pl.any_horizontal(pl.exclude(LIMIT).fill_null(0) != 0))
    return moving.height - moving.n_unique() if moving.height else 0


def _beyond(values: Mapping[str, NDArray[np.float64]]) -> dict[str, int]:
    limit, found = values[LIMIT], {}
    with np.errstate(invalid="ignore"):
        for name, array in values.items():
            if name.startswith("billed_"):
                found[name] = int((array > 5 * limit).sum())
            elif name.startswith("paid_"):
                asked = np.nan_to_num(values.get(_answered(name), np.zeros_like(limit)))
                found[name] = int((array > 3 * np.maximum(limit, asked)).sum())
    return found


def _proportion(values: Mapping[str, NDArray[np.float64]]) -> dict[str, float]:
    found = {}
    for name, array in values.items():
        whole = values[LIMIT] if name.startswith("billed_") else values.get(_answered(name))
        if whole is None or name == LIMIT:
            continue
        both = (np.nan_to_num(array) > 0) & (np.nan_to_num(whole) > 0)
        if both.any():
            found[name] = float(np.median(array[both] / whole[both]))
    return found


def _answered(paid: str) -> str:
    """The bill that a month's payment answers; empty for any other column."""
    return f"billed_{int(paid.removeprefix('paid_')) + 1}" if paid.startswith("paid_") else ""
