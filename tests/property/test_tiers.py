"""Laws of tiers, settings and what-if."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from decimal import Decimal

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from strategy.settings import TIERS, HardRules, InvalidSettings, StrategySettings, from_json, to_json
from strategy.tiers import AccountFacts, ScoreFacts, assign
from strategy.treatments import AGENTS, CHANNELS, Treatment
from strategy.whatif.book import BookArrays
from strategy.whatif.effect import tier_indexes, what_if

shares = st.floats(0, 1)
cents = st.integers(0, 10**9).map(lambda value: Decimal(value) / 100)
scores = st.builds(ScoreFacts, shares, shares)
accounts = st.builds(AccountFacts, cents, st.booleans(), st.booleans(), st.integers(0, 5))


def treatments(agents):
    return st.builds(
        Treatment,
        name=st.sampled_from(["gentle", "firm"]),
        agent=st.sampled_from(agents),
        channels=st.permutations(CHANNELS).map(tuple) | st.sampled_from([(channel,) for channel in CHANNELS]),
        cadence_days=st.integers(1, 90),
        promise_days=st.integers(1, 60),
        part_floor=st.integers(1, 100).map(lambda value: Decimal(value) / 100),
    )


drafts = st.builds(
    StrategySettings,
    w_high=shares,
    a_high=shares,
    hard_rules=st.builds(HardRules, cents.filter(bool), st.integers(1, 10)),
    treatments=st.fixed_dictionaries(
        {tier: treatments(("human",) if tier in ("assist", "people") else AGENTS) for tier in TIERS}
    ),
)


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


@given(drafts)
def test_settings_survive_json(draft):
    assert from_json(json.loads(json.dumps(to_json(draft)))) == draft


JSON_FIELDS = [
    *("w_high", "a_high", "hard_rules", "hard_rules.large_balance", "hard_rules.broken_promises", "treatments"),
    *(f"treatments.{tier}" for tier in TIERS),
    *(f"treatments.{tier}.{field.name}" for tier in TIERS for field in fields(Treatment)),
]


@given(drafts, st.sampled_from(JSON_FIELDS), st.sampled_from([None, "", "x", -1, 10**6, True, [], {}, ["fax"]]))
@settings(max_examples=300)
def test_one_wrong_field_is_the_one_that_is_named(draft, path, wrong):
    data = json.loads(json.dumps(to_json(draft)))
    *way, last = path.split(".")
    table = data
    for step in way:
        table = table[step]
    table[last] = wrong
    result = from_json(data)
    legal = isinstance(wrong, str | int) and (
        (last == "name" and wrong == "x") or (last == "large_balance" and wrong == 10**6)
    )
    if not legal or isinstance(wrong, bool):
        assert isinstance(result, InvalidSettings)
        assert all(error.field == path or error.field.startswith(f"{path}.") for error in result.errors)
        assert path in str(result)


@st.composite
def books(draw):
    rows = draw(st.lists(st.tuples(st.none() | scores, accounts), min_size=1, max_size=30))
    return rows, BookArrays(
        willingness=np.array([score.willingness if score else np.nan for score, _ in rows]),
        ability=np.array([score.ability if score else np.nan for score, _ in rows]),
        balance=np.array([float(account.balance) for _, account in rows]),
        amount_due=np.array([float(account.balance) / 20 for _, account in rows]),
        person_only=np.array([account.on_hold or account.sensitive for _, account in rows]),
        broken_promises=np.array([account.broken_promises for _, account in rows]),
    )


@given(books(), drafts)
def test_the_whole_book_at_once_agrees_with_one_account_at_a_time(both, draft):
    rows, book = both
    one_by_one = [TIERS.index(assign(score, account, draft).tier) for score, account in rows]
    assert tier_indexes(book, draft).tolist() == one_by_one


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
