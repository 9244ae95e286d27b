"""What is a book, and what the one error says when a table is not."""

from pathlib import Path

import polars as pl
import pytest
from scored import portfolio

from strategy.scoring.book import SCHEMA, BookUnusable, check_book, read_books


def book() -> pl.DataFrame:
    return check_book(portfolio().head(20))


def test_other_columns_are_left_out_and_whole_numbers_become_floats():
    raw = portfolio().head(20).with_columns(pl.col("paid_1").cast(pl.Int64))
    assert dict(check_book(raw).schema) == SCHEMA


def test_own_features_and_outcomes_are_kept():
    raw = (
        portfolio()
        .head(2)
        .with_columns(
            outcome_pays=pl.Series([True, None]),
            outcome_paid=pl.Series([5, None]),
            x_b=pl.lit(1),
            x_a=pl.Series([None, 2.5]),
        )
    )
    assert dict(check_book(raw).schema) == SCHEMA | {
        "x_a": pl.Float64(),
        "x_b": pl.Float64(),
        "outcome_pays": pl.Boolean(),
        "outcome_paid": pl.Float64(),
    }


@pytest.mark.parametrize("name", ["x_a", "outcome_paid"])
def test_own_features_and_outcomes_are_numbers(name):
    with pytest.raises(BookUnusable, match=f"{name} must be"):
        check_book(book().with_columns(pl.lit(float("inf")).alias(name)))


def test_missing_columns_are_named():
    with pytest.raises(BookUnusable, match="mine: columns missing: paid_3, as_of"):
        check_book(book().drop("paid_3", "as_of"), "mine")


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("external_ref", "", "external_ref must not be empty"),
        ("as_of", None, "as_of must not be empty"),
        ("credit_limit", 0.0, "credit_limit must be above zero, or null"),
        ("billed_1", float("nan"), "billed_1 must be a number or null"),
        ("billed_4", float("inf"), "billed_4 must be a number or null"),
        ("paid_2", -1.0, "paid_2 must be zero, above zero, or null"),
    ],
)
def test_an_impossible_value_is_counted(column, value, said):
    first = pl.int_range(pl.len()) == 0
    kind = SCHEMA[column]
    wrong = book().with_columns(pl.when(first).then(pl.lit(value, dtype=kind)).otherwise(column).alias(column))
    with pytest.raises(BookUnusable, match=rf"{said} \(1 of 20 rows\)"):
        check_book(wrong)


def test_text_where_a_number_belongs():
    with pytest.raises(BookUnusable, match="wrong type"):
        check_book(book().with_columns(billed_2=pl.lit("much")))


def test_older_months_may_be_unknown():
    assert check_book(book().with_columns(billed_3=None, paid_2=None)).height == 20


def test_an_account_stands_once_for_a_day():
    with pytest.raises(BookUnusable, match="1 rows repeat"):
        check_book(pl.concat([book(), book().head(1)]))


def test_the_later_file_wins(tmp_path: Path):
    book().write_parquet(tmp_path / "1.parquet")
    book().head(5).with_columns(paid_1=pl.lit(7.0)).write_parquet(tmp_path / "2.parquet")
    both = read_books([tmp_path / "1.parquet", tmp_path / "2.parquet"])
    assert both.height == 20
    assert both.filter(pl.col("paid_1") == 7.0).height == 5


def test_a_file_without_an_own_feature_stands_beside_one_that_has_it(tmp_path: Path):
    book().head(5).with_columns(x_a=pl.lit(1.0)).write_parquet(tmp_path / "1.parquet")
    book().tail(5).write_parquet(tmp_path / "2.parquet")
    assert read_books([tmp_path / "1.parquet", tmp_path / "2.parquet"])["x_a"].null_count() == 5


def test_no_book_and_a_broken_book(tmp_path: Path):
    with pytest.raises(BookUnusable, match="import a portfolio first"):
        read_books([])
    (tmp_path / "1.parquet").write_bytes(b"PAR1 and then nothing")
    with pytest.raises(BookUnusable, match=r"1\.parquet: cannot be read"):
        read_books([tmp_path / "1.parquet"])
