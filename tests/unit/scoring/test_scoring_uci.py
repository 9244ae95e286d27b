"""The panel and the out-of-time figures on the real accounts."""

import polars as pl
import pytest
from scored import NO_UCI, UCI_FILE

from rehearsal.marginals import measure, uci_book
from strategy.scoring.book import check_book
from strategy.scoring.panel import build_panel
from strategy.scoring.train import train

pytestmark = pytest.mark.skipif(not UCI_FILE.exists(), reason=NO_UCI)


@pytest.fixture(scope="module")
def book():
    return check_book(uci_book(UCI_FILE)[0])


def test_the_panel_has_the_rows_that_were_counted(book):
    panel = build_panel(book)
    june, july, august = (panel.where(panel.month == month) for month in panel.months)
    assert (len(june), len(july), len(august)) == (2_530, 2_405, 2_073)
    assert august.pays.mean() == pytest.approx(0.819, abs=0.0005)
    assert august.covers[august.pays].mean() == pytest.approx(0.827, abs=0.0005)


def test_the_overdue_accounts_are_those_that_were_counted():
    book, overdue = uci_book(UCI_FILE)
    found = measure(book, overdue)
    assert overdue.sum() == 5_129
    assert found["bill median"] == 31_230
    assert found["miss -> miss"] == pytest.approx(0.19, abs=0.005)


@pytest.mark.slow
def test_out_of_time_figures_hold(book):
    """Trained on June and July, tested on August, whose payments fall into September."""
    card = train(book).card
    out_of_time = card["out_of_time"]
    assert (out_of_time["trained_on"], out_of_time["tested_on"]) == (["2005-06", "2005-07"], "2005-08")
    assert out_of_time["willingness"]["auc"] >= 0.833
    assert out_of_time["ability"]["auc"] >= 0.835
    assert out_of_time["cure"]["auc"] >= 0.784
    assert out_of_time["cure"]["brier"] <= 0.1671
    for head in ("willingness", "ability", "cure"):
        assert out_of_time[head]["ece"] <= 0.03, head
        low, high = out_of_time[head]["auc_interval"]
        assert low < out_of_time[head]["auc"] < high
    # No account that is measured was seen in any month; and the same month by other accounts.
    assert out_of_time["accounts_never_seen"]["willingness"]["auc"] >= 0.827
    assert out_of_time["accounts_never_seen"]["cure"]["auc"] >= 0.775
    assert card["accounts_never_seen"]["cure"]["auc"] >= 0.775
    # Expected amounts: an order by them holds more cash than an order by balance, and they add up.
    amount = out_of_time["amount"]
    assert amount["cash_in_top_fifth"] > amount["cash_in_top_fifth_by_balance"] + 0.04
    assert amount["expected_over_paid"] == pytest.approx(1, abs=0.1)


def test_no_trait_and_no_status_has_a_column(book):
    raw = pl.read_parquet(UCI_FILE)
    barred = {"SEX", "EDUCATION", "MARRIAGE", "AGE", "default.payment.next.month"}
    barred |= {name for name in raw.columns if name.startswith("PAY_") and not name.startswith("PAY_AMT")}
    kept = {name for name in book.columns if name != "external_ref"}
    assert not kept & {name.lower() for name in barred}
    assert len(barred) == 11
