"""What a book gives to learn from, who may have seen whom, and what is said where there is too little."""

from datetime import date

import numpy as np
import polars as pl
import pytest
from scored import AS_OF, trained

from rehearsal.portfolio import make_book
from strategy.scoring.amount import worth
from strategy.scoring.book import BILLED, PAID, check_book
from strategy.scoring.calibration import DRAWS
from strategy.scoring.features import Feature, FeatureSpec, feature_table, spec_of
from strategy.scoring.fitting import FOLDS, NotEnoughHistory, fit_head, fold_of, trees_for
from strategy.scoring.panel import has_outcomes, outcome_panel
from strategy.scoring.train import NothingLearnt, train


def told_book(
    rows: int = 1_500, as_of: date = AS_OF, seed: int = 8, *, will_tells: float = 1.5, means_tell: float = 1.5
) -> pl.DataFrame:
    """No history, two columns of its own, one of them half unknown; the first decides who pays, the second how much.

    :param will_tells: 0 where the first column says nothing of who pays; so `means_tell` for the second.
    """
    rng = np.random.default_rng(seed)
    will, means = rng.normal(size=rows), rng.normal(size=rows)
    pays = rng.random(rows) < 1 / (1 + np.exp(-1.0 - will_tells * will))
    covers = pays & (rng.random(rows) < 1 / (1 + np.exp(-0.5 - means_tell * means)))
    balance = rng.uniform(2_000, 50_000, rows).round()
    return check_book(
        pl.DataFrame(
            {
                "external_ref": [f"T-{number}" for number in range(rows)],
                "credit_limit": balance,
                "as_of": [as_of] * rows,
                **{name: pl.Series([None] * rows, dtype=pl.Float64) for name in (*BILLED, *PAID)},
                "billed_1": balance,
                "x_will": will,
                "x_means": pl.Series(np.where(rng.random(rows) < 0.5, means, np.nan)).fill_nan(None),
                "outcome_pays": pays,
                "outcome_covers": covers,
                "outcome_paid": np.where(covers, 0.3, np.where(pays, 0.02, 0.0)) * balance,
            }
        )
    )


@pytest.fixture(scope="module")
def from_outcomes():
    return train(told_book())


def test_a_book_that_tells_outcomes_is_learnt_from_without_a_history(from_outcomes):
    card = from_outcomes.card
    assert {"x_will", "x_means"} <= set(from_outcomes.spec.names)
    assert "miss_share" not in from_outcomes.spec.names
    assert set(from_outcomes.heads) == {"willingness", "ability"}
    assert card["data"]["answers"] == "outcome columns of the book"
    assert "two are needed" in card["out_of_time"]["absent"]
    unseen = card["accounts_never_seen"]
    assert unseen["willingness"]["rows"] == 1_500
    assert unseen["willingness"]["auc"] > 0.75
    assert unseen["ability"]["auc"] > 0.6


def test_two_as_of_dates_are_measured_out_of_time():
    card = train(pl.concat([told_book(800), told_book(800, date(2026, 4, 1), seed=9)])).card
    assert (card["out_of_time"]["trained_on"], card["out_of_time"]["tested_on"]) == (["2026-03"], "2026-04")
    assert card["out_of_time"]["cure"]["rows"] == 800


def test_without_an_answer_for_ability_there_is_none_and_the_card_says_so():
    without = train(told_book().drop("outcome_covers", "outcome_paid"))
    assert without.ability is None
    assert without.amount is None
    assert "ability: 0 rows" in without.card["absent_heads"]["ability"]
    assert "cure" not in without.card["accounts_never_seen"]


def test_an_ability_that_guesses_is_left_out_and_has_no_figures():
    guesses = train(told_book(800, seed=22, means_tell=0.0))
    assert set(guesses.heads) == {"willingness"}
    assert "no better than chance (AUC 0." in guesses.card["absent_heads"]["ability"]
    assert set(guesses.card["accounts_never_seen"]) == {"folds", "tested_on", "willingness"}
    assert set(guesses.card["calibration_draws"]) == {"willingness"}


def test_an_ability_that_guesses_in_the_month_held_out_is_left_out():
    """It knew the months before, and the latest is another world."""
    latest = told_book(600, date(2026, 4, 1), seed=21, means_tell=0.0)
    card = train(pl.concat([told_book(600), latest])).card
    assert "no better than chance" in card["absent_heads"]["ability"]
    assert "ability" not in card["out_of_time"]
    assert "cure" not in card["out_of_time"]["accounts_never_seen"]


def test_no_model_is_made_of_a_willingness_that_guesses():
    with pytest.raises(NothingLearnt, match=r"willingness: .* no better than chance .*; no model was made"):
        train(told_book(800, seed=22, will_tells=0.0))


def test_too_few_outcomes():
    with pytest.raises(NotEnoughHistory, match=r"willingness: 15 rows in all, only \d+ of the rarer answer"):
        train(told_book(15))


@pytest.mark.parametrize(
    ("pays", "covers", "paid", "expected"),
    [
        (None, None, 600.0, (True, True, True)),  # 6 % of the balance
        (None, None, 100.0, (True, False, True)),
        (None, None, 40.0, (False, False, True)),
        (True, None, None, (True, False, False)),
        (False, None, None, (False, False, True)),
        (None, True, None, (True, True, True)),
        (False, True, None, (False, False, True)),
        (None, False, None, None),
        (None, None, None, None),
    ],
)
def test_what_is_not_told_follows_from_the_amount_or_stays_unknown(pays, covers, paid, expected):
    row = told_book(1).with_columns(
        billed_1=pl.lit(10_000.0),
        outcome_pays=pl.lit(pays, dtype=pl.Boolean),
        outcome_covers=pl.lit(covers, dtype=pl.Boolean),
        outcome_paid=pl.lit(paid, dtype=pl.Float64),
    )
    panel = outcome_panel(row, spec_of(row))
    found = [*zip(panel.pays.tolist(), panel.covers.tolist(), panel.covers_known.tolist(), strict=True)]
    assert found == ([] if expected is None else [expected])
    assert has_outcomes(row) == (expected is not None or covers is not None)


