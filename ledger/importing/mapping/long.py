"""A long table, one row for each account and month, turned into a wide one: a row for each account."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from ledger.importing.layouts import MONTHS
from ledger.importing.mapping.definition import LongMonth, Source
from ledger.importing.mapping.table import Table
from ledger.importing.mapping.values import Values
from ledger.importing.rows import RowError

PAID_NEXT = "paid_next"
"""What came in during the month after a state; null for the newest one."""
_EVERY = 3
"""Months between two states in the history of a table that does not say who was overdue: there the panel looks for it
in the months themselves, and each state shows three with a known answer."""


@dataclass(frozen=True, slots=True)
class Wide:
    """The accounts of a long table."""

    table: Table
    """The newest row of each account and, with history, of the account as it stood earlier."""
    fields: dict[str, pl.Series]
    """`billed_1` .. `paid_6`, and :data:`PAID_NEXT`."""
    as_of: pl.Series | None
    """The last day of the newest month, where the rows have dates."""
    newest: pl.Series
    """False for the earlier states of an account."""
    rows: int
    """In the file, the unreadable ones too."""


def widen(long: LongMonth, ref: Source, values: Values, *, says_overdue: bool) -> Wide:
    """Gather the rows of each account.

    :param says_overdue: every row tells whether the account was overdue; then each month of the history is a state.

    An account is left out whole when one of its rows cannot be read, or when a month stands there twice: what is
    newest of it would be a guess.
    """
    table = values.table
    refs = values.text(ref)
    months = _month_numbers(long, values)
    billed = _amount(long.billed, values)
    paid = _amount(long.paid, values)
    ref_name, month_name = values.name(ref, "ref"), values.name(long.source, long.mark)
    table.note(refs.is_null(), ref_name, "is empty")
    table.note(months.is_null(), month_name, "is empty")
    table.note(paid < 0, values.name(long.paid, "paid") if long.paid else "", "is negative")
    rows = pl.DataFrame({"ref": refs, "month": months, "billed": billed, "paid": paid}).with_row_index("row")
    again = rows.select(pl.col("row") != pl.col("row").first().over("ref", "month")).to_series()
    again = again & (long.repeated == "refuse")
    table.note(again & refs.is_not_null() & months.is_not_null(), month_name, "stands twice for this account")
    bad, errors = table.rejects()
    spoilt = rows.filter(bad)["ref"].drop_nulls().unique()
    with_them = refs.is_in(spoilt.to_list()).fill_null(False) & ~bad
    told = "another row of this account cannot be read"
    errors += [RowError(line, "", told) for line in table.lines.filter(with_them).to_list()]
    rows = rows.filter(~bad & ~with_them)
    if long.repeated == "add":
        rows = _added_up(rows)
    states = _states(rows, (1 if says_overdue else _EVERY) if long.history else None)
    kept = table.frame[states["row"].to_list()] if states.height else table.frame.clear()
    wide = Table(kept, table.style, sorted(errors, key=lambda error: error.line))
    fields = {name: states[name] for name in states.columns if name.startswith(("billed_", "paid_"))}
    as_of = _last_day(states["state"]) if long.mark == "month" else None
    return Wide(wide, fields, as_of, states["newest"], table.height + len(table.broken))


def _added_up(rows: pl.DataFrame) -> pl.DataFrame:
    """One row for each account and month: all that was paid, and the largest bill; of the rest the last row counts."""
    known = pl.col("paid").is_not_null().any()
    return rows.group_by("ref", "month", maintain_order=True).agg(
        pl.col("row").last(), pl.col("billed").max(), pl.when(known).then(pl.col("paid").sum()).alias("paid")
    )


def _states(rows: pl.DataFrame, every: int | None) -> pl.DataFrame:
    """One row for each account and state: the row of its newest month, and six months of figures up to it.

    :param every: months between two states of an account; None for its newest state alone.
    """
    newest = rows.group_by("ref", maintain_order=True).agg(
        pl.col("month").max().alias("last"), pl.col("month").min().alias("first")
    )
    if every:
        back_from_now = pl.int_ranges(pl.col("last"), pl.col("first") - 1, -every)
        states = newest.select("ref", "last", back_from_now.alias("state")).explode("state")
    else:
        states = newest.select("ref", "last", pl.col("last").alias("state"))
    # A state needs a row of its own month: what is known of the account then stands in it.
    states = states.join(rows.select("ref", "row", state="month"), on=["ref", "state"], maintain_order="left")
    for back in MONTHS:
        then = rows.select("ref", (pl.col("month") + back - 1).alias("state"), "billed", "paid")
        states = states.join(then, on=["ref", "state"], how="left", maintain_order="left").rename(
            {"billed": f"billed_{back}", "paid": f"paid_{back}"}
        )
    after = rows.select("ref", (pl.col("month") - 1).alias("state"), pl.col("paid").alias(PAID_NEXT))
    states = states.join(after, on=["ref", "state"], how="left", maintain_order="left")
    return states.with_columns((pl.col("state") == pl.col("last")).alias("newest")).sort("row")


def _month_numbers(long: LongMonth, values: Values) -> pl.Series:
    """A number that rises by one each month."""
    if long.mark == "month":
        day = values.day(long.source)
        return (day.dt.year().cast(pl.Int64) * 12 + day.dt.month() - 1).alias("month")
    found = values.number(long.source)
    values.table.note(found != found.round(0), values.name(long.source, long.mark), "is not a whole number")
    whole = found.round(0).cast(pl.Int64, strict=False)
    return -whole if long.mark == "months_back" else whole


def _last_day(months: pl.Series) -> pl.Series:
    first = pl.date(pl.col("state") // 12, pl.col("state") % 12 + 1, 1)
    return months.rename("state").to_frame().select(first.dt.month_end()).to_series()


def _amount(source: Source | None, values: Values) -> pl.Series:
    if source is None:
        return pl.repeat(None, values.table.height, dtype=pl.Float64(), eager=True)
    return values.number(source)
