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

FEATURES = "amends.features"
"""Under this name the file itself says what is known of its own features: their groups and signs, as JSON."""


def book_of(rows: Sequence[AccountRow]) -> pl.DataFrame:
    """Every readable row, overdue or not. Nobody's name, contact, traits or payment status is among the columns."""
    columns: dict[str, list[object]] = {
        "external_ref": [row.external_ref for row in rows],
        "credit_limit": [float(row.credit_limit) for row in rows],
        "as_of": [row.as_of for row in rows],
    }
    for index, month in enumerate(MONTHS):
        statements = [row.months[index] for row in rows]
        columns[f"billed_{month}"] = [None if s is None or s.billed is None else float(s.billed) for s in statements]
        columns[f"paid_{month}"] = [None if s is None or s.paid is None else float(s.paid) for s in statements]
    return pl.DataFrame({name: columns[name] for name in _SCHEMA}, schema=_SCHEMA)


def write_book(book: pl.DataFrame, path: Path, features: str = "") -> None:
    """Write the book; the file appears whole or not at all.

    :param features: what is known of the columns `x_*`, see :data:`FEATURES`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    book.write_parquet(unfinished, metadata={FEATURES: features} if features else None)
    unfinished.replace(path)
