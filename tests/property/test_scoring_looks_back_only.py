"""No feature knows anything from after the close of its as-of month."""

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from scored import AS_OF

from strategy.scoring.book import BILLED, MONTHS, PAID, SCHEMA, check_book
from strategy.scoring.features import STANDARD, feature_table
from strategy.scoring.panel import LABELLED, overdue

amounts = st.integers(0, 10**9).map(lambda cents: cents / 100)
bills = st.integers(-(10**7), 10**9).map(lambda cents: cents / 100)
months = st.lists(st.none() | bills, min_size=MONTHS, max_size=MONTHS)
payments = st.lists(st.none() | amounts, min_size=MONTHS, max_size=MONTHS)


@st.composite
def books(draw):
    rows = draw(st.lists(st.tuples(st.floats(1, 1e7), months, payments), min_size=1, max_size=5))
    table = [
        (f"A{number}", limit, *(billed[0] or 0.0, *billed[1:]), *paid, AS_OF)
        for number, (limit, billed, paid) in enumerate(rows)
    ]
    return check_book(pl.DataFrame(table, schema=SCHEMA, orient="row"))


def later_changed(book, closed, value):
    """Everything that happened after month ``closed`` replaced."""
    later = [*BILLED[: closed - 1], *PAID[: closed - 1]]
    return book.with_columns(pl.lit(abs(value)).alias(name) for name in later)


@given(books(), st.integers(2, MONTHS), bills)
@settings(max_examples=60, deadline=None)
def test_changing_what_came_later_changes_no_feature(book, closed, value):
    before = feature_table(book, closed=closed)
    after = feature_table(later_changed(book, closed, value), closed=closed)
    for position, name in enumerate(STANDARD.names):
        np.testing.assert_array_equal(before[:, position], after[:, position], err_msg=name)


@given(books(), st.sampled_from(LABELLED), bills)
@settings(max_examples=60, deadline=None)
def test_changing_what_came_later_changes_nobody_into_overdue(book, closed, value):
    np.testing.assert_array_equal(overdue(book, closed), overdue(later_changed(book, closed, value), closed))


@given(books())
@settings(max_examples=60, deadline=None)
def test_features_are_finite_or_unknown(book):
    for closed in range(1, MONTHS + 1):
        table = feature_table(book, closed=closed)
        for position, name in enumerate(STANDARD.names):
            assert not np.isinf(table[:, position]).any(), name
