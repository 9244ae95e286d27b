"""Features on accounts small enough to work out by hand."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from strategy.scoring.book import BILLED, PAID, check_book
from strategy.scoring.features import GROUPS, MONOTONE, NAMES, can_score, features, matrix
from strategy.scoring.panel import build_panel, overdue


def account(billed: list, paid: list, limit: float = 100_000.0) -> pl.DataFrame:
    row = {"external_ref": ["A"], "credit_limit": [limit], "as_of": [date(2026, 3, 31)]}
    row |= {name: [value] for name, value in zip(BILLED, billed, strict=True)}
    row |= {name: [value] for name, value in zip(PAID, paid, strict=True)}
    return check_book(pl.DataFrame(row))


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


def test_the_matrix_holds_the_features_in_their_order():
    table = matrix(features(STEADY))
    assert table.shape == (1, len(NAMES))
    assert table[0, NAMES.index("utilisation")] == pytest.approx(0.5)


def test_groups_hold_each_feature_once_and_signs_speak_of_features():
    assert len(set(NAMES)) == len(NAMES) == sum(map(len, GROUPS.values()))
    assert set(MONOTONE) <= set(NAMES)


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
