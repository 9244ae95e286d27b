"""Platt scaling: the scale that was lost, the level that drifts, and what chance may not do."""

import numpy as np
import pytest

from strategy.scoring.calibration import LEVEL_ROWS, TREND_KEPT, Platt, beyond_chance, fit_platt


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


def test_the_latest_month_sets_the_level_and_half_of_its_change_goes_on():
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
