"""A test that may be looked at every day: false alarms, cover, and how soon a real effect is seen."""

from __future__ import annotations

import numpy as np
import pytest

from strategy.experiments import harm, sample_ratio, sequential
from strategy.experiments.sequential import difference_of_shares, half_width, holm, log_evidence, p_value

ALPHA = 0.05
PLAYS = 4_000


def daily(random, share, a_day, days):
    """Running counts of one arm in every play: (happened, of), each (PLAYS, days)."""
    of = np.cumsum(random.poisson(a_day, (PLAYS, days)), axis=1)
    steps = np.diff(of, axis=1, prepend=0)
    return np.cumsum(random.binomial(steps, share), axis=1), of


def looks(control, arm, *, a_day=100, days=60, seed=5):
    random = np.random.default_rng(seed)
    yes_control, of_control = daily(random, control, a_day, days)
    yes, of = daily(random, arm, a_day, days)
    return difference_of_shares(yes, of, yes_control, of_control)


@pytest.mark.parametrize(("share", "effect"), [(0.02, 0.01), (0.11, 0.03), (0.5, 0.05), (0.9, 0.05)])
def test_sixty_looks_at_two_equal_arms_raise_fewer_false_alarms_than_alpha(share, effect):
    difference, variance = looks(share, share)
    assert (p_value(difference, variance, effect**2).min(axis=1) <= ALPHA).mean() <= ALPHA
    # The ordinary test, asked as often, alarms in a quarter of the plays and more: the check above can fail.
    assert (np.abs(difference) >= 1.96 * np.sqrt(variance)).any(axis=1).mean() > 0.2


def test_the_interval_holds_the_true_difference_at_every_look():
    difference, variance = looks(0.11, 0.15)
    outside = np.abs(difference - 0.04) > half_width(variance, 0.03**2, ALPHA)
    assert outside.any(axis=1).mean() <= ALPHA


def test_means_with_long_tails_are_no_trouble():
    random = np.random.default_rng(9)
    alarms = 0
    for _ in range(400):
        values = random.lognormal(5, 1.2, (2, 30 * 60))
        n = np.arange(1, 61) * 30
        sums, squares = np.cumsum(values, axis=1)[:, n - 1], np.cumsum(values**2, axis=1)[:, n - 1]
        variance = ((squares - sums**2 / n) / (n - 1) / n).sum(axis=0)
        difference = sums[1] / n - sums[0] / n
        alarms += bool((p_value(difference[4:], variance[4:], 40.0**2) <= ALPHA).any())
    assert alarms / 400 <= ALPHA


def test_a_real_effect_is_found_sooner_than_the_test_of_one_look_would_end():
    difference, variance = looks(0.11, 0.14)
    found = p_value(difference, variance, 0.03**2) <= ALPHA
    assert found.any(axis=1).mean() > 0.9
    # 80 % power with one look needs 1,900 units an arm, 19 days; half of the plays are over in less than twice that.
    assert np.median(found.argmax(axis=1)) < 38


def test_the_smallest_effect_worth_acting_on_is_a_sensible_mixing_deviation():
    """The width is flat in it: half or double the best choice costs a few per cent."""
    variance = 0.01**2
    choices = np.geomspace(0.005, 0.2, 400)
    widths = np.array([half_width(variance, m**2, ALPHA) for m in choices])
    best = choices[widths.argmin()]
    assert best**2 / variance == pytest.approx(8.2, rel=0.1)
    assert widths.min() / best == pytest.approx(1.06, abs=0.05)  # half the width is about the effect itself
    assert half_width(variance, (best / 2) ** 2, ALPHA) < 1.1 * widths.min()
    assert half_width(variance, (best * 2) ** 2, ALPHA) < 1.1 * widths.min()


def test_the_p_value_and_the_interval_say_the_same():
    random = np.random.default_rng(3)
    difference, variance = random.normal(0, 0.05, 2_000), random.uniform(1e-5, 1e-3, 2_000)
    without_nought = np.abs(difference) > half_width(variance, 0.02**2, ALPHA)
    assert (without_nought == (p_value(difference, variance, 0.02**2) < ALPHA)).all()
    assert without_nought.any()
    assert not without_nought.all()


def test_what_is_not_known_is_no_evidence():
    assert log_evidence(np.nan, 0.1, 0.01) == 0
    assert p_value(np.nan, np.inf, 0.01) == 1


def test_holm_multiplies_the_smallest_by_all_and_keeps_the_order():
    assert holm([0.03, 0.01, 0.04]).tolist() == pytest.approx([0.06, 0.03, 0.06])
    assert holm([0.9, 0.8]).tolist() == [1.0, 1.0]
    assert holm([]).tolist() == []


def test_a_ratio_has_the_variance_that_drawing_anew_shows():
    random = np.random.default_rng(11)
    cost, collected = random.gamma(2, 3, 400), random.gamma(1, 50, 400)
    found, variance = sequential.ratio(cost, collected)
    again = random.integers(0, 400, (4_000, 400))
    drawn = cost[again].sum(axis=1) / collected[again].sum(axis=1)
    assert found == pytest.approx(cost.sum() / collected.sum())
    assert variance == pytest.approx(drawn.var(), rel=0.15)


def test_a_cost_per_nothing_is_no_figure():
    value, variance = sequential.ratio(np.ones(3), np.zeros(3))
    assert np.isnan(value)
    assert variance == np.inf


def test_arms_of_the_drawn_size_raise_no_alarm_over_a_hundred_looks():
    random = np.random.default_rng(2)
    alarms = 0
    for _ in range(300):
        counts = np.cumsum(random.multinomial(50, [0.5, 0.3, 0.2], size=100), axis=0)
        alarms += any(sample_ratio.p_value(list(each), [0.5, 0.3, 0.2]) < 0.05 for each in counts[::5])
    assert alarms / 300 <= 0.05


def test_an_arm_that_loses_accounts_is_noticed():
    assert sample_ratio.p_value([5_000, 4_990], [0.5, 0.5]) > 0.5
    assert sample_ratio.p_value([5_000, 4_500], [0.5, 0.5]) < sample_ratio.ALARM
    assert sample_ratio.p_value([0, 0], [0.5, 0.5]) == 1


def test_harm_raises_few_false_alarms_however_rare_and_however_often_looked_at():
    random = np.random.default_rng(4)
    in_arm = np.cumsum(random.random((1_000, 60)) < 0.3, axis=1)
    in_control = np.arange(1, 61) - in_arm
    alarms = [
        any(harm.p_value(a, c, 0.3, 0.7) <= ALPHA for a, c in zip(arm, control, strict=True))
        for arm, control in zip(in_arm.tolist(), in_control.tolist(), strict=True)
    ]
    assert np.mean(alarms) <= ALPHA


def test_harm_is_one_sided_and_quick():
    assert harm.p_value(0, 0, 0.5, 0.5) == 1
    assert harm.p_value(10, 0, 0.5, 0.5) < 0.01
    assert harm.p_value(0, 10, 0.5, 0.5) == 1
    assert harm.p_value(0, 20_000, 0.5, 0.5) == 1
    assert harm.p_value(600, 400, 0.5, 0.5) < 1e-6
