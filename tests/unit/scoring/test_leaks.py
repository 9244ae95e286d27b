"""A column that gives the answer away is named; an honest one, however good, is not."""

from __future__ import annotations

import numpy as np
import pytest
from scored import portfolio, trained

from strategy.scoring.book import check_book
from strategy.scoring.leaks import too_good_to_be_true
from strategy.scoring.panel import build_panel

RNG = np.random.default_rng(3)
HAPPENED = RNG.random(2_000) < 0.3


def found(column: np.ndarray) -> dict[str, float]:
    return too_good_to_be_true(column.astype(np.float32).reshape(-1, 1), ["x_it"], HAPPENED)


@pytest.mark.parametrize(
    "column",
    [
        np.where(HAPPENED, RNG.random(2_000) + 1, 0),
        np.where(HAPPENED, 0, RNG.random(2_000) + 1),
        np.where(HAPPENED, RNG.random(2_000), np.nan),
    ],
    ids=["more of it", "less of it", "known at all"],
)
def test_a_column_that_tells_everybody_apart_is_named(column: np.ndarray) -> None:
    assert found(column)["x_it"] > 0.97


def test_a_good_column_and_one_with_few_values_are_not() -> None:
    assert found(HAPPENED + RNG.normal(size=2_000)) == {}
    few = np.where(np.arange(2_000) < 60, HAPPENED, np.nan)
    assert found(few) == {}


def test_nothing_of_bills_and_payments_gives_the_answer_away() -> None:
    panel = build_panel(check_book(portfolio()))
    assert too_good_to_be_true(panel.table, trained().spec.names, panel.pays) == {}
    assert trained().card["too_good"] == {}
