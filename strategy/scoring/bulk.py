"""Score a file: parquet to parquet, in chunks, so that memory stays flat however many accounts it has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from polars.io.plugins import register_io_source

from strategy.models.registry import Model
from strategy.placing import AccountColumns
from strategy.scoring.book import BookUnusable, check_book
from strategy.scoring.score import RESULT, Progress, Scorer, silent
from strategy.settings import TIERS, StrategySettings
from strategy.tiers import tier_indexes

CHUNK = 250_000
"""Accounts at a time, read, scored and handed to the writer."""

SCHEMA: dict[str, pl.DataType] = {**RESULT, "tier": pl.String()}
"""The columns of the file that is written: scores as in ``score.RESULT``, and the tier by the grid."""


@dataclass(frozen=True, slots=True)
class FileScored:
    """What was done."""

    accounts: int
    scored: int
    """Those that have a score; the others have too short a history."""
    tiers: dict[str, int]


def score_file(
    model: Model,
    settings: StrategySettings,
    source: Path,
    target: Path,
    progress: Progress = silent,
    *,
    reasons: bool = True,
) -> FileScored:
    """Score every row of a book and put it into its tier; the target appears whole or not at all.

    The tier is that of the grid and of the balance alone: a file knows no holds, no cases, no promises and no tier of
    before, and chance draws nobody into an arm here. What is done with an account is decided in the ledger.

    :param source: a parquet file with a book's columns, and ``balance`` if it is another figure than ``billed_1``.
    :raises BookUnusable: the source cannot be read or is not a book.
    :raises ModelUnusable: the source lacks a column of its own that the model looks at.
    :raises NotOblivious: reasons are wanted of a model that cannot be explained.
    """
    scorer = Scorer(model, reasons=reasons)
    lazy, rows = _opened(source)
    model.require_columns(lazy.head(0).collect())
    counts = np.zeros(len(TIERS), dtype=np.int64)
    scored = 0

    def chunks(*_pushed_down: object) -> Iterator[pl.DataFrame]:
        nonlocal scored
        progress(0, rows)
        for start in range(0, rows, CHUNK):
            frame = lazy.slice(start, CHUNK).collect()
            found = scorer.score(check_book(frame, source.name))
            tiers = _tiers(found, frame, settings)
            counts[:] += np.bincount(tiers, minlength=len(TIERS))
            scored += found.height - found["willingness"].null_count()
            yield found.with_columns(pl.Series("tier", TIERS).gather(tiers.astype(np.int64)))
            progress(start + frame.height, rows)

    unfinished = target.with_name(f".{target.name}.unfinished")
    try:
        register_io_source(chunks, schema=SCHEMA).sink_parquet(unfinished, compression="lz4", maintain_order=True)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    by_tier = {tier: int(count) for tier, count in zip(TIERS, counts, strict=True) if count}
    return FileScored(rows, scored, by_tier)


def _opened(source: Path) -> tuple[pl.LazyFrame, int]:
    try:
        lazy = pl.scan_parquet(source)
        return lazy, int(lazy.select(pl.len()).collect().item())
    except (OSError, pl.exceptions.PolarsError) as error:
        raise BookUnusable(f"{source.name}: cannot be read: {str(error).splitlines()[0]}") from error


def _tiers(found: pl.DataFrame, frame: pl.DataFrame, settings: StrategySettings) -> NDArray[np.int8]:
    nobody = np.zeros(found.height, dtype=np.bool_)
    balance = frame["balance" if "balance" in frame.columns else "billed_1"]
    columns = AccountColumns(
        willingness=found["willingness"].fill_null(np.nan).to_numpy(),
        ability=found["ability"].fill_null(np.nan).to_numpy(),
        balance=balance.cast(pl.Float64).fill_null(np.inf).to_numpy(),
        on_hold=nobody,
        sensitive=nobody,
        broken_promises=nobody.astype(np.int64),
        feed_broken=nobody,
    )
    return tier_indexes(columns, settings)
