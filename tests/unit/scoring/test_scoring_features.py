"""Features on accounts small enough to work out by hand."""

import json
from datetime import date

import numpy as np
import polars as pl
import pytest

from strategy.scoring.book import BILLED, PAID, check_book
from strategy.scoring.features import STANDARD, Feature, FeatureSpec, SpecUnknown, can_score, feature_table, spec_of
from strategy.scoring.panel import build_panel, overdue


def account(billed: list, paid: list, limit: float = 100_000.0) -> pl.DataFrame:
    row = {"external_ref": ["A"], "credit_limit": [limit], "as_of": [date(2026, 3, 31)]}
    row |= {name: [value] for name, value in zip(BILLED, billed, strict=True)}
    row |= {name: [value] for name, value in zip(PAID, paid, strict=True)}
    return check_book(pl.DataFrame(row))


def features(book: pl.DataFrame) -> dict[str, np.ndarray]:
    return dict(zip(STANDARD.names, feature_table(book).T, strict=True))


STEADY = account([50_000, 40_000, 40_000, 40_000, 0, 0], [400, 4_000, 40_000, 0, 0, 0])


def test_each_payment_is_held_against_the_bill_that_was_open():
    found = features(STEADY)
    assert found["answered_1"][0] == pytest.approx(0.01)  # 400 of 40,000
    assert found["answered_2"][0] == pytest.approx(0.1)
    assert found["answered_3"][0] == pytest.approx(1.0)


def test_misses_and_full_payments_are_counted():
    found = features(STEADY)
    assert found["miss_run"][0] == 1
    assert found["miss_share"][0] == pytest.approx(1 / 3)
    assert found["nothing_paid_run"][0] == 0  # 1 % is a miss, but not nothing
    assert found["full_share"][0] == pytest.approx(1 / 3)


def test_size_balance_and_spending():
    found = features(STEADY)
    assert found["best_paid_of_balance"][0] == pytest.approx(0.8)
    assert found["best_paid_of_limit"][0] == pytest.approx(0.4)
    assert found["utilisation"][0] == pytest.approx(0.5)
    assert found["utilisation_change_1"][0] == pytest.approx(0.1)
    assert found["spending_last"][0] == pytest.approx(0.104)  # 50,000 billed, of 39,600 left over


def test_short_history_is_unknown_not_zero():
    young = account([50_000, 40_000, None, None, None, None], [0, None, None, None, None, None])
    found = features(young)
    assert can_score(young).tolist() == [True]
    assert found["miss_run"][0] == 1
    assert all(np.isnan(found[name][0]) for name in ("answered_2", "utilisation_change_2", "paid_of_balance_3"))
    newborn = account([50_000, None, None, None, None, None], [0, None, None, None, None, None])
    assert can_score(newborn).tolist() == [False]
    assert np.isnan(features(newborn)["miss_share"][0])


def test_the_table_holds_the_features_in_the_order_of_the_spec():
    table = feature_table(STEADY)
    assert table.shape == (1, len(STANDARD.names))
    assert table.dtype == np.float32
    assert table.flags.f_contiguous
    backwards = FeatureSpec(STANDARD.features[::-1])
    np.testing.assert_array_equal(feature_table(STEADY, backwards), table[:, ::-1])


def test_an_unknown_payment_of_a_small_bill_is_no_miss_and_no_answer():
    young = account([50_000, 40_000, 900, None, None, None], [0, None, None, None, None, None])
    assert features(young)["miss_share"][0] == 1  # of the one month that is known


def test_names_are_unique_and_signs_follow_the_order_of_the_names():
    assert len(set(STANDARD.names)) == len(STANDARD.names) == sum(map(len, STANDARD.groups.values()))
    signs = dict(zip(STANDARD.names, STANDARD.monotone("willingness"), strict=True))
    assert (signs["miss_run"], signs["full_share"], signs["balance_log"]) == (-1, 1, 0)
    assert set(STANDARD.monotone("promise")) == {0}


def test_a_spec_survives_its_json():
    spec = FeatureSpec((*STANDARD.features, Feature("x_tenure", "other", {"ability": 1}, "column:tenure")))
    assert FeatureSpec.from_json(json.loads(json.dumps(spec.to_json()))) == spec


@pytest.mark.parametrize(
    "entries",
    [None, [{}], ["miss_run"], [{"name": "shoe_size", "group": "other", "signs": {}, "source": "book"}]],
)
def test_a_spec_that_cannot_be_computed_is_refused(entries):
    with pytest.raises(SpecUnknown):
        FeatureSpec.from_json(entries)


def test_a_book_of_bills_and_payments_has_the_standard_features():
    assert spec_of(STEADY) is STANDARD


def test_a_books_own_columns_are_features_and_what_nobody_has_is_left_out():
    book = account([50_000, None, None, None, None, None], [0, None, None, None, None, None])
    book = book.with_columns(x_tenure=pl.lit(7.0), x_empty=pl.lit(None, dtype=pl.Float64))
    spec = spec_of(book)
    assert "x_tenure" in spec.names
    assert not {"x_empty", "answered_1", "paid_of_balance_2"} & set(spec.names)
    assert spec.groups["other"] == ("x_tenure",)
    table = feature_table(book, spec)
    assert table[0, spec.names.index("x_tenure")] == 7
    assert can_score(book, spec).tolist() == [True]
    assert can_score(book).tolist() == [False]


def test_a_books_own_column_is_known_on_its_as_of_date_alone():
    spec = FeatureSpec((Feature("x_tenure", "other", {}, "column:tenure"),))
    book = STEADY.with_columns(x_tenure=pl.lit(7.0))
    assert np.isnan(feature_table(book, spec, closed=2)).tolist() == [[True]]


@pytest.mark.parametrize(("asked", "paid", "owes", "expected"), [
    (40_000, 799, 40_000, True),
    (40_000, 800, 40_000, False),
    (1_000, 0, 40_000, False),
    (40_000, 0, 1_000, False),
])  # fmt: skip
def test_who_was_overdue(asked, paid, owes, expected):
    book = account([0, owes, asked, 0, 0, 0], [0, paid, 0, 0, 0, 0])
    assert overdue(book, closed=2).tolist() == [expected]


def test_the_next_month_gives_the_answers():
    book = account([0, 40_000, 40_000, 40_000, 40_000, 40_000], [1_999, 0, 201, 2_000, 2_000, 2_000])
    panel = build_panel(book)
    assert panel.months == [2026 * 12 + 1, 2026 * 12 + 2]  # missed in January and in February
    by_month = dict(
        zip(panel.month.tolist(), zip(panel.pays.tolist(), panel.covers.tolist(), strict=True), strict=True)
    )
    assert by_month == {2026 * 12 + 1: (False, False), 2026 * 12 + 2: (True, False)}


def test_the_same_month_from_two_snapshots_counts_once():
    earlier = account([40_000] * 6, [2_000, 0, 2_000, 2_000, 2_000, 2_000])
    later = earlier.with_columns(as_of=pl.lit(date(2026, 4, 30)), paid_3=pl.lit(0.0), paid_2=pl.lit(2_000.0))
    both = build_panel(pl.concat([earlier, later]))
    assert len(both) == 1
