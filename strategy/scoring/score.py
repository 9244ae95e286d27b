"""Score a whole book in one pass: willingness, ability and reasons for every account."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
from catboost import Pool
from numpy.typing import NDArray

from strategy.scoring.book import check_book
from strategy.scoring.features import can_score, feature_table
from strategy.scoring.heads import Head
from strategy.scoring.reasons import NO_HISTORY, Reason, choose
from strategy.scoring.registry import Model

Progress = Callable[[int, int], None]
"""(accounts done, accounts in all)."""


def silent(_done: int, _total: int) -> None:
    """Report to nobody."""


CHUNK = 5_000

RESULT: dict[str, pl.DataType] = {
    "external_ref": pl.String(),
    "willingness": pl.Float64(),
    "ability": pl.Float64(),
    "reasons": pl.List(pl.Struct({"head": pl.String(), "code": pl.String(), "effect": pl.Float64()})),
}


def score_book(model: Model, frame: pl.DataFrame, progress: Progress = silent) -> pl.DataFrame:
    """One row of :data:`RESULT` per row of the book, in the same order.

    An account whose history is too short has null for both probabilities and the one reason ``N01``.

    :raises BookUnusable: the frame is not a book.
    """
    book = check_book(frame, "accounts to score")
    progress(0, book.height)
    parts = [pl.DataFrame(schema=RESULT)]
    for start in range(0, book.height, CHUNK):
        parts.append(_score_chunk(model, book.slice(start, CHUNK)))
        progress(min(start + CHUNK, book.height), book.height)
    return pl.concat(parts)


def _score_chunk(model: Model, book: pl.DataFrame) -> pl.DataFrame:
    enough = can_score(book, model.spec)
    table = feature_table(book, model.spec)
    columns = dict(zip(model.spec.names, table.T, strict=True))
    pool = Pool(table, feature_names=list(model.spec.names))
    heads = {name: model.heads[name] for name in ("willingness", "ability")}
    probability = {name: np.where(enough, head.probability(pool), np.nan) for name, head in heads.items()}
    reasons_by_head = [
        choose(name, _contributions(head, pool), columns, model.spec.groups) for name, head in heads.items()
    ]
    no_history: list[Reason] = [{"head": name, "code": NO_HISTORY, "effect": 0.0} for name in heads]
    reasons = [
        [*willing, *able] if scored else no_history
        for willing, able, scored in zip(*reasons_by_head, enough.tolist(), strict=True)
    ]
    return pl.DataFrame(
        {"external_ref": book["external_ref"], **probability, "reasons": reasons}, schema=RESULT, nan_to_null=True
    )


def _contributions(head: Head, pool: Pool) -> NDArray[np.float64]:
    """SHAP values per feature in calibrated log-odds; CatBoost's last column, the base value, is left out."""
    shap = np.asarray(head.model.get_feature_importance(pool, type="ShapValues", thread_count=2))
    return shap[:, :-1] * head.platt.slope
