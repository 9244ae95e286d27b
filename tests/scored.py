"""A synthetic portfolio and a model trained on it, made once for all tests that need one."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl

from rehearsal.portfolio import make_book
from strategy.scoring.book import check_book
from strategy.scoring.features import can_score, feature_table
from strategy.scoring.train import Trained, train

AS_OF = date(2026, 3, 1)
NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
UCI_FILE = Path(__file__).parents[2] / "shared" / "data" / "taiwan_credit" / "taiwan.parquet"
NO_UCI = "the UCI file is not beside this checkout (../shared/data)"


@cache
def portfolio() -> pl.DataFrame:
    """12,000 accounts in Amends' own layout."""
    return make_book(12_000, seed=11, as_of=AS_OF)


@cache
def trained() -> Trained:
    return train(check_book(portfolio()))


def overdue_book() -> pl.DataFrame:
    return check_book(portfolio().filter(pl.col("dpd") > 0))


def two_scores(book: pl.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Willingness and ability by the model above; NaN where the history is too short."""
    table, enough = feature_table(book), can_score(book)
    heads = (trained().willingness, trained().ability)
    return tuple(np.where(enough, head.probability(table), np.nan) for head in heads)
