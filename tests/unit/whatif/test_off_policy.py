"""Off-policy estimates on simulated logs, where the truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from strategy.whatif.off_policy import Logged, predicted_outcomes, value_of

ACTIONS = ("nothing", "bot", "human")


def simulated(rng, n, explored, depends=True):
    """A log in which a rule picks the action, but a share of the accounts gets one at random.

    The outcome leans on the account and on the action; `truth` is the (n, actions) mean outcome.
    """
    willing = rng.random(n)
    truth = np.column_stack([willing, willing + 0.15, willing * 0.8 + 0.35])
    rule = np.where(willing > 0.6, 0, 1)
    chance = np.full((n, 3), explored / 3)
    chance[np.arange(n), rule] += 1 - explored
    action = (rng.random(n)[:, None] > chance.cumsum(axis=1)).sum(axis=1)
    outcome = truth[np.arange(n), action] + rng.normal(0, 0.3, n)
    target = np.zeros((n, 3))
    target[np.arange(n), np.where(willing > 0.6, 1, 2)] = 1
    features = willing[:, None] if depends else np.ones((n, 1))
    return Logged(action, chance[np.arange(n), action], outcome), target, features, (target * truth).sum(axis=1).mean()


def errors(explored, n=4_000, runs=150, depends=True):
    rng = np.random.default_rng(11)
    found = {"ips": [], "self_normalised": [], "doubly_robust": []}
    inside = 0
    for _ in range(runs):
        logged, target, features, truth = simulated(rng, n, explored, depends)
        result = value_of(logged, target, predicted_outcomes(features, logged, 3), ACTIONS)
        for name, errors_ in found.items():
            errors_.append(getattr(result, name).value - truth)
        inside += result.doubly_robust.low <= truth <= result.doubly_robust.high
    return {name: np.array(each) for name, each in found.items()}, inside / runs


def test_every_estimate_is_right_on_average_and_the_intervals_hold_what_they_promise():
    found, coverage = errors(0.10)
    for each in found.values():
        assert abs(each.mean()) < 3 * each.std() / np.sqrt(len(each)) + 0.005
    assert 0.90 <= coverage <= 0.99


def test_doubly_robust_is_steadier_than_weighing_alone():
    found, _ = errors(0.10, runs=60)
    assert found["doubly_robust"].std() < 0.5 * found["ips"].std()


def test_doubly_robust_is_right_with_a_model_that_knows_nothing():
    found, _ = errors(0.10, runs=100, depends=False)
    assert abs(found["doubly_robust"].mean()) < 0.02


def test_a_tenth_at_random_tells_far_more_than_a_fiftieth():
    few, _ = errors(0.02, runs=60)
    more, _ = errors(0.10, runs=60)
    assert more["doubly_robust"].std() < 0.6 * few["doubly_robust"].std()


def test_a_strategy_valued_on_its_own_log_is_worth_what_it_brought():
    rng = np.random.default_rng(1)
    logged, _, features, _ = simulated(rng, 2_000, 0.3)
    own = np.zeros((2_000, 3))
    own[np.arange(2_000), logged.action] = 1
    certain = Logged(logged.action, np.ones(2_000), logged.outcome)
    result = value_of(certain, own, predicted_outcomes(features, certain, 3), ACTIONS)
    assert result.ips.value == result.self_normalised.value == pytest.approx(logged.outcome.mean())
    assert result.doubly_robust.value == pytest.approx(logged.outcome.mean())
    assert result.gain.value == pytest.approx(0)
    assert result.effective_rows == pytest.approx(2_000)
    assert result.warnings == ()


def test_thin_support_is_said_aloud():
    rng = np.random.default_rng(2)
    logged, target, features, _ = simulated(rng, 2_000, 0.0)
    result = value_of(logged, target, predicted_outcomes(features, logged, 3), ACTIONS)
    codes = {(each.code, each.action) for each in result.warnings}
    assert ("never_logged", "human") in codes
    assert ("weights_off", "") in codes
    logged, target, features, _ = simulated(rng, 600, 0.02)
    codes = {each.code for each in value_of(logged, target, predicted_outcomes(features, logged, 3), ACTIONS).warnings}
    assert {"few_effective_rows", "one_row_weighs_much"} <= codes
    logged, target, features, _ = simulated(rng, 20_000, 0.10)
    assert value_of(logged, target, predicted_outcomes(features, logged, 3), ACTIONS).warnings == ()


def test_what_cannot_be_valued_is_refused():
    nothing = Logged(np.array([], dtype=np.int64), np.array([]), np.array([]))
    with pytest.raises(ValueError, match="nothing is logged"):
        value_of(nothing, np.zeros((0, 3)), np.zeros((0, 3)), ACTIONS)
    with pytest.raises(ValueError, match="propensity above 0"):
        value_of(Logged(np.array([0]), np.array([0.0]), np.array([1.0])), np.ones((1, 3)), np.ones((1, 3)), ACTIONS)
