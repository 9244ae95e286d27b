"""One look at an experiment: what is counted, what is not known yet, and when it ends."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from trying import plan, units

from strategy.experiments.analysis import look
from strategy.experiments.design import Arm
from strategy.experiments.forecast import NoForecast, forecast

QUIET = {"complained": (0.0, 0.0), "held": (0.0, 0.0)}


def test_a_clear_difference_ends_it_and_says_which_way():
    seen = look(plan(), units((800, 800), promised=(0.30, 0.15), **QUIET), day=30)
    assert (seen.state, seen.why) == ("difference", "ptp: kinder is worse")
    [found] = seen.comparisons["ptp"]
    assert found.difference == pytest.approx(-0.15)
    assert found.low < -0.15 < found.high < 0


def test_for_a_rate_that_should_fall_less_is_better():
    seen = look(plan(metric="roll_rate"), units((800, 800), rolled=(0.30, 0.15), **QUIET), day=30)
    assert (seen.state, seen.why) == ("difference", "roll_rate: kinder is better")


@pytest.mark.parametrize(
    ("counts", "day", "known", "why"),
    [
        ((800, 800), 3, {"promised": (0.3, 0.1)}, "no verdict before day 7"),
        ((800, 60), 30, {"promised": (0.3, 0.1)}, "60 units of 100"),
        ((800, 800), 30, {"promised": (0.3, 0.29)}, "no difference so far"),
    ],
)
def test_it_goes_on_while_it_is_too_early(counts, day, known, why):
    shares = (counts[0] / sum(counts), counts[1] / sum(counts))
    arms = (Arm("control", shares[0]), Arm("kinder", shares[1], {"remind": {"cadence_days": 9}}))
    seen = look(plan(arms=arms), units(counts, **known, **QUIET), day=day)
    assert seen.state == "running"
    assert why in seen.why


def test_an_arm_with_more_complaints_stops_it_before_any_window_is_over():
    seen = look(plan(), units((400, 400), days=1.0, complained=(0.0, 0.05), held=(0.0, 0.0)), day=1)
    assert (seen.state, seen.why) == ("harm", "arm kinder has more complaints than the control")
    assert look(plan(), units((400, 400), days=1.0, complained=(0.05, 0.0), held=(0, 0)), day=1).state == "running"


def test_harm_counts_before_success():
    seen = look(plan(), units((800, 800), promised=(0.1, 0.4), complained=(0.0, 0.0), held=(0.0, 0.1)), day=30)
    assert seen.state == "harm"


def test_arms_of_the_wrong_size_end_it_whatever_they_show():
    seen = look(plan(), units((1_000, 700), promised=(0.1, 0.4), **QUIET), day=30)
    assert seen.state == "uneven"


def test_what_is_not_known_is_said_and_never_nought():
    seen = look(plan(metric="cure"), units((800, 800), promised=(0.3, 0.1), **QUIET), day=30)
    assert all(figure.value is None and figure.units == 800 and figure.known == 0 for figure in seen.figures["cure"])
    assert seen.comparisons["cure"] == ()
    assert (seen.state, seen.why) == ("running", "cure is not known yet")


def test_a_metric_known_for_most_but_not_enough_is_not_known():
    there = units((800, 800), kept=(0.2, 0.2), **QUIET)
    there.values["kept"][:60] = np.nan
    assert look(plan(), there, day=30).figures["kept"][0].value is None
    there.values["kept"][:30] = 0.0
    assert look(plan(), there, day=30).figures["kept"][0].value == pytest.approx(100 / 770, abs=0.01)


def test_units_whose_window_is_not_over_are_not_counted():
    there = units((800, 800), promised=(0.5, 0.5), **QUIET)
    young = dataclasses.replace(there, days=np.where(np.arange(1600) % 2 == 0, 3.0, 30.0))
    assert [figure.units for figure in look(plan(), young, day=30).figures["ptp"]] == [400, 400]


def test_the_horizon_ends_it():
    seen = look(plan(), units((800, 800), promised=(0.3, 0.29), **QUIET), day=60)
    assert (seen.state, seen.why) == ("no_difference", "the horizon of 60 days is over: no difference so far")


def test_cost_for_each_unit_collected_is_a_ratio_of_sums():
    there = units((500, 500), cost=(1.0, 1.0), collected=(0.5, 0.25), **QUIET)
    seen = look(plan(metric="cost_per_unit_collected", smallest_effect=0.5), there, day=30)
    assert [figure.value for figure in seen.figures["cost_per_unit_collected"]] == [2.0, 4.0]
    assert (seen.state, seen.why) == ("difference", "cost_per_unit_collected: kinder is worse")


def test_three_arms_share_one_alpha():
    arms = (Arm("control", 0.4), Arm("b", 0.3, strategy_version=1), Arm("c", 0.3, strategy_version=2))
    seen = look(plan(arms=arms), units((800, 600, 600), promised=(0.30, 0.30, 0.18), complained=(0, 0, 0)), day=30)
    by_arm = {each.arm: each for each in seen.comparisons["ptp"]}
    alone = look(plan(), units((800, 800), promised=(0.30, 0.18), **QUIET), day=30).comparisons["ptp"][0]
    assert by_arm["c"].p_value > alone.p_value
    assert seen.why == "ptp: c is worse"


def test_a_forecast_says_what_daily_looks_do():
    told = forecast(plan(smallest_effect=0.03), base=0.11, units_a_day=200, seed=1, plays=1_000)
    assert told.false_alarms < 0.05 < 0.2 < told.false_alarms_of_a_fixed_test
    assert told.found > 0.9
    assert told == forecast(plan(smallest_effect=0.03), base=0.11, units_a_day=200, seed=1, plays=1_000)
    hopeless = forecast(plan(smallest_effect=0.03), base=0.11, units_a_day=10, seed=1, plays=200)
    assert hopeless.median_days is None


def test_an_amount_has_no_forecast():
    with pytest.raises(NoForecast):
        forecast(plan(metric="collected"), base=0.1, units_a_day=100, seed=1)
    with pytest.raises(NoForecast):
        forecast(plan(), base=0.97, units_a_day=100, seed=1)
