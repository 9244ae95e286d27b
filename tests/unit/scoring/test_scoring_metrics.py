"""Measures against cases worked out by hand, and against weights that repeat rows."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from strategy.scoring.metrics import (
    auc,
    auc_with_interval,
    brier,
    calibration_error,
    figures,
    no_better_than_chance,
    resamples,
)

HAPPENED = np.array([False, False, True, True])


@pytest.mark.parametrize(
    ("probability", "area"),
    [([0.1, 0.2, 0.3, 0.4], 1.0), ([0.4, 0.3, 0.2, 0.1], 0.0), ([0.5] * 4, 0.5), ([0.1, 0.3, 0.3, 0.4], 0.875)],
)
def test_auc(probability, area):
    assert auc(HAPPENED, np.array(probability)).tolist() == [pytest.approx(area)]


def test_brier():
    assert brier(HAPPENED, np.array([0.0, 0.5, 1.0, 0.5])).tolist() == [pytest.approx(0.125)]


def test_calibration_error_is_the_gap_between_said_and_seen():
    rng = np.random.default_rng(3)
    said = rng.uniform(0.05, 0.95, 200_000)
    happened = rng.random(200_000) < said
    assert calibration_error(happened, said)[0] < 0.005
    assert calibration_error(happened, np.clip(said + 0.1, 0, 1))[0] == pytest.approx(0.1, abs=0.01)


@pytest.mark.parametrize("measure", [auc, brier])
def test_a_weight_is_how_often_a_row_was_drawn(measure):
    rng = np.random.default_rng(4)
    said = rng.integers(0, 20, 300) / 20  # many ties
    happened = rng.random(300) < said
    times = rng.integers(0, 4, 300)
    repeated = measure(np.repeat(happened, times), np.repeat(said, times))[0]
    assert measure(happened, said, times[None, :].astype(float))[0] == pytest.approx(repeated)


def test_auc_is_that_of_scikit_learn():
    rng = np.random.default_rng(5)
    said = np.round(rng.random(2_000), 2)
    happened = rng.random(2_000) < said
    assert auc(happened, said)[0] == pytest.approx(roc_auc_score(happened, said))


def test_all_rows_of_an_account_are_drawn_together():
    accounts = np.array([7, 7, 9, 4, 4, 4])
    drawn = np.concatenate(list(resamples(accounts, 50)))
    assert drawn.shape == (50, 6)
    assert (drawn[:, 0] == drawn[:, 1]).all()
    assert (drawn[:, 3] == drawn[:, 5]).all()
    assert ((drawn[:, 0] + drawn[:, 2] + drawn[:, 3]) == 3).all()


def test_an_interval_is_wider_where_rows_are_fewer_accounts():
    rng = np.random.default_rng(6)
    said = rng.random(1_000)
    happened = rng.random(1_000) < said
    apart = figures(happened, said, np.arange(1_000))
    together = figures(np.tile(happened, 2), np.tile(said, 2), np.tile(np.arange(1_000), 2))
    width = [each["auc_interval"][1] - each["auc_interval"][0] for each in (apart, together)]
    assert width[0] == pytest.approx(width[1], rel=0.3)
    assert apart["auc_interval"][0] < apart["auc"] < apart["auc_interval"][1]
    assert apart["ece"] < 2.5 * apart["ece_if_perfect"]


def test_nothing_to_measure_by():
    assert figures(np.ones(5, dtype=bool), np.full(5, 0.5), np.arange(5)) == {"rows": 5}


@pytest.mark.parametrize(
    ("area", "between", "guesses"),
    [(0.62, [0.55, 0.69], False), (0.48, [0.43, 0.54], True), (0.55, [0.5, 0.6], True), (0.3, [0.2, 0.4], True)],
)
def test_a_head_is_of_use_if_its_whole_interval_stands_above_a_coin(area, between, guesses):
    said = no_better_than_chance("promise", {"auc": area, "auc_interval": between})
    assert (said is not None) == guesses
    if guesses:
        assert said.startswith("promise: ")
        assert f"AUC {area:.2f}, 95% interval {between[0]:.2f} to {between[1]:.2f}" in said


def test_a_head_that_cannot_be_measured_is_of_no_use():
    held_out = figures(np.ones(30, dtype=np.bool_), np.full(30, 0.9), np.arange(30))
    assert "all 30 rows" in no_better_than_chance("kept", held_out)


def test_an_area_alone_is_that_of_all_figures():
    rng = np.random.default_rng(7)
    said = rng.random(500)
    happened = rng.random(500) < said
    everything = figures(happened, said, np.arange(500))
    assert auc_with_interval(happened, said, np.arange(500)) == {
        name: everything[name] for name in ("auc", "auc_interval")
    }
