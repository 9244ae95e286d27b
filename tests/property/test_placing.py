"""Laws of arms: chance is fair, steady and on record, and never reaches an account that a hard rule applies to."""

from __future__ import annotations

import time
from dataclasses import replace
from decimal import Decimal

import numpy as np
import polars as pl
import pytest
from drafts import cents, drafts, shares
from hypothesis import given
from hypothesis import strategies as st

from strategy.arms import ARMS, NO_CONTACT, arm_of, draws, may_explore, propensities
from strategy.placing import WHYS, AccountColumns, place, place_all
from strategy.settings import PERSON_ONLY_TIERS, TIERS, Arms, StrategySettings
from strategy.tiers import NOWHERE, AccountFacts, ScoreFacts, hard_rules_that_apply
from strategy.treatments import TONES

scores = st.none() | st.builds(ScoreFacts, shares, st.none() | shares)
accounts = st.builds(AccountFacts, cents, st.booleans(), st.booleans(), st.integers(0, 3), st.booleans())
quiet = st.just(AccountFacts(Decimal(0)))
ids = st.text(max_size=20)
before = st.none() | st.sampled_from(TIERS)
rows_of_a_book = st.lists(st.tuples(ids, scores, accounts | quiet, before), min_size=1, max_size=25)
DEFAULT = StrategySettings()


def columns(rows):
    score = [each if each else ScoreFacts(np.nan, np.nan) for _, each, _, _ in rows]
    facts = [each for _, _, each, _ in rows]
    return AccountColumns(
        willingness=np.array([each.willingness for each in score]),
        ability=np.array([np.nan if each.ability is None else each.ability for each in score]),
        balance=np.array([float(each.balance) for each in facts]),
        on_hold=np.array([each.on_hold for each in facts]),
        sensitive=np.array([each.sensitive for each in facts]),
        broken_promises=np.array([each.broken_promises for each in facts]),
        feed_broken=np.array([each.feed_broken for each in facts]),
    )


@given(rows_of_a_book, drafts)
def test_all_at_once_agrees_with_one_at_a_time(rows, draft):
    previous = np.array([TIERS.index(each) if each else NOWHERE for *_, each in rows], dtype=np.int8)
    bulk = place_all(columns(rows), draft, [each for each, *_ in rows], previous)
    for row, (account_id, score, facts, tier) in enumerate(rows):
        one = place(score, facts, draft, tier, account_id)
        assert TIERS[bulk.tiers[row]] == one.tier
        assert draft.treatments[TIERS[bulk.given[row]]].name == one.treatment.name
        assert ARMS[bulk.arms[row]] == one.arm
        assert bulk.propensity[row] == pytest.approx(one.propensity)
        assert WHYS[bulk.why[row]] == one.why


@given(rows_of_a_book, drafts)
def test_hard_rules_and_missing_scores_are_never_drawn(rows, draft):
    for account_id, score, facts, tier in rows:
        one = place(score, facts, draft, tier, account_id)
        if hard_rules_that_apply(facts, draft) or score is None or score.ability is None:
            assert (one.tier, one.arm, one.propensity) == ("people", "champion", 1.0)
            assert one.treatment is draft.treatments["people"]


@given(rows_of_a_book, drafts)
def test_chance_never_makes_contact_heavier_or_hands_a_person_s_account_to_the_bot(rows, draft):
    for account_id, score, facts, tier in rows:
        one = place(score, facts, draft, tier, account_id)
        own, given_ = draft.treatments[one.tier], one.treatment
        if one.tier in PERSON_ONLY_TIERS:
            assert given_.agent == "human"
        if one.arm == "human_first":
            assert given_.agent == "human"
        elif one.arm == "explore":
            assert given_.agent == own.agent
            assert given_.cadence_days >= own.cadence_days
            assert TONES.index(given_.tone) <= TONES.index(own.tone)
            assert set(given_.channels) <= set(own.channels)
            # What may be agreed to stays what the account's own tier may be offered.
            for agreed in ("offers", "promise_days", "part_floor", "plan_parts", "plan_days"):
                assert getattr(given_, agreed) == getattr(own, agreed)
        else:
            assert given_ == own
        assert 0 < one.propensity <= 1


