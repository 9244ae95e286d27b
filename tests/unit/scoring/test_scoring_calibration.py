"""Metrics and Platt scaling against cases worked out by hand."""

import numpy as np
import pytest

from strategy.scoring.calibration import Platt, auc, brier, calibration_error, fit_platt

HAPPENED = np.array([False, False, True, True])


@pytest.mark.parametrize(
    ("probability", "area"),
    [([0.1, 0.2, 0.3, 0.4], 1.0), ([0.4, 0.3, 0.2, 0.1], 0.0), ([0.5] * 4, 0.5), ([0.1, 0.3, 0.3, 0.4], 0.875)],
)
def test_auc(probability, area):
    assert auc(HAPPENED, np.array(probability)) == pytest.approx(area)


def test_brier():
    assert brier(HAPPENED, np.array([0.0, 0.5, 1.0, 0.5])) == pytest.approx(0.125)


def test_calibration_error_is_the_gap_between_said_and_seen():
    rng = np.random.default_rng(3)
    said = rng.uniform(0.05, 0.95, 200_000)
    happened = rng.random(200_000) < said
    assert calibration_error(happened, said) < 0.005
    assert calibration_error(happened, np.clip(said + 0.1, 0, 1)) == pytest.approx(0.1, abs=0.01)


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
