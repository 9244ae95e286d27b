"""The book: the wide, de-identified table of bills and payments that the two models learn from and score.

One row is one account on one as-of date. It lies on disk as ``<home>/book/<batch>.parquet``, one file per import.

=================  =======  =====================================================================================
column             type     meaning
=================  =======  =====================================================================================
``external_ref``   str      the account's reference in the bank's own system; never a name or an ID number
``credit_limit``   f64      the credit limit in the account's currency, whole units (not cents), above zero;
                            null where a training table has none
``billed_k``       f64      balance on the statement that closes month k, k = 1 (latest) .. 6; below zero is a credit
``paid_k``         f64      what was paid **during** month k; it answers ``billed_{k+1}``; never below zero
``as_of``          date     the day on which month 1 is closed; nothing in the row is known later than this day
=================  =======  =====================================================================================

Further columns may follow; a mapped file (``data/README.md``) brings them:

===================  =======  ===================================================================================
``x_<name>``         f64      a feature of the bank's own, known on ``as_of``; null where it is unknown
``outcome_pays``     bool     paid more than nothing in the cycle after ``as_of``; null where that is unknown
``outcome_covers``   bool     what was paid in that cycle covers what was due
``outcome_paid``     f64      what was paid in that cycle, whole units
===================  =======  ===================================================================================

A row with an outcome is something to learn from as it stands, without a history of its own. An outcome is never a
feature.

Any month may be null: the account is younger, or the bank sent no statement.
Money is a float here, as a model's input; the ledger keeps the exact ``Decimal``.

No protected trait (sex, age, education, marital status) has a column. Nor has a payment *status*: in the UCI data
the statuses of the older months were filled in afterwards and give the future away.

**From the UCI file** "Default of Credit Card Clients": ``ID -> external_ref`` (as text), ``LIMIT_BAL ->
credit_limit``, ``BILL_AMTk -> billed_k``, ``PAY_AMTk -> paid_k``, ``as_of`` = 2005-09-30. The book takes *every*
readable row: an account that is not overdue today may have been overdue in an earlier month, which is what the
models learn from. Overdue now, and so an account of the ledger: ``PAY_0 >= 1 and BILL_AMT1 > 0``, with DPD =
30 * ``PAY_0``. (``PAY_0 >= 1`` alone is not enough: 46 % of the accounts with ``PAY_0 = 1`` owe nothing.)

**From Amends' own layout** the columns above are taken as they are; overdue now: ``dpd >= 1 and balance > 0``.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

MONTHS = 6
BILLED: tuple[str, ...] = tuple(f"billed_{month}" for month in range(1, MONTHS + 1))
PAID: tuple[str, ...] = tuple(f"paid_{month}" for month in range(1, MONTHS + 1))

SCHEMA: dict[str, pl.DataType] = {
    "external_ref": pl.String(),
    "credit_limit": pl.Float64(),
    **dict.fromkeys(BILLED, pl.Float64()),
    **dict.fromkeys(PAID, pl.Float64()),
    "as_of": pl.Date(),
}
"""The columns that every book has, in their order, with their types."""

OUTCOMES: dict[str, pl.DataType] = {
    "outcome_pays": pl.Boolean(),
    "outcome_covers": pl.Boolean(),
    "outcome_paid": pl.Float64(),
}
"""What happened in the cycle after ``as_of``, where a book tells it."""

OWN_FEATURES = "amends.features"
"""Where a book file says what is known of its own features (ledger/importing/book.py writes it)."""

OWN = "x_"
"""How the names of a bank's own features begin."""


class BookUnusable(Exception):
    """The table is not a book: a column is missing, has another type, or holds a value that cannot be."""


def is_book(path: Path) -> bool:
    """Whether a file is meant as a book: Parquet with the book's columns, if not all of them."""
    try:
        columns = pl.read_parquet_schema(path)
    except (OSError, pl.exceptions.PolarsError):
        return False
    return set(SCHEMA) <= set(columns) or ("billed_1" in columns and "product" not in columns)


