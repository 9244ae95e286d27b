"""Laws of tiers, settings and what-if."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import numpy as np
from drafts import cents, drafts, shares
from hypothesis import given
from hypothesis import strategies as st

from strategy.settings import TIERS, HardRules
from strategy.tiers import NOWHERE, SIDES, AccountFacts, ScoreFacts, assign, hard_rules_that_apply, tier_indexes
from strategy.whatif.book import BookArrays
from strategy.whatif.effect import what_if

scores = st.builds(ScoreFacts, shares, shares)
accounts = st.builds(AccountFacts, cents, st.booleans(), st.booleans(), st.integers(0, 5), st.booleans())
before = st.none() | st.sampled_from(TIERS)


noise = st.floats(-1, 1)
QUIET = AccountFacts(Decimal(0))
"""An account that no hard rule applies to: every drawn limit is above 0."""


@given(st.none() | scores, accounts, drafts)
def test_every_account_gets_exactly_one_known_tier_with_its_treatment_and_reasons(score, account, draft):
    assignment = assign(score, account, draft)
    assert assignment.tier in TIERS
    assert assignment.treatment is draft.treatments[assignment.tier]
    assert assignment.why


@given(accounts, drafts)
def test_without_a_score_it_is_people(account, draft):
    assert assign(None, account, draft).tier == "people"


@given(scores, accounts, drafts)
def test_a_hard_rule_stands_above_every_score(score, account, draft):
    for held in (replace(account, on_hold=True), replace(account, sensitive=True)):
        assignment = assign(score, held, draft)
        assert assignment.tier == "people"
        assert assignment.treatment.agent == "human"


@given(scores, accounts, drafts, shares, shares)
def test_raising_a_threshold_never_moves_an_account_to_a_less_human_tier(score, account, draft, more_w, more_a):
    raised = replace(draft, w_high=max(draft.w_high, more_w), a_high=max(draft.a_high, more_a))
    before, after = (TIERS.index(assign(score, account, each).tier) for each in (draft, raised))
    assert after >= before


@given(scores, accounts, drafts, cents.filter(bool), st.integers(1, 10))
def test_tightening_a_hard_rule_never_takes_an_account_away_from_people(score, account, draft, balance, promises):
    rules = HardRules(min(draft.hard_rules.large_balance, balance), min(draft.hard_rules.broken_promises, promises))
    if assign(score, account, draft).tier == "people":
        assert assign(score, account, replace(draft, hard_rules=rules)).tier == "people"


@st.composite
def books(draw):
    rows = draw(st.lists(st.tuples(st.none() | scores, accounts), min_size=1, max_size=30))
    return rows, BookArrays(
        willingness=np.array([score.willingness if score else np.nan for score, _ in rows]),
        ability=np.array([score.ability if score else np.nan for score, _ in rows]),
        balance=np.array([float(account.balance) for _, account in rows]),
        amount_due=np.array([float(account.balance) / 20 for _, account in rows]),
        person_only=np.array([each.on_hold or each.sensitive or each.feed_broken for _, each in rows]),
        broken_promises=np.array([account.broken_promises for _, account in rows]),
    )


@given(books(), drafts, st.lists(before, min_size=30, max_size=30))
def test_the_whole_book_at_once_agrees_with_one_account_at_a_time(both, draft, tiers_before):
    rows, book = both
    one_by_one = [TIERS.index(assign(score, account, draft).tier) for score, account in rows]
    assert tier_indexes(book, draft).tolist() == one_by_one
    previous = np.array([TIERS.index(tier) if tier else NOWHERE for tier in tiers_before[: len(rows)]], dtype=np.int8)
    one_by_one = [
        TIERS.index(assign(score, account, draft, tier).tier)
        for (score, account), tier in zip(rows, tiers_before, strict=False)
    ]
    assert tier_indexes(book, draft, previous).tolist() == one_by_one


@given(scores, drafts, st.lists(st.tuples(noise, noise), max_size=12), before)
def test_noise_smaller_than_the_margin_moves_an_account_at_most_once(score, draft, shaken, tier):
    """Each score changes its side once at most, wherever its true value lies, and then stays."""
    sides = []
    for by_w, by_a in shaken:
        margin = draft.hysteresis * 0.999
        seen = ScoreFacts(score.willingness + by_w * margin, score.ability + by_a * margin)
        tier = assign(seen, QUIET, draft, tier).tier
        sides.append(SIDES[tier])
    for dimension in (0, 1):
        # The first look may start without a tier to stay in; from then on at most one move.
        crossings = sum(one[dimension] != other[dimension] for one, other in pairwise(sides))
        assert crossings <= 1


@given(scores, drafts, st.sampled_from([*SIDES]))
def test_an_account_within_the_margin_stays_where_it_is(score, draft, tier):
    w_in, a_in = (
        abs(value - threshold) < draft.hysteresis * 0.999
        for value, threshold in ((score.willingness, draft.w_high), (score.ability, draft.a_high))
    )
    found = assign(score, QUIET, draft, tier)
    for dimension, within in enumerate((w_in, a_in)):
        if within:
            assert SIDES[found.tier][dimension] == SIDES[tier][dimension]
    plain = assign(score, QUIET, draft)
    assert ("within_margin" in found.why) == (found.tier != plain.tier)
    assert "within_margin" not in plain.why


@given(scores, accounts, drafts, before)
def test_hard_rules_know_no_margin(score, account, draft, tier):
    by_rule = assign(score, account, draft, tier)
    assert (by_rule.tier == "people") == bool(hard_rules_that_apply(account, draft))
    assert assign(score, replace(account, feed_broken=True), draft, tier).tier == "people"


@given(scores, drafts)
def test_out_of_people_the_plain_thresholds_count(score, draft):
    assert assign(score, QUIET, draft, "people") == assign(score, QUIET, draft)


@given(books(), drafts, drafts)
def test_what_if_loses_nobody_and_nothing(both, before, after):
    rows, book = both
    effect = what_if(book, before, after)
    assert effect.moves.sum() == len(rows)
    assert effect.moves.sum(axis=1).tolist() == [effect.before.tiers[tier].accounts for tier in TIERS]
    assert effect.moves.sum(axis=0).tolist() == [effect.after.tiers[tier].accounts for tier in TIERS]
    for outlook in (effect.before, effect.after):
        np.testing.assert_allclose(sum(tier.balance for tier in outlook.tiers.values()), book.balance.sum())
    assert what_if(book, before, before).moved == 0
