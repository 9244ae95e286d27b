"""A portfolio file read as a book and nothing else: to be scored, or measured. Nothing is recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import polars as pl

from ledger.importing import reading
from ledger.importing.mapping.accounts import Mapped, map_file
from ledger.importing.mapping.definition import FileMapping
from ledger.importing.mapping.yaml_parts import MappingError
from ledger.importing.parsed import mapped_book
from ledger.importing.parsing import UCI_AS_OF
from ledger.importing.portfolio import parse_sheet
from ledger.importing.rows import ImportRefused, RowError


@dataclass(frozen=True, slots=True)
class Unrecorded:
    """What a file says of its accounts as they stand on their newest day."""

    book: pl.DataFrame
    """As ledger/importing/book.py writes it, and `balance`."""
    errors: Sequence[RowError]


def read_unrecorded(path: Path, today: date, mapping: FileMapping | None = None) -> Unrecorded:
    """Read a file in the UCI layout, Amends' own, or any other by a mapping.

    A mapping's outcomes are read where the file has them; who is still to be scored has none.

    :raises ImportRefused: it cannot be read at all, or no row of it can.
    """
    content = reading.content_of(path)
    try:
        found = _of_layout(content, today) if mapping is None else _by_mapping(content, today, mapping)
    except ImportRefused as refused:
        raise ImportRefused(f"{path.name}: {refused}") from None
    if found.book.is_empty():
        first = (
            f": line {found.errors[0].line}: {found.errors[0].field} {found.errors[0].reason}" if found.errors else ""
        )
        raise ImportRefused(f"{path.name}: no row of it can be read{first}")
    return found


def _of_layout(content: bytes, today: date) -> Unrecorded:
    parsed = parse_sheet(reading.read(content), UCI_AS_OF, None, today)
    balance = pl.Series("balance", [float(row.balance) for row in parsed.rows], dtype=pl.Float64)
    return Unrecorded(parsed.book.with_columns(balance), parsed.errors)


def _by_mapping(content: bytes, today: date, mapping: FileMapping) -> Unrecorded:
    long = mapping.long and replace(mapping.long, history=False)
    mapped = _with_or_without_outcomes(content, today, replace(mapping, long=long, people={}, ignore=None))
    return Unrecorded(mapped_book(mapped.accounts, "balance"), mapped.errors)


def _with_or_without_outcomes(content: bytes, today: date, mapping: FileMapping) -> Mapped:
    try:
        return map_file(content, mapping, today)
    except MappingError as error:
        if not error.where.field.startswith("outcomes"):
            raise
    return map_file(content, replace(mapping, outcomes=None), today)
