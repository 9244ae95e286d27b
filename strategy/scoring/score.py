"""Score a book in chunks: the probabilities, the expected amount and the reasons of every account."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ledger.reason_text import LETTERS
from strategy.models.registry import Model
from strategy.quality.profile import Drift
from strategy.reasons.codes import NO_HISTORY, Explainer
from strategy.scoring.book import check_book
from strategy.scoring.features import can_score, feature_table
from strategy.scoring.heads import HEADS, OUTCOME_HEADS

Progress = Callable[[int, int], None]
"""(accounts done, accounts in all)."""


def silent(_done: int, _total: int) -> None:
    """Report to nobody."""


CHUNK = 100_000
"""Accounts at a time: memory stays flat however large the book is, and each step still has enough to chew on."""

RESULT: dict[str, pl.DataType] = {
    "external_ref": pl.String(),
    **dict.fromkeys(HEADS, pl.Float64()),
    "expected_amount": pl.Float64(),
    "reasons": pl.String(),
}
"""Probabilities 0..1 by head; the amount in the account's currency; reasons as ``ledger.reason_text`` writes them."""

WITHOUT_SCORE = ";".join(f"{letter}:{NO_HISTORY}-0.00" for letter in LETTERS.values())
"""The reasons of an account whose history is too short."""


class Scorer:
    """A model made ready for many chunks."""

    def __init__(self, model: Model, *, reasons: bool = True, drift: Drift | None = None, every: int = 1) -> None:
        """:param reasons: whether they are wanted; working them out takes about as long as all else together.

        :param drift: counts every so-manieth account that is scored.

        :raises NotOblivious: a head cannot be explained.
        """
        self.model, self.drift, self.every = model, drift, every
        told = [name for name in LETTERS if name in model.heads] if reasons else []
        self.explainers = [Explainer(name, model.heads[name], model.spec) for name in told]

    def score(self, book: pl.DataFrame) -> pl.DataFrame:
        """One row of :data:`RESULT` per row of a checked book, in the same order.

        An account whose history is too short has null for every figure and the one reason ``N01``. A head that the
        model does not have is null, and so are the reasons where they were not asked for.
        """
        table = feature_table(book, self.model.spec)
        enough = can_score(book, self.model.spec)
        # The outcome heads look at contacts as well, which only a ledger knows; see strategy/outcomes/.
        own = [name for name in self.model.heads if name not in OUTCOME_HEADS]
        figures = {name: self.model.heads[name].probability(table) for name in own}
        if self.drift is not None:
            seen = np.flatnonzero(enough)[:: self.every]
            self.drift.add(table[seen], self.model.spec.names, {name: said[seen] for name, said in figures.items()})
        if self.model.amount is not None:
            balance = book["billed_1"].fill_null(0.0).to_numpy()
            figures["expected_amount"] = self.model.amount.expected(table, figures["willingness"], balance)
        columns: dict[str, Any] = {"external_ref": book["external_ref"]}
        columns |= {name: np.where(enough, figure, np.nan) for name, figure in figures.items()}
        if self.explainers:
            columns["reasons"] = self._reasons(table, enough)
        everything = {name: columns.get(name, pl.repeat(None, book.height, eager=True)) for name in RESULT}
        return pl.DataFrame(everything, schema=RESULT, nan_to_null=True)

    def _reasons(self, table: NDArray[np.float32], enough: NDArray[np.bool_]) -> pl.Series:
        by_head = [pl.lit(explainer.reasons(table)) for explainer in self.explainers]
        told = pl.concat_str(by_head, separator=";", ignore_nulls=True)
        known = pl.lit(pl.Series(enough, dtype=pl.Boolean))
        return pl.select(pl.when(known).then(told).otherwise(pl.lit(WITHOUT_SCORE)).alias("reasons")).to_series()


def score_book(model: Model, frame: pl.DataFrame, progress: Progress = silent) -> pl.DataFrame:
    """Score a whole book; see :meth:`Scorer.score`.

    :raises BookUnusable: the frame is not a book.
    :raises NotOblivious: a head cannot be explained.
    """
    book = check_book(frame, "accounts to score")
    scorer = Scorer(model)
    progress(0, book.height)
    parts = [pl.DataFrame(schema=RESULT)]
    for start in range(0, book.height, CHUNK):
        parts.append(scorer.score(book.slice(start, CHUNK)))
        progress(min(start + CHUNK, book.height), book.height)
    return pl.concat(parts)
