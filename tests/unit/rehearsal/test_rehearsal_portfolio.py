"""The synthetic portfolio beside the figures measured on the real accounts."""

from datetime import date

import polars as pl
import pytest

from rehearsal.marginals import measure
from rehearsal.portfolio import make_book
from strategy.scoring.book import BILLED, PAID, check_book

AS_OF = date(2026, 10, 31)

MEASURED = {
    # (UCI, tolerance); the seed is fixed, so the tolerances speak of how near the portfolio is meant to come
    "limit log mean": (11.18, 0.06),
    "limit log spread": (0.935, 0.05),
    "bill median": (31_230, 3_000),
    "utilisation median": (0.695, 0.04),
    "Spearman limit, bill": (0.467, 0.06),
    "Spearman bill, utilisation": (0.636, 0.05),
    "miss -> miss": (0.19, 0.03),
    "miss -> minimum": (0.19, 0.03),
    "miss -> partial": (0.50, 0.03),
    "miss -> full": (0.12, 0.02),
    "minimum -> miss": (0.07, 0.01),
    "minimum -> minimum": (0.75, 0.01),
    "minimum -> partial": (0.17, 0.01),
    "minimum -> full": (0.02, 0.01),
    "partial -> miss": (0.13, 0.01),
    "partial -> minimum": (0.23, 0.01),
    "partial -> partial": (0.58, 0.01),
    "partial -> full": (0.07, 0.01),
    "full -> miss": (0.06, 0.01),
    "full -> minimum": (0.03, 0.01),
    "full -> partial": (0.10, 0.01),
    "full -> full": (0.82, 0.01),
    "misses again after 1": (0.105, 0.02),
    "misses again after 2": (0.265, 0.05),
    "misses again after 3": (0.60, 0.15),
}


@pytest.fixture(scope="module")
def portfolio():
    return make_book(20_000, seed=1, as_of=AS_OF)


@pytest.fixture(scope="module")
def figures(portfolio):
    return measure(portfolio, (portfolio["dpd"] > 0).to_numpy())


@pytest.mark.parametrize("figure", MEASURED)
def test_a_figure_comes_near_the_real_one(figures, figure):
    real, tolerance = MEASURED[figure]
    assert figures[figure] == pytest.approx(real, abs=tolerance)


def test_the_same_seed_makes_the_same_portfolio():
    assert make_book(500, 3, AS_OF).equals(make_book(500, 3, AS_OF))
    assert not make_book(500, 3, AS_OF).equals(make_book(500, 4, AS_OF))


def test_it_is_a_book_in_amends_own_layout(portfolio):
    assert portfolio.columns == [
        *("external_ref", "product", "currency", "balance", "amount_due", "credit_limit", "dpd", "as_of"),
        *BILLED,
        *PAID,
    ]
    assert check_book(portfolio).height == 20_000
    assert portfolio["as_of"].unique().to_list() == [AS_OF]


def test_what_is_due_is_owed_and_only_the_overdue_have_dpd(portfolio):
    assert portfolio.filter(pl.col("amount_due") > pl.col("balance")).is_empty()
    overdue = portfolio.filter(pl.col("dpd") > 0)
    assert 0.05 < overdue.height / portfolio.height < 0.15
    assert (overdue["balance"] > 0).all()
    assert (overdue["paid_1"] < 0.02 * overdue["billed_2"]).all()
    current = portfolio.filter((pl.col("dpd") == 0) & (pl.col("billed_2") > 1_000) & (pl.col("balance") > 0))
    assert (current["paid_1"] >= 0.0199 * current["billed_2"]).all()


@pytest.mark.parametrize("n", [0, 1, 2])
def test_a_tiny_portfolio(n):
    assert make_book(n, seed=1, as_of=AS_OF).height == n


def test_it_can_be_read_back_from_csv(tmp_path):
    portfolio = make_book(50, 1, AS_OF)
    portfolio.write_csv(tmp_path / "p.csv")
    assert pl.read_csv(tmp_path / "p.csv", try_parse_dates=True).equals(portfolio)
