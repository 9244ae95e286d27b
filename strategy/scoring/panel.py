"""What the models learn from: accounts that were overdue at the close of a past month, and what they paid next.

An account is on the panel of a month when it was worth billing, paid less than the minimum of the bill that was
open, and still owes. The next month's payment gives the two answers. Bills and payments alone decide, never the
payment status: the statuses of older months were filled in afterwards and give the answer away.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from strategy.scoring.features import STANDARD, FeatureSpec, feature_table
from strategy.scoring.history import MINIMUM_SHARE, WORTH_BILLING

LABELLED = (4, 3, 2)
"""Months, counted back, that have an answer in the month after and at least three bills up to their own close."""

PAYS_SHARE = 0.005
"""Willing: paid more than this share of the balance in the next month."""

COVERS_SHARE = 0.05
"""Able: paid at least this share of the balance in the next month, which covers the minimum due and some more."""


@dataclass(frozen=True)
class Panel:
    """Rows of overdue account-months; all arrays have one entry per row."""

    table: NDArray[np.float32]
    """(rows, len(spec.names)), what was known at the close of the month."""
    pays: NDArray[np.bool_]
    covers: NDArray[np.bool_]
    month: NDArray[np.int64]
    """year * 12 + month of the as-of month."""
    fold: NDArray[np.int64]
    """0..3 by account reference, so that all months of one account fall into the same fold."""

    def __len__(self) -> int:
        return len(self.pays)

    def where(self, rows: NDArray[np.bool_]) -> Panel:
        """The rows for which ``rows`` is true."""
        return Panel(self.table[rows], self.pays[rows], self.covers[rows], self.month[rows], self.fold[rows])

    @property
    def months(self) -> list[int]:
        """The months on the panel, oldest first."""
        return sorted(set(self.month.tolist()))


def overdue(book: pl.DataFrame, closed: int) -> NDArray[np.bool_]:
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
        seen = book.filter(pl.Series(overdue(book, closed)) & pl.col(f"paid_{closed - 1}").is_not_null())
        parts.append(
            pl.DataFrame(feature_table(seen, spec, closed), schema=list(spec.names)).with_columns(
                seen["external_ref"],
                (seen["as_of"].dt.year().cast(pl.Int64) * 12 + seen["as_of"].dt.month() - (closed - 1)).alias("month"),
                (seen[f"paid_{closed - 1}"] > PAYS_SHARE * seen[f"billed_{closed}"]).alias("pays"),
                (seen[f"paid_{closed - 1}"] >= COVERS_SHARE * seen[f"billed_{closed}"]).alias("covers"),
            )
        )
    rows = pl.concat(parts).unique(["external_ref", "month"], keep="first", maintain_order=True)
    return Panel(
        table=np.asfortranarray(rows.select(spec.names).to_numpy()),
        pays=rows["pays"].to_numpy(),
        covers=rows["covers"].to_numpy(),
        month=rows["month"].to_numpy(),
        fold=np.array([zlib.crc32(ref.encode()) % 4 for ref in rows["external_ref"]], dtype=np.int64),
    )
