"""Books of any size for the benchmarks, made up in chunks, and a model to score them with."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import polars as pl
from polars.io.plugins import register_io_source

from rehearsal.portfolio import make_book
from strategy.models.registry import publish
from strategy.scoring.book import check_book
from strategy.scoring.train import train

AS_OF = date(2026, 3, 1)
CHUNK = 250_000


def book_chunk(seed: int, rows: int) -> pl.DataFrame:
    """Accounts in Amends' own layout; references are unique over the seeds."""
    reference = pl.concat_str(pl.lit(f"{seed}-"), "external_ref")
    return make_book(rows, seed=seed, as_of=AS_OF).with_columns(external_ref=reference)


@cache
def overdue_accounts() -> pl.DataFrame:
    """Some twenty thousand accounts that are overdue, as those of a ledger are."""
    return make_book(CHUNK, seed=5, as_of=AS_OF).filter(pl.col("dpd") > 0)


def book_file(folder: Path, rows: int) -> Path:
    """A parquet file of that many accounts; made once."""
    path = folder / f"book-{rows}.parquet"
    if not path.exists():

        def chunks(*_pushed_down: object) -> Iterator[pl.DataFrame]:
            for start in range(0, rows, CHUNK):
                yield book_chunk(start // CHUNK, min(CHUNK, rows - start))

        register_io_source(chunks, schema=book_chunk(0, 1).schema).sink_parquet(path, row_group_size=CHUNK)
    return path


def registry(folder: Path) -> Path:
    """A registry with a model trained on a book of its own; made once."""
    path = folder / "models"
    if not (path / "current").exists():
        publish(path, train(check_book(make_book(20_000, seed=1, as_of=AS_OF))), datetime(2026, 3, 1, tzinfo=UTC))
    return path
