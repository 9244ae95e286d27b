"""Platt scaling: the scale that was lost, the level that drifts, and what chance may not do."""

import numpy as np
import pytest

from strategy.scoring.calibration import LEVEL_ROWS, TREND_KEPT, CalibrationRows, Platt, beyond_chance, fit_platt


def test_platt_finds_the_scale_that_was_lost():
    rng = np.random.default_rng(4)
    true_log_odds = rng.normal(1.0, 1.5, 100_000)
    happened = rng.random(100_000) < Platt(1, 0).probability(true_log_odds)
    fitted = fit_platt(2 * true_log_odds - 1, happened)
    assert fitted.slope == pytest.approx(0.5, abs=0.02)
    assert fitted.intercept == pytest.approx(0.5, abs=0.02)


def test_platt_never_turns_the_order_round():
    log_odds = np.linspace(-3, 3, 1_000)
    assert fit_platt(log_odds, log_odds < 0).slope > 0


def test_platt_stays_finite_where_the_slice_is_perfectly_split():
    log_odds = np.linspace(-3, 3, 1_000)
    assert fit_platt(log_odds, log_odds > 0).slope < 1_000


def months_of(levels: list[float], rows: int, seed: int = 6) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Log-odds that know nothing of the month, what happened, and the months, whose level is given."""
    rng = np.random.default_rng(seed)
    months = np.repeat(np.arange(len(levels)), rows)
    log_odds = rng.normal(0, 1.5, len(months))
    return log_odds, rng.random(len(months)) < Platt(1, 0).probability(log_odds + np.array(levels)[months]), months


def test_the_latest_month_sets_the_level_and_a_quarter_of_its_change_goes_on():
    data = months_of([0.0, 0.0, 0.8], rows=60_000)
    assert fit_platt(*data, ahead=False).intercept == pytest.approx(0.8, abs=0.03)
    assert fit_platt(*data).intercept == pytest.approx(0.8 + TREND_KEPT * 0.8, abs=0.05)


def test_a_latest_month_with_too_few_answers_leaves_it_to_all():
    log_odds, happened, months = months_of([0.0, 3.0], rows=LEVEL_ROWS * 3)
    happened[months == 1] = True
    assert fit_platt(log_odds, happened, months) == fit_platt(log_odds, happened)


def test_a_single_month_has_no_trend():
    log_odds, happened, months = months_of([0.5], rows=5_000)
    assert fit_platt(log_odds, happened, months) == fit_platt(log_odds, happened)


@pytest.mark.parametrize(
    ("change", "variance", "kept"), [(0.1, 0.02, 0.0), (-0.2, 0.02, -0.1), (0.0, 0.02, 0.0), (0.3, 0.0, 0.3)]
)
def test_a_change_that_chance_explains_is_no_change(change, variance, kept):
    assert beyond_chance(change, variance) == pytest.approx(kept)


def test_draws_spread_as_the_calibration_does_from_sample_to_sample():
    """The level of one month, where no trend comes in: what is drawn from one sample is what new samples bring."""
    again = [fit_platt(*months_of([0.5], rows=1_500, seed=seed)) for seed in range(60)]
    log_odds, happened, months = months_of([0.5], rows=1_500)
    drawn = np.array(CalibrationRows(log_odds, happened, np.arange(1_500), months).draws())
    said = fit_platt(log_odds, happened, months)
    assert drawn.mean(axis=0) == pytest.approx([said.slope, said.intercept], abs=0.02)
    spread = np.std([(each.slope, each.intercept) for each in again], axis=0)
    assert drawn.std(axis=0) == pytest.approx(spread, rel=0.3)


def test_rows_of_one_account_are_drawn_together():
    log_odds, happened, months = (np.tile(each, 4) for each in months_of([0.5], rows=500))
    each_alone = CalibrationRows(log_odds, happened, np.arange(2_000), months).draws()
    four_of_one = CalibrationRows(log_odds, happened, np.tile(np.arange(500), 4), months).draws()
    assert np.std([level for _, level in four_of_one]) > 1.6 * np.std([level for _, level in each_alone])


def test_how_much_of_a_change_goes_on_is_not_known_either():
    data = months_of([0.0, 0.8], rows=20_000)
    log_odds, happened, months = data
    levels = [level for _, level in CalibrationRows(log_odds, happened, np.arange(len(months)), months).draws()]
    assert 0.7 < min(levels) < 0.9 < 1.5 < max(levels) < 1.7
    assert np.median(levels) == pytest.approx(fit_platt(*data).intercept, abs=0.12)


def test_draws_stay_finite_where_the_rows_are_perfectly_split_or_turned_round():
    log_odds = np.linspace(-3, 3, 400)
    for happened in (log_odds > 0, log_odds < 0):
        drawn = CalibrationRows(log_odds, happened, np.arange(400), np.zeros(400, dtype=int)).draws(50)
        assert np.isfinite(drawn).all()
        assert all(0 < slope < 1_000 for slope, _ in drawn)