@given(drafts, st.sampled_from(TIERS[:-1]))
def test_propensities_are_of_everything_that_may_happen(draft, tier):
    chances = propensities(tier, draft)
    assert sum(chances.values()) == pytest.approx(1)
    assert set(may_explore(tier, draft)) <= set(chances)
    assert chances[NO_CONTACT] == draft.arms.hold_out


@given(ids, st.floats(0, 0.3), st.floats(0, 0.3))
def test_a_larger_share_only_adds_accounts(account_id, one, other):
    small, large = sorted((one, other))
    if arm_of(account_id, Arms(small, 0, 0)) == "hold_out":
        assert arm_of(account_id, Arms(large, 0.2, 0.4)) == "hold_out"


MANY = [f"{number:032x}" for number in range(200_000)]


def test_the_shares_come_out_and_the_draws_are_even_and_independent():
    arm, other = draws(MANY, "amends")
    for drawn in (arm, other):
        counts, _ = np.histogram(drawn, bins=100, range=(0, 1))
        # 99 degrees of freedom: 160 is beyond one in ten thousand.
        assert ((counts - 2_000) ** 2 / 2_000).sum() < 160
    assert abs(np.corrcoef(arm, other)[0, 1]) < 0.01
    assert abs(np.corrcoef(arm, draws(MANY, "anew")[0])[0, 1]) < 0.01
    assert abs(np.corrcoef(arm[1:], arm[:-1])[0, 1]) < 0.01


def test_inverse_propensities_find_the_mean_of_a_treatment_that_few_were_given():
    rng = np.random.default_rng(7)
    n = len(MANY)
    book = AccountColumns(
        willingness=rng.random(n),
        ability=rng.random(n),
        balance=np.full(n, 1_000.0),
        on_hold=np.zeros(n, dtype=bool),
        sensitive=np.zeros(n, dtype=bool),
        broken_promises=np.zeros(n, dtype=np.int64),
        feed_broken=np.zeros(n, dtype=bool),
    )
    placed = place_all(book, DEFAULT, MANY)
    persuaded = placed.tiers == TIERS.index("persuade")
    held_out = placed.arms == ARMS.index("hold_out")
    # What a light reminder would bring, as nobody can know: it differs by account, and chance alone gives it here.
    outcome = book.willingness + 0.2
    light = persuaded & ~held_out & (placed.given == TIERS.index("self_cure"))
    assert 0.02 < light.sum() / persuaded.sum() < 0.05
    estimate = (outcome[light] / placed.propensity[light]).sum() / persuaded.sum()
    assert estimate == pytest.approx(outcome[persuaded].mean(), rel=0.05)
    assert placed.by_arm["hold_out"] / (n - placed.by_tier.get("people", 0)) == pytest.approx(0.05, abs=0.003)


def test_the_same_account_is_drawn_alike_today_and_tomorrow():
    """Arms last for years: these figures must never change, or everybody is drawn anew."""
    arm, other = draws(["account-1", "客户-2", ""], "amends")
    assert arm == pytest.approx([0.6260478776496862, 0.7632732703518504, 0.16116721223348918], abs=1e-15)
    assert other == pytest.approx([0.9431250766076696, 0.9678179332379078, 0.21427834887408082], abs=1e-15)


def test_a_million_accounts_are_placed_within_a_second_or_two():
    rng = np.random.default_rng(5)
    n = 1_000_000
    book = AccountColumns(
        willingness=rng.random(n),
        ability=rng.random(n),
        balance=rng.lognormal(10.4, 1.2, n),
        on_hold=rng.random(n) < 0.03,
        sensitive=rng.random(n) < 0.02,
        broken_promises=rng.integers(0, 3, n),
        feed_broken=np.zeros(n, dtype=bool),
    )
    account_ids = pl.Series(range(n)).cast(pl.String)
    started = time.perf_counter()
    placed = place_all(book, replace(DEFAULT, arms=Arms()), account_ids)
    seconds = time.perf_counter() - started
    assert len(placed.tiers) == n
    assert seconds < 4
