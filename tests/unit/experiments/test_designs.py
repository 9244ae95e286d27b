"""A plan is read whole or refused whole; a draw is the same every time; an arm may ask for nothing unkind."""

from __future__ import annotations

import dataclasses
import json

import pytest
from trying import PLAN, plan

from strategy.experiments.design import Arm, InvalidDesign, from_json, to_json
from strategy.experiments.drawing import OUT, arm_in, arms_in, label, read_label
from strategy.experiments.treatments import ArmUnusable, settings_in
from strategy.settings import StrategySettings


def test_a_plan_survives_its_json():
    assert from_json(json.loads(json.dumps(to_json(PLAN)))) == PLAN


def test_what_has_a_sensible_value_may_be_left_out():
    short = {name: to_json(PLAN)[name] for name in ("name", "question", "arms", "tiers", "metric", "smallest_effect")}
    found = from_json(short)
    assert not isinstance(found, InvalidDesign)
    assert (found.unit, found.alpha, found.window_days) == ("debtor", 0.05, 14)


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        ({"tiers": ("people",)}, "tiers"),
        ({"metric": "complaints"}, "metric"),
        ({"metric": "luck"}, "metric"),
        ({"smallest_effect": 0.0}, "smallest_effect"),
        ({"share": 0.0}, "share"),
        ({"unit": "street"}, "unit"),
        ({"horizon_days": 5}, "horizon_days"),
        ({"arms": (Arm("control", 1.0),)}, "arms"),
        ({"arms": (Arm("control", 0.5), Arm("control", 0.5, {"remind": {"cadence_days": 9}}))}, "arms"),
        ({"arms": (Arm("control", 0.5), Arm("a:b", 0.5, {"remind": {"cadence_days": 9}}))}, "arms"),
        ({"arms": (Arm("control", 0.6), Arm("kinder", 0.5, {"remind": {"cadence_days": 9}}))}, "arms"),
        ({"arms": (Arm("control", 0.5, {"remind": {"cadence_days": 9}}), Arm("b", 0.5, strategy_version=1))}, "arms.0"),
        ({"arms": (Arm("control", 0.5), Arm("same", 0.5))}, "arms.1"),
        ({"arms": (Arm("control", 0.5), Arm("b", 0.5, {"assist": {"cadence_days": 9}}))}, "arms.1.treatments.assist"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_with_its_field(changes, at):
    found = from_json(to_json(plan(**changes)))
    assert isinstance(found, InvalidDesign)
    assert at in {error.field for error in found.errors}


@pytest.mark.parametrize("data", [None, [], "x", {}, {"arms": [1, 2]}, {"arms": [{"name": "a", "treatments": 3}, {}]}])
def test_anything_that_is_no_plan_is_refused(data):
    assert isinstance(from_json(data), InvalidDesign)


def test_an_unknown_field_is_refused():
    found = from_json({**to_json(PLAN), "luck": 1})
    assert isinstance(found, InvalidDesign)
    assert [error.field for error in found.errors] == ["luck"]


def test_a_draw_is_stable_and_has_the_planned_shares():
    arms = (Arm("control", 0.5), Arm("b", 0.3, strategy_version=1), Arm("c", 0.2, strategy_version=2))
    design = plan(arms=arms, share=0.5)
    debtors = [f"debtor-{number}" for number in range(20_000)]
    drawn = arms_in(design, "salt", debtors)
    assert (drawn == arms_in(design, "salt", debtors)).all()
    assert (drawn[::-1] == arms_in(design, "salt", debtors[::-1])).all()
    shares = {place: float((drawn == place).mean()) for place in (OUT, 0, 1, 2)}
    assert shares[OUT] == pytest.approx(0.5, abs=0.02)
    for place, share in enumerate((0.25, 0.15, 0.1)):
        assert shares[place] == pytest.approx(share, abs=0.015)


def test_one_is_drawn_as_among_many_with_its_probability():
    arms = (Arm("control", 0.5), Arm("b", 0.3, strategy_version=1), Arm("c", 0.2, strategy_version=2))
    design = plan(arms=arms, share=0.5)
    debtors = [f"debtor-{number}" for number in range(100)]
    chances = {"control": 0.25, "b": 0.15, "c": 0.1}
    for debtor, place in zip(debtors, arms_in(design, "salt", debtors), strict=True):
        name = None if place == OUT else arms[place].name
        expected = None if name is None else (name, pytest.approx(chances[name]))
        assert arm_in(design, "salt", debtor) == expected


def test_two_experiments_draw_independently():
    debtors = [f"debtor-{number}" for number in range(10_000)]
    first, second = (arms_in(PLAN, key, debtors) for key in ("one", "two"))
    assert (first == second).mean() == pytest.approx(0.5, abs=0.02)


def test_a_label_is_read_back_and_a_permanent_arm_is_none():
    assert read_label(label("x1", "kinder")) == ("x1", "kinder")
    assert read_label("champion") is None


def test_an_arm_changes_its_fields_and_nothing_else():
    in_force = StrategySettings(w_high=0.9)
    changed = settings_in(PLAN.arms[1], in_force, None)
    assert changed.treatments["remind"].cadence_days == 9
    again = dataclasses.replace(changed.treatments["remind"], cadence_days=in_force.treatments["remind"].cadence_days)
    assert dataclasses.replace(changed, treatments={**changed.treatments, "remind": again}) == in_force


def test_an_arm_of_a_version_takes_its_treatments_and_no_threshold():
    other = settings_in(PLAN.arms[1], StrategySettings(w_high=0.5), None)
    found = settings_in(Arm("b", 0.5, strategy_version=7), StrategySettings(w_high=0.9), other)
    assert found.w_high == 0.9
    assert found.treatments == other.treatments
    with pytest.raises(ArmUnusable, match="no strategy version 7"):
        settings_in(Arm("b", 0.5, strategy_version=7), StrategySettings(), None)


@pytest.mark.parametrize(
    "changes", [{"assist": {"agent": "bot"}}, {"remind": {"cadence_days": 0}}, {"remind": {"threat": "court"}}]
)
def test_an_arm_may_ask_for_nothing_that_a_strategy_may_not(changes):
    with pytest.raises(ArmUnusable):
        settings_in(Arm("b", 0.5, changes), StrategySettings(), None)
