"""Tiers and settings, on cases worked out by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from strategy.settings import TIERS, FieldError, InvalidSettings, StrategySettings, from_json, to_json
from strategy.tiers import AccountFacts, ScoreFacts, assign

DEFAULT = StrategySettings()
SMALL = AccountFacts(Decimal("1000"))


@pytest.mark.parametrize(
    ("willingness", "ability", "tier", "why"),
    [
        (0.85, 0.70, "self_cure", ("willingness_high", "ability_high")),
        (0.85, 0.69, "remind", ("willingness_high", "ability_low")),
        (0.84, 0.70, "persuade", ("willingness_low", "ability_high")),
        (0.84, 0.69, "assist", ("willingness_low", "ability_low")),
    ],
)
def test_the_grid(willingness, ability, tier, why):
    assignment = assign(ScoreFacts(willingness, ability), SMALL, DEFAULT)
    assert (assignment.tier, assignment.why) == (tier, why)


def test_all_hard_rules_that_apply_are_named():
    account = AccountFacts(Decimal("200000"), on_hold=True, sensitive=True, broken_promises=2)
    assert assign(ScoreFacts(1, 1), account, DEFAULT).why == ("hold", "sensitive", "large_balance", "broken_promises")
    assert assign(ScoreFacts(1, 1), AccountFacts(Decimal("199999.99"), broken_promises=1), DEFAULT).tier == "self_cure"


def test_only_remind_and_the_tiers_above_it_offer_parts():
    assert DEFAULT.treatments["self_cure"].part_floor == 1
    assert all(DEFAULT.treatments[tier].part_floor < 1 for tier in TIERS[1:])


def test_the_default_is_valid():
    assert from_json(to_json(DEFAULT)) == DEFAULT


def test_people_cannot_be_handed_to_the_bot():
    data = to_json(DEFAULT)
    data["treatments"]["assist"]["agent"] = "bot"
    assert from_json(data) == InvalidSettings(
        (FieldError("treatments.assist.agent", "must be human: this tier is for people"),)
    )


def test_unknown_fields_and_all_errors_at_once():
    data = to_json(DEFAULT) | {"w_higher": 1, "w_high": 2}
    del data["treatments"]["remind"]
    result = from_json(data)
    assert isinstance(result, InvalidSettings)
    assert [error.field for error in result.errors] == ["w_higher", "w_high", "treatments.remind"]
    assert isinstance(from_json(None), InvalidSettings)
