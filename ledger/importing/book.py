"""The whole file, de-identified, for the models to learn from. strategy/scoring/book.py documents the columns."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from ledger.importing.layouts import MONTHS
from ledger.importing.rows import AccountRow

_SCHEMA: dict[str, pl.DataType] = {
    "external_ref": pl.String(),
    "credit_limit": pl.Float64(),
    **{f"billed_{month}": pl.Float64() for month in MONTHS},
    **{f"paid_{month}": pl.Float64() for month in MONTHS},
    "as_of": pl.Date(),
}


def write_book(rows: Sequence[AccountRow], path: Path) -> None:
    """Write every readable row, overdue or not. Nobody's name, contact, traits or payment status is among the columns.

    The file appears whole or not at all.
    """
    columns: dict[str, list[object]] = {
        "external_ref": [row.external_ref for row in rows],
        "credit_limit": [float(row.credit_limit) for row in rows],
        "as_of": [row.as_of for row in rows],
    }
    for index, month in enumerate(MONTHS):
        statements = [row.months[index] for row in rows]
        columns[f"billed_{month}"] = [None if s is None else float(s.billed) for s in statements]
        columns[f"paid_{month}"] = [None if s is None else float(s.paid) for s in statements]
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    pl.DataFrame({name: columns[name] for name in _SCHEMA}, schema=_SCHEMA).write_parquet(unfinished)
    unfinished.replace(path)
