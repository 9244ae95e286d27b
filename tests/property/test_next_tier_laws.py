"""What is said to move an account moves it: made-up accounts, the real models, and a statement written by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from scored import two_scores

from strategy.reasons.next_tier import MOST_MONTHS, NextTier, better, next_tier, sentences, ways_to_pay
from strategy.scoring.book import check_book
from strategy.settings import HardRules, StrategySettings
from strategy.tiers import AccountFacts, ScoreFacts, assign

DUE = Decimal(2_500)
FEW = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])

money = st.integers(min_value=0, max_value=12).map(lambda step: step * 1_000.0)
accounts = st.fixed_dictionaries(
    {
        "limit": st.sampled_from([20_000.0, 60_000.0, 150_000.0]),
        "billed": st.lists(st.integers(1, 50).map(lambda step: step * 2_000.0), min_size=6, max_size=6),
        "paid": st.lists(money, min_size=6, max_size=6),
        "known": st.integers(2, 6),
    }
)
ways = st.tuples(st.floats(0.05, 1.0), st.booleans(), st.floats(0.1, 0.9))
"""One way to pay (which part of those tried, spending or not), and how far between today's scores and the scores after
it the thresholds stand: so that a way is in reach by making, not by luck."""


def book(limit: float, billed: list[float | None], paid: list[float | None], as_of: date) -> pl.DataFrame:
    row = {"external_ref": "A", "credit_limit": limit, "as_of": as_of}
    row |= {f"billed_{month}": amount for month, amount in enumerate(billed, start=1)}
    row |= {f"paid_{month}": amount for month, amount in enumerate(paid, start=1)}
    kinds = {name: pl.Float64 for name in row if name.startswith(("billed", "paid"))}
    return check_book(pl.DataFrame([row], schema_overrides=kinds))


def drawn(account: dict) -> tuple[list[float | None], list[float | None], pl.DataFrame]:
    gone = [None] * (6 - account["known"])
    billed, paid = account["billed"][: account["known"]] + gone, account["paid"][: account["known"]] + gone
    return billed, paid, book(account["limit"], billed, paid, date(2026, 3, 1))


def within_reach(account: dict, way: tuple[float, bool, float]) -> StrategySettings:
    part, spends, between = way
    billed, paid, row = drawn(account)
    pays = float(round(billed[0] * part))
    then = book(account["limit"], *later(billed, paid, pays, spends), date(2026, 4, 1))
    thresholds = []
    for today, after in zip(two_scores(row), two_scores(then), strict=True):
        higher = max(float(after[0]), float(today[0]) + 0.001)
        thresholds.append(min(float(today[0]) + between * (higher - float(today[0])), 1.0))
    return StrategySettings(
        w_high=thresholds[0],
        a_high=thresholds[1],
        hysteresis=0.005,
        hard_rules=HardRules(large_balance=Decimal(10_000_000)),
    )


def tier_of(row: pl.DataFrame, balance: float, strategy: StrategySettings, previous: str | None) -> str:
    willingness, ability = two_scores(row)
    score = ScoreFacts(float(willingness[0]), float(ability[0]))
    return assign(score, AccountFacts(Decimal(str(balance))), strategy, previous).tier


def later(
    billed: list[float | None], paid: list[float | None], pays: float, spends: bool
) -> tuple[list[float | None], list[float | None]]:
    """The account one statement later, written down without the code that is tested."""
    new = max(billed[0] - billed[1] + paid[0], 0.0) if spends else 0.0
    return [billed[0] + new - pays, *billed[:5]], [pays, *paid[:5]]


@FEW
@given(accounts, ways)
def test_making_the_change_yields_the_tier_that_was_said(account: dict, way: tuple[float, bool, float]) -> None:
    billed, paid, row = drawn(account)
    strategy = within_reach(account, way)
    found = next_tier(row, AccountFacts(Decimal(str(billed[0]))), DUE, strategy, two_scores)
    assert found.now == tier_of(row, billed[0], strategy, None)
    assume(found.change is not None)
    change, tier = found.change, found.now
    for month in range(1, change.months + 1):
        billed, paid = later(billed, paid, float(change.pays), change.spends)
        then = book(account["limit"], billed, paid, date(2026, 3 + month, 1))
        tier = tier_of(then, max(billed[0], 0), strategy, tier)
    assert tier == found.to
    assert better(found.to, found.now)
    assert float(change.pays) * change.months <= account["billed"][0]


@FEW
@given(accounts, ways)
def test_no_smaller_payment_of_those_tried_would_do(account: dict, way: tuple[float, bool, float]) -> None:
    billed, paid, row = drawn(account)
    strategy = within_reach(account, way)
    found = next_tier(row, AccountFacts(Decimal(str(billed[0]))), DUE, strategy, two_scores)
    assume(found.code in ("change", "out_of_reach"))
    for each in ways_to_pay(row, DUE)[::7]:
        if found.change is not None and (found.change.months > 1 or each.pays < found.change.pays):
            then = book(account["limit"], *later(billed, paid, float(each.pays), each.spends), date(2026, 4, 1))
            assert not better(tier_of(then, 0, strategy, found.now), found.now)


ROW = book(100_000.0, [50_000.0] * 6, [0.0] * 6, date(2026, 3, 1))


def high_when_paid(books: pl.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Willing once a tenth of 50,000 was paid; able once the balance is below 46,000."""
    willing = np.where(books["paid_1"] >= 5_000, 0.9, 0.2)
    return willing, np.where(books["billed_1"] < 46_000, 0.9, 0.2)


