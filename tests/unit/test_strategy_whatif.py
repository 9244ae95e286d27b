"""Tiers, what a change of strategy would do, and how fast, on numbers worked out by hand."""

from __future__ import annotations

import time
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from strategy.settings import TIERS, FieldError, InvalidSettings, StrategySettings, from_json, to_json
from strategy.tiers import AccountFacts, ScoreFacts, assign
from strategy.whatif.book import BookArrays
from strategy.whatif.effect import Assumptions, what_if

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


def book(n: int = 4) -> BookArrays:
    return BookArrays(
        willingness=np.array([0.9, 0.9, 0.5, np.nan][:n]),
        ability=np.array([0.9, 0.5, 0.9, np.nan][:n]),
        balance=np.array([1_000.0, 2_000.0, 3_000.0, 4_000.0][:n]),
        amount_due=np.array([100.0, 200.0, 300.0, 400.0][:n]),
        person_only=np.zeros(n, dtype=bool),
        broken_promises=np.zeros(n, dtype=np.int64),
    )


def test_a_higher_threshold_moves_load_from_the_bot_to_people():
    effect = what_if(book(), DEFAULT, replace(DEFAULT, w_high=0.95), Assumptions({"bot": 1.0, "human": 1.5}))
    assert {tier: figures.accounts for tier, figures in effect.before.tiers.items()} == {
        "self_cure": 1,
        "remind": 1,
        "persuade": 1,
        "assist": 0,
        "people": 1,
    }
    moves = {(TIERS[row], TIERS[column]): int(effect.moves[row, column]) for row, column in np.argwhere(effect.moves)}
    assert moves == {
        ("self_cure", "persuade"): 1,
        ("remind", "assist"): 1,
        ("persuade", "persuade"): 1,
        ("people", "people"): 1,
    }
    assert effect.moved == 2
    assert effect.before.expected_recovery == pytest.approx(81 + 90 + 135)
    assert effect.after.expected_recovery == pytest.approx(81 + 90 * 1.5 + 135)
    assert effect.before.contacts("human") == pytest.approx(30 / 7)
    assert effect.after.contacts("human") == pytest.approx(2 * 30 / 7)
    assert effect.after.hours("human") == pytest.approx(2 * 30 / 7 * 10 / 60)
    assert effect.before.contacts("bot") == pytest.approx(30 / 7 + 30 / 5 + 30 / 4)


def test_an_empty_book():
    assert what_if(book(0), DEFAULT, DEFAULT).moves.sum() == 0


def test_a_million_accounts_answer_while_a_slider_is_moved():
    rng = np.random.default_rng(5)
    n = 1_000_000
    million = BookArrays(
        willingness=rng.random(n),
        ability=rng.random(n),
        balance=rng.lognormal(10.4, 1.2, n),
        amount_due=rng.lognormal(7.4, 1.2, n),
        person_only=rng.random(n) < 0.05,
        broken_promises=rng.integers(0, 3, n),
    )
    seconds = []
    for _ in range(3):
        started = time.perf_counter()
        what_if(million, DEFAULT, replace(DEFAULT, w_high=0.9))
        seconds.append(time.perf_counter() - started)
    assert min(seconds) < 1.0
