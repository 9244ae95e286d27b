"""How good the scores of a file are, where the file tells what happened afterwards."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from strategy.scoring.book import OUTCOMES
from strategy.scoring.metrics import figures

ENOUGH = 50_000
"""Rows that figures are taken of: more of them tell nothing new, and resampling them takes long."""


def figures_of_file(book: Path, scores: Path) -> dict[str, Any]:
    """Figures by head, of the rows whose outcome is known; empty where the book tells of none.

    :param book: what was scored, with the columns of ``book.OUTCOMES`` that there are.
    :param scores: what ``bulk.score_file`` wrote of it, in the same order.
    """
    told: list[str] = [name for name in ("outcome_pays", "outcome_covers") if name in pl.read_parquet_schema(book)]
    if "outcome_pays" not in told:
        return {}
    seen = pl.concat(
        [
            pl.read_parquet(book, columns=told).cast({name: OUTCOMES[name] for name in told}),
            pl.read_parquet(scores, columns=["external_ref", "willingness", "ability"]),
        ],
        how="horizontal",
    ).filter(pl.col("outcome_pays").is_not_null() & pl.col("willingness").is_not_null())
    seen = seen.sample(min(ENOUGH, seen.height), seed=1)
    if seen.is_empty():
        return {}
    found = {"willingness": _figures(seen, pl.col("outcome_pays"), pl.col("willingness"))}
    if "outcome_covers" in told and seen["ability"].null_count() < seen.height:
        known = seen.filter(pl.col("outcome_covers").is_not_null() & pl.col("ability").is_not_null())
        payers = known.filter("outcome_pays")
        cures = pl.col("outcome_pays") & pl.col("outcome_covers")
        if payers.height:
            found["ability"] = _figures(payers, pl.col("outcome_covers"), pl.col("ability"))
        if known.height:
            found["cure"] = _figures(known, cures, pl.col("willingness") * pl.col("ability"))
    return found


def _figures(rows: pl.DataFrame, happened: pl.Expr, said: pl.Expr) -> dict[str, Any]:
    pair = rows.select(happened=happened, said=said)
    accounts = np.array([zlib.crc32(ref.encode()) for ref in rows["external_ref"]], dtype=np.int64)
    return figures(pair["happened"].to_numpy(), pair["said"].to_numpy(), accounts)
