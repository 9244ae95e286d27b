"""What was read of a file, before anything is recorded: accounts, the book, the traits, and the rows that are wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from ledger.importing import parsing
from ledger.importing.book import book_of
from ledger.importing.cells import BadCell
from ledger.importing.layouts import MONTHS, OWN_PERSON
from ledger.importing.mapping.accounts import Mapped
from ledger.importing.mapping.definition import FileMapping
from ledger.importing.rows import AccountRow, Month, RowError
from ledger.traits import REF, age_band


@dataclass(frozen=True, slots=True)
class Parsed:
    """One file. `rows` are what the ledger may take; a file for training alone has none."""

    rows: Sequence[AccountRow]
    errors: Sequence[RowError]
    book: pl.DataFrame
    """As ledger/importing/book.py writes it."""
    traits: pl.DataFrame
    """As ledger/traits.py keeps them."""
    read: int
    """Rows in the file."""
    as_of: date | None
    """The newest one; None when no row is good."""
    unused: tuple[str, ...] = ()
    """Columns of the file that a mapping does not speak of."""
    features: str = ""
    """What a mapping says of its features, as JSON for the book; empty without any."""


def parsed_rows(rows: Sequence[AccountRow], errors: Sequence[RowError]) -> Parsed:
    """From the rows of a known layout."""
    as_of = max((row.as_of for row in rows), default=None)
    return Parsed(rows, errors, book_of(rows), _traits_of(rows), len(rows) + len(errors), as_of)


def parsed_by_mapping(mapped: Mapped, mapping: FileMapping) -> Parsed:
    """From what a mapping made of a file."""
    rows, errors = _account_rows(mapped, mapping) if mapping.collects else ([], [])
    wrong = {error.line for error in errors}
    accounts = mapped.accounts.filter(~pl.col("line").is_in(list(wrong)))
    book = mapped_book(accounts)
    traits = pl.concat([mapped.accounts.select(REF), mapped.traits], how="horizontal")
    traits = traits.filter(~pl.col("line").is_in(list(wrong))).drop("line").unique(REF, maintain_order=True)
    found = sorted([*mapped.errors, *errors], key=lambda error: error.line)
    as_of: Any = book["as_of"].max()
    return Parsed(rows, found, book, traits, mapped.rows, as_of, mapped.unused, mapping.features_json())


def mapped_book(accounts: pl.DataFrame, *others: str) -> pl.DataFrame:
    """The book of what a mapping made of a file.

    :param others: columns of :class:`Mapped` that are wanted beside it.
    """
    own = [name for name in accounts.columns if name.startswith(("x_", "outcome_"))]
    months = [f"{kind}_{month}" for kind in ("billed", "paid") for month in MONTHS]
    # The newest state comes first: of two with the same day, it is the one that counts.
    book = accounts.sort("newest", descending=True, maintain_order=True)
    book = book.select(REF, "credit_limit", *months, "as_of", *own, *others)
    return book.unique([REF, "as_of"], keep="first", maintain_order=True)


def _traits_of(rows: Sequence[AccountRow]) -> pl.DataFrame:
    names = sorted({name for row in rows for name in row.traits})
    columns = {name: [row.traits.get(name) for row in rows] for name in names}
    frame = pl.DataFrame(
        {REF: [row.external_ref for row in rows], **columns},
        schema={REF: pl.String(), **dict.fromkeys(names, pl.String())},
    )
    if "age" not in names:
        return frame
    years = pl.col("age").cast(pl.Float64, strict=False)
    return frame.with_columns(pl.when(years.is_not_null()).then(age_band(years)).otherwise("age").alias("age"))


def _account_rows(mapped: Mapped, mapping: FileMapping) -> tuple[list[AccountRow], list[RowError]]:
    """The newest state of each account; an error where what the file says of the person cannot be read."""
    has_person = OWN_PERSON[0] in mapping.people
    names = list(mapping.people)
    own = [name for name in mapped.accounts.columns if name.startswith("x_")]
    people = mapped.people.select(pl.col(name).alias(f"people.{name}") for name in names)
    joined = pl.concat([mapped.accounts, people], how="horizontal") if names else mapped.accounts
    rows, errors = [], []
    for cells in joined.filter(pl.col("newest") & pl.col("balance").is_not_null()).iter_rows(named=True):
        row = AccountRow(
            line=cells["line"],
            external_ref=cells[REF],
            product=cells["product"],
            currency=cells["currency"],
            balance=_money(cells["balance"]),
            amount_due=_money(cells["amount_due"]),
            # Nobody is asked for the money of an account that is not overdue: there the limit is for the book alone.
            credit_limit=_money(cells["credit_limit"] or 0),
            dpd=int(cells["dpd"]),
            as_of=cells["as_of"],
            months=tuple(_month(cells, month) for month in MONTHS),
            own={name.removeprefix("x_"): cells[name] for name in own if cells[name] is not None},
        )
        try:
            told = {name: cells[f"people.{name}"] for name in names}
            rows.append(replace(row, given=parsing.given(told, has_person=has_person)) if names else row)
        except BadCell as bad:
            errors.append(RowError(row.line, bad.field, bad.reason))
    return rows, errors


def _month(cells: dict[str, Any], month: int) -> Month | None:
    billed, paid = cells[f"billed_{month}"], cells[f"paid_{month}"]
    if billed is None and paid is None:
        return None
    return Month(None if billed is None else _money(billed), None if paid is None else _money(paid))


def _money(amount: float) -> Decimal:
    return Decimal(f"{amount:.2f}")