def check_book(frame: pl.DataFrame, source: str = "book") -> pl.DataFrame:
    """The frame with the book's columns only, in the book's order and types; own features and outcomes come last.

    :param frame: any table that has at least the book's columns; whole numbers are taken as floats.
    :param source: what the error message calls the table, e.g. the file name.
    :raises BookUnusable: names the first column that is wrong, and how many of its rows are.
    """
    missing = [name for name in SCHEMA if name not in frame.columns]
    if missing:
        raise BookUnusable(f"{source}: columns missing: {', '.join(missing)}")
    own = sorted(name for name in frame.columns if name.startswith(OWN))
    kinds: dict[str, pl.DataType] = {
        **SCHEMA,
        **dict.fromkeys(own, pl.Float64()),
        **{name: kind for name, kind in OUTCOMES.items() if name in frame.columns},
    }
    try:
        book = frame.select(pl.col(name).cast(kind, strict=True) for name, kind in kinds.items())
    except pl.exceptions.PolarsError as error:
        raise BookUnusable(f"{source}: a column has the wrong type: {str(error).splitlines()[0]}") from error

    impossible: dict[str, pl.Expr] = {
        "external_ref must not be empty": pl.col("external_ref").is_null() | (pl.col("external_ref") == ""),
        "as_of must not be empty": pl.col("as_of").is_null(),
        "credit_limit must be above zero, or null": _not_finite("credit_limit", or_null=False)
        | (pl.col("credit_limit") <= 0),
        **{f"{name} must be a number or null": _not_finite(name, or_null=False) for name in BILLED},
        **{
            f"{name} must be zero, above zero, or null": _not_finite(name, or_null=False) | (pl.col(name) < 0)
            for name in (*PAID, *(name for name in ("outcome_paid",) if name in kinds))
        },
        **{f"{name} must be a number or null": _not_finite(name, or_null=False) for name in own},
    }
    counts = book.select(expression.fill_null(False).sum().alias(rule) for rule, expression in impossible.items()).row(
        0, named=True
    )
    for rule, count in counts.items():
        if count:
            raise BookUnusable(f"{source}: {rule} ({count} of {book.height} rows)")
    repeated = book.height - book.select("external_ref", "as_of").n_unique()
    if repeated:
        raise BookUnusable(f"{source}: external_ref and as_of must be unique together ({repeated} rows repeat)")
    return book


def read_books(paths: Sequence[Path]) -> pl.DataFrame:
    """All books as one; where the same account and as-of date is in several files, the later path wins.

    Null stands where a file has no such own feature or outcome.

    :raises BookUnusable: a file cannot be read, is not a book, or there is none.
    """
    if not paths:
        raise BookUnusable("there is no book yet; import a portfolio first")
    books = []
    for path in paths:
        try:
            frame = pl.read_parquet(path)
        except (OSError, pl.exceptions.PolarsError) as error:
            raise BookUnusable(f"{path.name}: cannot be read: {str(error).splitlines()[0]}") from error
        books.append(check_book(frame, path.name))
    return pl.concat(books, how="diagonal").unique(["external_ref", "as_of"], keep="last", maintain_order=True)


def read_own_features(paths: Sequence[Path]) -> dict[str, Any]:
    """What the files say of the columns ``x_*``: name -> {"group", "signs"}; the later path wins.

    Nothing is known of a column whose file does not say, or cannot be read: it is then a feature without a sign.
    """
    told: dict[str, Any] = {}
    for path in paths:
        try:
            told |= json.loads(pl.read_parquet_metadata(path).get(OWN_FEATURES, "{}"))
        except (OSError, ValueError, TypeError, pl.exceptions.PolarsError):
            continue
    return told


def _not_finite(name: str, *, or_null: bool = True) -> pl.Expr:
    """True where the value is NaN or infinite (or null, unless ``or_null`` is off)."""
    bad = ~pl.col(name).is_finite()
    return bad.fill_null(or_null)
