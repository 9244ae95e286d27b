"""What the models learn from: overdue accounts at the close of a month, and what they paid in the next one.

Two kinds of books give it. A book of bills and payments (:func:`build_panel`): an account is on the panel of a past
month when it was worth billing, paid less than the minimum of the bill that was open, and still owed; the month after
gives the answers. Bills and payments alone decide, never the payment status: the statuses of older months were filled
in afterwards and give the answer away. A book with outcome columns (:func:`outcome_panel`): each row that has an
outcome is on the panel as it stands, on its as-of date.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, fields, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from strategy.scoring.book import OUTCOMES
from strategy.scoring.features import STANDARD, FeatureSpec, feature_table
from strategy.scoring.history import MINIMUM_SHARE, WORTH_BILLING

Bools = NDArray[np.bool_]

LABELLED = (4, 3, 2)
"""Months, counted back, that have an answer in the month after and at least three bills up to their own close."""

PAYS_SHARE = 0.005
"""Willing: paid more than this share of the balance in the next month."""

FEWEST_MEASURED = 50
"""Rows of the rarer answer without which a figure of the latest month says nothing."""

COVERS_SHARE = 0.05
"""Able: paid at least this share of the balance in the next month, which covers the minimum due and some more."""


@dataclass(frozen=True)
class Panel:
    """Rows of overdue account-months; all arrays have one entry per row."""

    table: NDArray[np.float32]
    """(rows, len(spec.names)), what was known at the close of the month."""
    pays: Bools
    covers: Bools
    """False where nothing is paid, and where it is not known."""
    covers_known: Bools
    paid: NDArray[np.float64]
    """In the next month, whole units of currency; NaN where it is not known."""
    balance: NDArray[np.float64]
    """At the close of the month."""
    month: NDArray[np.int64]
    """year * 12 + month of the as-of month."""
    account: NDArray[np.int64]
    """A number from the account's reference: the same for all months of an account."""

    def __len__(self) -> int:
        return len(self.pays)

    def where(self, rows: Bools) -> Panel:
        """The rows for which ``rows`` is true."""
        return replace(self, **{each.name: getattr(self, each.name)[rows] for each in fields(self)})

    @property
    def payers(self) -> Panel:
        """Those that paid, where it is known whether that covered what was due: what ability is learnt from."""
        return self.where(self.pays & self.covers_known)

    @property
    def months(self) -> list[int]:
        """The months on the panel, oldest first."""
        return sorted(set(self.month.tolist()))

    @property
    def latest_months(self) -> list[int]:
        """The latest month; of a panel whose rows lie thin over many months, as many of the latest as can be measured
        by, and never all of them."""
        months = self.months
        for month in months[:0:-1]:
            pays = self.pays[self.month >= month]
            if min(int(pays.sum()), int((~pays).sum())) >= FEWEST_MEASURED:
                return [each for each in months if each >= month]
        return months[-1:]


def overdue(book: pl.DataFrame, closed: int) -> Bools:
    """Which accounts were overdue at the close of month ``closed``."""
    asked, paid, owes = pl.col(f"billed_{closed + 1}"), pl.col(f"paid_{closed}"), pl.col(f"billed_{closed}")
    rule = (asked > WORTH_BILLING) & (paid < MINIMUM_SHARE * asked) & (owes > WORTH_BILLING)
    return book.select(rule.fill_null(False)).to_series().to_numpy()


def build_panel(book: pl.DataFrame, spec: FeatureSpec = STANDARD) -> Panel:
    """Every overdue account-month of the book whose next month is known.

    Where the same account and calendar month comes from several as-of dates, the latest as-of date is used.
    """
    book = book.sort("as_of", descending=True)
    parts = []
    for closed in LABELLED:
        paid, balance = pl.col(f"paid_{closed - 1}"), pl.col(f"billed_{closed}")
        seen = book.filter(pl.Series(overdue(book, closed)) & paid.is_not_null())
        parts.append(
            _rows(seen, spec, closed).with_columns(
                seen.select(
                    pays=paid > PAYS_SHARE * balance, covers=paid >= COVERS_SHARE * balance, paid=paid, balance=balance
                )
            )
        )
    return _panel(pl.concat(parts), spec)


def has_outcomes(book: pl.DataFrame) -> bool:
    """Whether the book itself tells for some row what happened after its as-of date."""
    return any(name in book.columns and book[name].null_count() < book.height for name in OUTCOMES)


def outcome_panel(book: pl.DataFrame, spec: FeatureSpec) -> Panel:
    """Every row of the book that has an outcome.

    Where ``outcome_pays`` or ``outcome_covers`` is null, the amount decides if it is known, by the same shares of the
    balance as above. A row of which nothing is known but that it covers what was due has paid, of course.
    """
    balance = pl.col("billed_1")
    told = book.with_columns(
        pl.lit(None, kind).alias(name) for name, kind in OUTCOMES.items() if name not in book.columns
    )
    balance, paid = pl.col("billed_1"), pl.col("outcome_paid")
    covers = pl.coalesce("outcome_covers", paid >= COVERS_SHARE * balance)
    pays = pl.coalesce("outcome_pays", paid > PAYS_SHARE * balance, pl.when(covers).then(True))
    rows = _rows(book, spec, 1).with_columns(told.select(pays=pays, covers=covers, paid=paid, balance=balance))
    return _panel(rows.filter(pl.col("pays").is_not_null()), spec)


def _rows(seen: pl.DataFrame, spec: FeatureSpec, closed: int) -> pl.DataFrame:
    """Features, account and calendar month of the rows of a book, looked at from the close of one month."""
    return pl.DataFrame(feature_table(seen, spec, closed), schema=list(spec.names)).with_columns(
        seen["external_ref"],
        (seen["as_of"].dt.year().cast(pl.Int64) * 12 + seen["as_of"].dt.month() - (closed - 1)).alias("month"),
    )


def _panel(rows: pl.DataFrame, spec: FeatureSpec) -> Panel:
    rows = rows.unique(["external_ref", "month"], keep="first", maintain_order=True)
    return Panel(
        table=np.asfortranarray(rows.select(spec.names).to_numpy()),
        pays=rows["pays"].to_numpy(),
        covers=(rows["covers"].fill_null(False) & rows["pays"]).to_numpy(),
        covers_known=(rows["covers"].is_not_null() | ~rows["pays"]).to_numpy(),
        paid=rows["paid"].to_numpy(),
        balance=rows["balance"].to_numpy(),
        month=rows["month"].to_numpy(),
        account=np.array([zlib.crc32(ref.encode()) for ref in rows["external_ref"]], dtype=np.int64),
    )