def test_a_head_for_any_question_and_no_fold_knows_its_accounts():
    """Labels that only a memory of the account could tell: trees that saw it know them, unseen they are worthless."""
    rng = np.random.default_rng(3)
    spec = FeatureSpec((Feature("x_number", "other", {}, "column:number"),))
    accounts = np.repeat(np.arange(120), 10)
    happened = np.repeat(rng.random(120) < 0.5, 10)
    table = np.asfortranarray(rng.permutation(120)[accounts][:, None].astype(np.float32))
    fitted = fit_head(table, happened, spec, "promise", accounts)
    seen = fitted.head.probability(table)
    unseen = fitted.probability_unseen(table, accounts, ahead=False)
    assert np.corrcoef(fitted.head.log_odds(table), happened)[0, 1] > 0.3
    assert abs(np.corrcoef(unseen, happened)[0, 1]) < 0.2
    assert seen.std() < 0.2  # and the calibration is not taken in by the memory
    assert set(fold_of(accounts).tolist()) == set(range(FOLDS))


@pytest.mark.parametrize(("rows", "trees"), [(300, 160), (5_000, 160), (10_000, 200), (18_000, 360), (10**6, 360)])
def test_more_rows_are_worth_more_trees(rows, trees):
    assert trees_for(rows) == trees


@pytest.mark.parametrize("sign", [-1, 1])
def test_a_head_keeps_the_sign_that_the_spec_gives_it_whatever_the_data_say(sign):
    rng = np.random.default_rng(4)
    column = rng.normal(size=2_000).astype(np.float32)
    happened = rng.random(2_000) < 1 / (1 + np.exp(column * sign))  # the data say the contrary
    spec = FeatureSpec((Feature("x_a", "other", {"kept": sign}, "column:a"),))
    head = fit_head(np.asfortranarray(column[:, None]), happened, spec, "kept", np.arange(2_000)).head
    steps = np.linspace(-3, 3, 50, dtype=np.float32)[:, None]
    assert (np.diff(head.probability(steps)) * sign >= -1e-12).all()


def test_a_level_that_moved_between_months_is_followed():
    rng = np.random.default_rng(5)
    months = np.repeat([1, 2], 3_000)
    table = np.asfortranarray(rng.normal(size=(6_000, 1)).astype(np.float32))
    log_odds = table[:, 0] + np.where(months == 2, 1.0, 0.0)
    happened = rng.random(6_000) < 1 / (1 + np.exp(-log_odds))
    spec = FeatureSpec((Feature("x_a", "other", {}, "column:a"),))
    fitted = fit_head(table, happened, spec, "contact", np.arange(6_000), months)
    level = fitted.probability_unseen(table, np.arange(6_000), ahead=False)[months == 2]
    assert level.mean() == pytest.approx(happened[months == 2].mean(), abs=0.02)
    assert fitted.head.probability(table[months == 2]).mean() > level.mean() + 0.03  # a quarter of the rise once more


def test_expected_amounts_are_never_below_zero_and_add_up():
    book = check_book(make_book(6_000, seed=12, as_of=AS_OF).filter(pl.col("dpd") > 0))
    table = feature_table(book)
    balance = book["billed_1"].to_numpy()
    model = trained()
    expected = model.amount.expected(table, model.willingness.probability(table), balance)
    assert (expected >= 0).all()
    assert (model.amount.expected(table, np.ones(len(table)), -balance) == 0).all()
    told = model.card["out_of_time"]["amount"]
    assert told["expected_over_paid"] == pytest.approx(1, abs=0.15)
    assert told["cash_in_top_fifth_by_oracle"] > told["cash_in_top_fifth"]


def test_what_an_expectation_is_worth():
    paid, balance = np.array([0.0, 10.0, 0.0, 90.0, 500.0]), np.array([50.0, 40.0, 30.0, 90.0, 100.0])
    told = worth(paid, np.minimum(paid, balance), balance)
    assert (told["r2"], told["expected_over_paid"], told["cash_in_top_fifth"]) == (1.0, 1.0, 0.5)
    assert told["cash_in_top_fifth_by_oracle"] == 0.5
    assert told["r2_log_of_payers"] == 1.0
    # Half of everything expected: the order is as good, the amounts are not.
    half = worth(paid, np.minimum(paid, balance) / 2, balance)
    assert half["r2_log_of_payers"] == 1.0
    assert half["r2"] < 0.9
    assert worth(paid, np.zeros(5), balance)["r2_log_of_payers"] is None


def test_the_card_says_how_sure_each_calibration_is():
    drawn = trained().card["calibration_draws"]
    assert drawn.keys() == trained().heads.keys()
    for name, head in trained().heads.items():
        slopes, levels = np.array(drawn[name]).T
        assert len(slopes) == DRAWS
        assert np.quantile(slopes, 0.025) < head.platt.slope < np.quantile(slopes, 0.975)
        assert np.quantile(levels, 0.025) < head.platt.intercept < np.quantile(levels, 0.975)
