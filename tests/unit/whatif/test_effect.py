"""What a change of strategy would do to the tiers, on numbers worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from strategy.settings import CONTACTS, NO_ARMS, TIERS, Arms, Assumptions, StrategySettings
from strategy.whatif.book import BookArrays
from strategy.whatif.effect import placed, what_if

PLAIN = StrategySettings(
    arms=NO_ARMS,
    assumptions=Assumptions(
        uplift=dict(zip(CONTACTS, (1.0, 1.0, 1.0, 2.0), strict=True)),
        cost=dict(zip(CONTACTS, map(Decimal, ("1", "2", "10", "20")), strict=True)),
    ),
)


def book(n: int = 4, previous: list[int] | None = None) -> BookArrays:
    return BookArrays(
        willingness=np.array([0.9, 0.9, 0.5, np.nan][:n]),
        ability=np.array([0.9, 0.5, 0.9, np.nan][:n]),
        balance=np.array([1_000.0, 2_000.0, 3_000.0, 4_000.0][:n]),
        amount_due=np.array([100.0, 200.0, 300.0, 400.0][:n]),
        person_only=np.zeros(n, dtype=bool),
        broken_promises=np.zeros(n, dtype=np.int64),
        previous=None if previous is None else np.array(previous, dtype=np.int8),
    )


def test_a_higher_threshold_moves_load_from_the_bot_to_people():
    effect = what_if(book(), PLAIN, replace(PLAIN, w_high=0.95))
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
    # A person's call doubles the odds: 0.9 to 1 becomes 1.8 to 0.1, which is 18 in 19.
    assert effect.after.expected_recovery == pytest.approx(81 + 200 * 0.5 * 18 / 19 + 135)
    assert effect.before.contacts("human") == pytest.approx(30 / 7)
    assert effect.after.contacts("human") == pytest.approx(2 * 30 / 7)
    assert effect.after.hours("human") == pytest.approx(2 * 30 / 7 * 10 / 60)
    assert effect.before.contacts("bot") == pytest.approx(30 / 7 + 30 / 5 + 30 / 4)


def test_who_pays_needs_half_of_the_contacts():
    effect = what_if(book(), PLAIN, PLAIN)
    assert effect.before.cost == pytest.approx(
        30 / 7 * 1 * (1 - 0.45) + 30 / 5 * 1 * (1 - 0.45) + 30 / 4 * 2 * (1 - 0.25) + 30 / 7 * 20
    )


def test_chance_gives_a_few_to_people_and_leaves_a_few_alone():
    drawn = replace(PLAIN, arms=Arms(hold_out=0.1, human_first=0.2, explore=0))
    effect = what_if(book(), PLAIN, drawn)
    assert effect.moved == 0
    # The fourth account is with people by a hard rule, and never drawn.
    assert effect.after.contacts("human") == pytest.approx(30 / 7 * (1 + 0.2 * 3))
    assert effect.after.contacts("bot") == pytest.approx(0.7 * effect.before.contacts("bot"))
    assert effect.after.expected_recovery > effect.before.expected_recovery


def test_an_account_within_the_margin_keeps_its_side_until_the_thresholds_move():
    stands = book(3, [TIERS.index("persuade")] * 3)
    wide = replace(PLAIN, hysteresis=0.06)
    assert placed(stands, wide).tiers.tolist() == [2, 3, 2]
    assert what_if(stands, wide, replace(wide, hysteresis=0.0)).moved == 2
    moved = what_if(stands, wide, replace(wide, w_high=0.86))
    assert {tier: figures.accounts for tier, figures in moved.after.tiers.items()}["self_cure"] == 1


def test_an_empty_book():
    assert what_if(book(0), PLAIN, PLAIN).moves.sum() == 0