def ask(**facts: object) -> NextTier:
    known = AccountFacts(**{"balance": Decimal(50_000), **facts})
    return next_tier(ROW, known, DUE, StrategySettings(), high_when_paid)


def test_the_least_payment_is_found_and_told_in_both_languages() -> None:
    found = ask()
    assert (found.code, found.now, found.to) == ("change", "assist", "persuade")
    assert (found.change.pays, found.change.spends, found.change.months) == (Decimal(4_500), True, 1)
    english = sentences(found, "TWD", "en", lambda tier: f"<{tier}>")
    assert english[0].startswith("If 4,500 TWD (9% of what is owed now) is paid by the next statement")
    assert english[0].endswith('the model would place the account in "<persuade>".')
    assert len(english) == 3  # what is due is covered, too, and how it was worked out
    chinese = sentences(found, "TWD", "zh", str)
    assert "4,500 TWD" in chinese[0]
    assert "不是承诺" in chinese[-1]


def test_a_rule_above_the_score_is_named_as_the_reason() -> None:
    for rule in ({"on_hold": True}, {"sensitive": True}, {"broken_promises": 2}):
        assert ask(**rule).code == "hard_rule"
    assert ask(balance=Decimal(900_000)).code == "hard_rule"


def test_paying_below_the_large_balance_is_a_change_like_any_other() -> None:
    found = ask(balance=Decimal(201_000))
    assert (found.code, found.now, found.to) == ("change", "people", "assist")
    assert found.change.pays == Decimal(1_500)


def test_nothing_is_tried_where_there_is_nothing_to_gain_or_to_go_by() -> None:
    facts, strategy = AccountFacts(Decimal(50_000)), StrategySettings()
    best = next_tier(ROW, facts, DUE, strategy, lambda books: (np.ones(len(books)), np.ones(len(books))))
    nobody_knows = next_tier(ROW, facts, DUE, strategy, lambda books: (np.full(len(books), np.nan),) * 2)
    never = next_tier(ROW, facts, DUE, strategy, lambda books: (np.zeros(len(books)), np.zeros(len(books))))
    assert [found.code for found in (best, nobody_knows, never)] == ["best", "no_score", "out_of_reach"]
    assert str(MOST_MONTHS) in sentences(never, "TWD", "en", str)[0]
    for found in (best, nobody_knows, never):
        assert all(len(sentences(found, "TWD", language, str)) == 1 for language in ("zh", "en"))


def test_the_margin_between_tiers_has_to_be_passed_as_well() -> None:
    """An ability just above its threshold moves an account that stands nowhere, and not one that is in the low half."""

    def barely(books: pl.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        return np.full(len(books), 0.2), np.where(books["paid_1"] >= 10_000, 0.8, 0.71)

    facts, strategy = AccountFacts(Decimal(50_000)), StrategySettings(a_high=0.7, hysteresis=0.03)
    assert next_tier(ROW, facts, DUE, strategy, barely).now == "persuade"
    held = next_tier(ROW, facts, DUE, strategy, barely, previous="assist")
    assert (held.now, held.to, held.change.pays) == ("assist", "persuade", Decimal(10_000))


def test_one_account_at_a_time() -> None:
    with pytest.raises(ValueError, match="one account"):
        next_tier(pl.concat([ROW, ROW]), AccountFacts(Decimal(1)), DUE, StrategySettings(), high_when_paid)


def test_a_side_of_the_grid_is_never_given_up_for_another() -> None:
    assert better("remind", "assist")
    assert better("assist", "people")
    assert not better("remind", "persuade")
    assert not better("persuade", "remind")
    assert not better("people", "assist")
