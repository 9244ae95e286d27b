"""What the heads for contact, promise and promise kept learn from: what was known before, and what came of it. Pure.

===========  =============================  ============================================
head         a row is                       it happened if
===========  =============================  ============================================
``contact``  an attempt                     the right party was reached
``promise``  a talk with the right party    a promise to pay was read back and confirmed
``kept``     a promise to pay               it was kept in full
===========  =============================  ============================================
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import polars as pl
from numpy.typing import NDArray

from strategy.outcomes.events import Events
from strategy.outcomes.history import OUTCOME_SPEC, at_moments
from strategy.scoring.features import feature_table


@dataclass(frozen=True)
class Rows:
    """Training rows of one head; all arrays have one entry per row, oldest first."""

    table: NDArray[np.float32]
    """(rows, len(OUTCOME_SPEC.names)); NaN is unknown."""
    happened: NDArray[np.bool_]
    account: NDArray[np.int64]
    """A number from the account's reference: the same for all rows of an account."""
    at: NDArray[np.datetime64]
    """UTC."""

    def __len__(self) -> int:
        return len(self.happened)

    def where(self, rows: NDArray[np.bool_]) -> Rows:
        """The rows for which ``rows`` is true."""
        return Rows(self.table[rows], self.happened[rows], self.account[rows], self.at[rows])

    @property
    def rarer(self) -> int:
        """How many rows have the answer that fewer have."""
        return int(min(self.happened.sum(), (~self.happened).sum()))


def training_rows(events: Events, books: pl.DataFrame, until: datetime) -> dict[str, Rows]:
    """The rows of each head whose outcome is known by `until`, with features strictly before.

    :param books: the book's columns and `in_at` (aware UTC), when the row came into the ledger; an account may have
        several. A moment sees the latest one that was in before it; one that has none is left out.
    """
    outcomes = {
        # By when an attempt is settled and not by when it was known: what is known early is mostly success.
        "contact": _settled(events.attempts, "reached", "settled_at", until),
        "promise": _settled(events.talks, "promised", "known_at", until),
        "kept": _settled(events.promises, "kept", "known_at", until),
    }
    return {head: _rows(events, moments, books) for head, moments in outcomes.items()}


def with_book(events: Events, moments: pl.DataFrame, books: pl.DataFrame) -> pl.DataFrame:
    """The moments with contact history and the account's book columns as they were known then, oldest first."""
    seen = at_moments(events, moments).join(events.accounts.select("account_id", "external_ref"), on="account_id")
    return seen.sort("at").join_asof(
        books.sort("in_at"),
        left_on="at",
        right_on="in_at",
        by="external_ref",
        strategy="backward",
        allow_exact_matches=False,
        check_sortedness=False,
    )


def _settled(records: pl.DataFrame, what: str, by: str, until: datetime) -> pl.DataFrame:
    known = records.filter(pl.col(what).is_not_null() & (pl.col(by) <= until))
    return known.select("account_id", "at", "channel", "agent", pl.col(what).alias("happened"))


def _rows(events: Events, moments: pl.DataFrame, books: pl.DataFrame) -> Rows:
    seen = with_book(events, moments, books).filter(pl.col("billed_1").is_not_null())
    return Rows(
        table=feature_table(seen, OUTCOME_SPEC),
        happened=seen["happened"].to_numpy().astype(np.bool_),
        account=np.array([zlib.crc32(ref.encode()) for ref in seen["external_ref"]], dtype=np.int64),
        at=seen["at"].dt.replace_time_zone(None).to_numpy(),
    )
