"""Fairness by group: the figures, against an outside library and by hand, and the rule that blocks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from fairlearn.metrics import MetricFrame, demographic_parity_ratio, selection_rate, true_positive_rate
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from strategy.fairness import intervals
from strategy.fairness.findings import Finding
from strategy.fairness.predictions import (
    calibration_finding,
    from_json,
    group_fits,
    opportunity_finding,
    to_json,
)
from strategy.fairness.publishing import shares
from strategy.fairness.shares import GroupShare, group_shares, shares_findings
from strategy.fairness.traits import FEWEST, POOLED, crossed, grouped, measured_traits
from strategy.settings import TIERS, FairnessLimits, StrategySettings
from strategy.whatif.book import Book, BookArrays, Grouped

SETTINGS = StrategySettings()
LIMITS = FairnessLimits()


def shares_finding(trait: str, groups: tuple[GroupShare, ...], limits: FairnessLimits) -> Finding | None:
    return next((each for each in shares_findings(trait, groups, limits) if each.measure == "to_people"), None)


PEOPLE = TIERS.index("people")
REMIND = TIERS.index("remind")


def halves(first: int, first_people: int, second: int, second_people: int) -> tuple[Grouped, np.ndarray]:
    """Two groups, f and m, and how many of each are sent to people."""
    words = ["f"] * first + ["m"] * second
    tiers = [PEOPLE] * first_people + [REMIND] * (first - first_people)
    tiers += [PEOPLE] * second_people + [REMIND] * (second - second_people)
    return grouped(words), np.array(tiers, dtype=np.int8)


def made_up(seed: int, rows: int = 3_000) -> tuple[Grouped, list[str], np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    words = rng.choice(["a", "b", "c"], rows, p=[0.5, 0.3, 0.2]).tolist()
    predicted = rng.beta(4, 1.5, rows)
    happened = rng.random(rows) < predicted
    return grouped(words), words, predicted, happened


def test_shares_and_their_ratio_agree_with_fairlearn() -> None:
    each, words, predicted, happened = made_up(1)
    tiers = np.where(predicted < 0.7, PEOPLE, REMIND)
    found = group_shares(each, tiers, SETTINGS)
    frame = MetricFrame(metrics=selection_rate, y_true=happened, y_pred=predicted < 0.7, sensitive_features=words)
    assert {group.name: group.to_people for group in found} == pytest.approx(dict(frame.by_group))
    worst = shares_finding("t", found, LIMITS)
    assert worst is not None
    theirs = demographic_parity_ratio(happened, predicted < 0.7, sensitive_features=words)
    assert worst.figure == pytest.approx(theirs)
    assert all(sum(group.tiers.values()) == pytest.approx(1) for group in found)


def test_equal_opportunity_agrees_with_fairlearn() -> None:
    each, words, predicted, happened = made_up(2)
    fits = group_fits(each, predicted, happened)
    frame = MetricFrame(metrics=true_positive_rate, y_true=happened, y_pred=predicted >= 0.85, sensitive_features=words)
    ours = {fit.name: fit.opportunity(0.85)[0] / fit.opportunity(0.85)[1] for fit in fits}
    assert ours == pytest.approx(dict(frame.by_group))
    worst = opportunity_finding("t", fits, 0.85, LIMITS)
    assert worst is not None
    assert worst.figure == pytest.approx(frame.difference())


def test_a_score_on_the_threshold_is_on_its_upper_side() -> None:
    fit = group_fits(grouped(["a"] * 3), np.array([0.29, 0.57, 0.5699]), np.ones(3, dtype=bool))[0]
    assert fit.opportunity(0.57) == (1, 3)
    assert fit.opportunity(0.29) == (3, 3)


@given(st.integers(0, 300), st.integers(1, 300))
def test_the_interval_of_a_share_is_wilsons(count: int, of: int) -> None:
    count = min(count, of)
    theirs = binomtest(count, of).proportion_ci(method="wilson")
    assert intervals.of_share(count, of, intervals.deviate()) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


@given(st.integers(0, 200), st.integers(0, 200))
def test_intervals_hold_their_figure_and_turn_round_with_it(one: int, other: int) -> None:
    z = intervals.deviate(3)
    low, high = intervals.of_difference(one, 200, other, 200, z)
    assert low <= (one - other) / 200 <= high
    assert intervals.of_difference(other, 200, one, 200, z) == pytest.approx((-high, -low))
    low, high = intervals.of_ratio(one, 200, other, 200, z)
    assert 0 < low <= high
    assert intervals.of_ratio(other, 200, one, 200, z) == pytest.approx((1 / high, 1 / low))


def test_more_comparisons_make_wider_intervals_that_hold_together() -> None:
    assert intervals.deviate(1) == pytest.approx(1.96, abs=0.001)
    rng = np.random.default_rng(5)
    drawn = rng.binomial(400, 0.3, (500, 4))
    z = intervals.deviate(6)
    wrong = 0
    for row in drawn:
        pairs = [(i, j) for i in range(4) for j in range(i)]
        bounds = [intervals.of_difference(row[i], 400, row[j], 400, z) for i, j in pairs]
        wrong += not all(low <= 0 <= high for low, high in bounds)
    assert wrong / 500 < 0.06


@pytest.mark.parametrize(
    ("sizes", "level"),
    [
        # 25 % of women and 36 % of men, as on the real data, in large groups: chance does not explain it.
        ((1000, 250, 1000, 360), "block"),
        # The same shares of few people.
        ((100, 25, 100, 36), "warn"),
        # Of enough people to block, yet chance explains the difference.
        ((200, 16, 200, 21), "warn"),
        # Above four fifths.
        ((1000, 300, 1000, 330), "note"),
        ((1000, 0, 1000, 40), "block"),
    ],
)
def test_a_ratio_past_the_limit_blocks_unless_chance_may_explain_it(sizes: tuple[int, ...], level: str) -> None:
    each, tiers = halves(*sizes)
    found = shares_finding("sex", group_shares(each, tiers, SETTINGS), LIMITS)
    assert found is not None
    assert (found.level, found.group, found.against) == (level, "f", "m")
    assert found.blocking == (level == "block")


def test_nobody_sent_to_people_is_nothing_to_compare() -> None:
    each, tiers = halves(500, 0, 500, 0)
    assert shares_finding("sex", group_shares(each, tiers, SETTINGS), LIMITS) is None


def test_a_group_whose_predictions_miss_blocks_and_a_well_met_one_does_not() -> None:
    each, words, predicted, happened = made_up(3)
    fits = group_fits(each, predicted, happened)
    found = calibration_finding("t", "willingness", fits, LIMITS)
    assert found is not None
    assert found.level == "note"
    lowered = np.where(np.array(words) == "b", predicted - 0.1, predicted)
    found = calibration_finding("t", "willingness", group_fits(each, lowered, happened), LIMITS)
    assert found is not None
    assert (found.level, found.group) == ("block", "b")
    assert found.low <= found.figure <= found.high
    assert found.figure == pytest.approx(0.1, abs=0.03)


def test_small_groups_are_pooled_and_never_named_in_a_finding() -> None:
    words = ["a"] * 300 + ["b"] * 300 + ["c"] * (FEWEST - 1) + ["d"] * 2 + [None]
    each = measured_traits({"t": grouped(words)})["t"]
    assert each.names == ("a", "b", POOLED)
    assert (each.code == 2).sum() == FEWEST + 1
    assert each.code[-1] == -1
    tiers = np.where(each.code == 2, PEOPLE, REMIND).astype(np.int8)
    tiers[:10] = PEOPLE
    found = shares_finding("t", group_shares(each, tiers, SETTINGS), LIMITS)
    assert found is not None
    assert POOLED not in (found.group, found.against)


def test_two_traits_are_looked_at_together() -> None:
    sex, age = grouped(["f", "m", "f", None] * 100), grouped(["26-35", "<26", "<26", "<26"] * 100)
    assert age.names == ("<26", "26-35")
    both = crossed(sex, age)
    assert both.names == ("f <26", "f 26-35", "m <26", "m 26-35")
    assert both.code[:4].tolist() == [1, 2, 0, -1]
    found = measured_traits({"sex": sex, "age": age})
    assert found["sex_and_age"].names == ("f <26", "f 26-35", "m <26")


def test_a_trait_with_one_group_and_a_book_without_traits_are_not_measured() -> None:
    assert measured_traits({"sex": grouped(["f"] * 50)}) == {}
    arrays = BookArrays(
        willingness=np.full(50, 0.9),
        ability=np.full(50, 0.9),
        balance=np.full(50, 100.0),
        amount_due=np.full(50, 10.0),
        person_only=np.zeros(50, dtype=bool),
        broken_promises=np.zeros(50, dtype=np.int64),
    )
    assert shares(Book(arrays), SETTINGS).findings == ()


def test_figures_survive_a_round_trip_and_sentences_come_in_both_languages() -> None:
    each, _, predicted, happened = made_up(4)
    fits = {"willingness": {"sex": group_fits(each, predicted, happened)}}
    assert from_json(to_json(fits)) == fits
    with pytest.raises(ValueError, match="no figures by group"):
        from_json({"willingness": {"sex": [{"name": "a"}]}})
    groups, tiers = halves(1000, 250, 1000, 360)
    found = shares_finding("sex", group_shares(groups, tiers, SETTINGS), LIMITS)
    assert found is not None
    assert "0.69" in found.sentence("en")
    assert "性别" in found.sentence("zh")
    assert "second person" in found.sentence("en")
    assert found.to_json()["figure"] == 0.6944


def test_who_is_held_to_be_unwilling_is_compared_apart_from_who_goes_to_people() -> None:
    each = grouped(["f"] * 1000 + ["m"] * 1000)
    tiers = np.full(2000, REMIND, dtype=np.int8)
    tiers[:160], tiers[1000:1230] = TIERS.index("persuade"), TIERS.index("persuade")
    (found,) = shares_findings("sex", group_shares(each, tiers, SETTINGS), LIMITS)
    assert (found.measure, found.level, found.group) == ("unwilling", "block", "f")
    assert found.figure == pytest.approx(160 / 230)


def test_what_blocks_a_draft_is_counted_where_the_draft_puts_people() -> None:
    """A threshold that moves takes no account of where somebody stands; the margin is for thresholds that stay."""
    arrays = BookArrays(
        willingness=np.full(1_000, 0.84),
        ability=np.full(1_000, 0.4),
        balance=np.full(1_000, 100.0),
        amount_due=np.full(1_000, 10.0),
        person_only=np.zeros(1_000, dtype=bool),
        broken_promises=np.zeros(1_000, dtype=np.int64),
        previous=np.full(1_000, TIERS.index("assist"), dtype=np.int8),
    )
    book = Book(arrays, traits={"sex": grouped(["f", "m"] * 500)})
    lower = replace(SETTINGS, w_high=0.83)
    assert shares(book, SETTINGS, SETTINGS).traits["sex"][0].to_people == 1
    assert shares(book, lower, SETTINGS).traits["sex"][0].to_people == 0
