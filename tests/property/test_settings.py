"""Laws of a strategy's settings as JSON."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import fields, replace

import pytest
from drafts import drafts
from hypothesis import given, settings
from hypothesis import strategies as st

from strategy.settings import (
    NO_ARMS,
    Arms,
    Assumptions,
    Breaker,
    Capacity,
    FairnessLimits,
    InvalidSettings,
    Pacing,
    StrategySettings,
    from_json,
    to_json,
)
from strategy.treatments import OFFERS_BEFORE_PLANS

DEFAULT = to_json(StrategySettings())
TOO_MANY_ARMS = {"hold_out": 0.3, "human_first": 0.2, "explore": 0.5, "salt": "amends"}
EVENING = {"starts": "17:00", "ends": "20:00", "days": ["mon"]}
BACKWARDS = {"starts": "17:00", "ends": "10:00", "days": ["mon"]}
LATER_FIELDS = ("hysteresis", "capacity", "arms", "assumptions", "fairness", "pacing", "breaker")


def paths(table: dict[str, object], at: str = "") -> list[str]:
    """The dotted path of every field of the JSON, tables included."""
    found = []
    for name, value in table.items():
        found.append(f"{at}{name}")
        if isinstance(value, dict):
            found += paths(value, f"{at}{name}.")
    return found


def table_at(data: dict[str, object], path: str) -> tuple[dict[str, object], str]:
    *way, last = path.split(".")
    for step in way:
        data = data[step]  # type: ignore[assignment]
    return data, last


@given(drafts)
def test_settings_survive_json(draft):
    assert from_json(json.loads(json.dumps(to_json(draft)))) == draft


def test_every_field_of_the_settings_is_in_the_json():
    assert list(DEFAULT) == [each.name for each in fields(StrategySettings)]


MAY_BE_X = {"name", "salt"}
CHANNEL_LIMITS = {"chat", "voice"}
MAY_BE_A_MILLION = {
    "large_balance",
    "people_hours_per_day",
    "bot_contacts_per_day",
    "smallest_group",
    *CHANNEL_LIMITS,
}
MAY_BE_NONE = {"people_hours_per_day", "bot_contacts_per_day", "hours", *CHANNEL_LIMITS}


def is_legal(path: str, wrong: object) -> bool:
    last = path.rpartition(".")[2]
    if wrong is None:
        return last in MAY_BE_NONE
    if isinstance(wrong, bool):
        return False
    if wrong == 10**6:
        return last in MAY_BE_A_MILLION or ".cost." in path
    return wrong == "x" and last in MAY_BE_X


@given(drafts, st.sampled_from(paths(DEFAULT)), st.sampled_from([None, "", "x", -1, 10**6, True, [], {}, ["fax"]]))
@settings(max_examples=600)
def test_one_wrong_field_is_the_one_that_is_named(draft, path, wrong):
    data = json.loads(json.dumps(to_json(draft)))
    table, last = table_at(data, path)
    table[last] = wrong
    result = from_json(data)
    if is_legal(path, wrong):
        assert isinstance(result, StrategySettings)
    else:
        assert isinstance(result, InvalidSettings)
        assert all(error.field == path or error.field.startswith(f"{path}.") for error in result.errors)
        assert path in str(result)


@given(st.sampled_from([path for path in paths(DEFAULT) if path not in LATER_FIELDS]))
def test_a_missing_field_is_named_unless_there_were_versions_without_it(path):
    data = deepcopy(DEFAULT)
    table, last = table_at(data, path)
    del table[last]
    result = from_json(data)
    if last in ("tone", "offers", "plan_parts", "plan_days", "hours"):
        assert isinstance(result, StrategySettings)
    else:
        assert isinstance(result, InvalidSettings)
        assert path in str(result)


@given(drafts)
def test_an_old_version_reads_as_it_was_meant(draft):
    data = to_json(draft)
    for name in LATER_FIELDS:
        del data[name]
    for treatment in data["treatments"].values():
        for name in ("tone", "offers", "plan_parts", "plan_days", "hours"):
            del treatment[name]
    assert from_json(data) == replace(
        draft,
        hysteresis=0.0,
        capacity=Capacity(),
        arms=NO_ARMS,
        assumptions=Assumptions(),
        fairness=FairnessLimits(),
        pacing=Pacing(),
        breaker=Breaker(),
        treatments={
            tier: replace(each, tone="plain", offers=OFFERS_BEFORE_PLANS, plan_parts=3, plan_days=60, hours=None)
            for tier, each in draft.treatments.items()
        },
    )


def treated_of_old(name: str, agent: str, channels: list[str], *, days: int = 7, floor: str = "1") -> dict[str, object]:
    return {
        "name": name,
        "agent": agent,
        "channels": channels,
        "cadence_days": days,
        "promise_days": 14,
        "part_floor": floor,
    }


STORED_OF_OLD = {
    "w_high": 0.85,
    "a_high": 0.7,
    "hard_rules": {"large_balance": "200000", "broken_promises": 2},
    "treatments": {
        "self_cure": treated_of_old("light_reminder", "bot", ["chat"]),
        "remind": treated_of_old("reminder_with_parts", "bot", ["chat", "voice"], days=5, floor="0.25"),
        "persuade": treated_of_old("clear_reminder", "bot", ["voice", "chat"], days=4, floor="0.4"),
        "assist": treated_of_old("personal_help", "human", ["voice", "chat"], floor="0.1"),
        "people": treated_of_old("personal_review", "human", ["voice"], floor="0.1"),
    },
}
"""Word for word as it lies in ledgers that were made before there were margin, capacity, arms and assumptions."""


def test_a_version_that_lies_in_an_old_ledger_is_read():
    read = from_json(json.loads(json.dumps(STORED_OF_OLD)))
    assert isinstance(read, StrategySettings)
    assert (read.hysteresis, read.arms, read.capacity) == (0.0, NO_ARMS, Capacity())
    assert (read.treatments["remind"].tone, read.treatments["remind"].offers) == ("plain", OFFERS_BEFORE_PLANS)
    assert from_json(to_json(read)) == read


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        ("treatments.remind.offers", ["part"], "must hold full: nobody is kept from paying what is due"),
        ("treatments.people.agent", "bot", "must be human: this tier is for people"),
        ("treatments.remind.hours", EVENING, "must begin before it ends, within 09:00 to 18:00"),
        ("treatments.remind.hours", BACKWARDS, "must begin before it ends, within 09:00 to 18:00"),
        ("arms", TOO_MANY_ARMS, "must leave at least a tenth of the accounts to the grid"),
    ],
)
def test_what_only_two_fields_together_show(path, value, problem):
    data = deepcopy(DEFAULT)
    table, last = table_at(data, path)
    table[last] = value
    result = from_json(data)
    assert isinstance(result, InvalidSettings)
    assert [error.field for error in result.errors] == [path]
    assert problem in str(result)


def test_the_default_arms_leave_most_accounts_to_the_grid():
    arms = Arms()
    assert arms.hold_out + arms.human_first + arms.explore < 0.2
    assert arms.explore >= 0.1  # below a tenth, off-policy estimates get coarse


@pytest.mark.parametrize(
    ("hours", "field"),
    [
        ({"starts": "25:00", "ends": "17:00", "days": ["mon"]}, "starts"),
        ({"starts": "10:00", "ends": "17", "days": ["mon"]}, "ends"),
        ({"starts": "10:00", "ends": "17:00", "days": ["sat"]}, "days"),
        ({"starts": "10:00", "ends": "17:00", "days": []}, "days"),
        ({"starts": "10:00", "ends": "17:00", "days": ["mon"], "zone": "UTC"}, "zone"),
    ],
)
def test_wrong_hours_name_their_field(hours, field):
    data = deepcopy(DEFAULT)
    data["treatments"]["remind"]["hours"] = hours
    result = from_json(data)
    assert isinstance(result, InvalidSettings)
    assert [error.field for error in result.errors] == [f"treatments.remind.hours.{field}"]
