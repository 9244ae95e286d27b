"""Strategy settings of every legal shape, for laws."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st

from strategy.settings import (
    CONTACTS,
    PERSON_ONLY_TIERS,
    TIERS,
    Arms,
    Assumptions,
    Capacity,
    FairnessLimits,
    HardRules,
    StrategySettings,
)
from strategy.treatments import AGENTS, CHANNELS, OFFERS, TONES, Treatment

shares = st.floats(0, 1)
cents = st.integers(0, 10**9).map(lambda value: Decimal(value) / 100)
arms = st.builds(
    Arms, st.floats(0, 0.3), st.floats(0, 0.2), st.floats(0, 0.4), salt=st.sampled_from(["amends", "盐", "2"])
)


def treatments(agents: tuple[str, ...]) -> st.SearchStrategy[Treatment]:
    return st.builds(
        Treatment,
        name=st.sampled_from(["gentle", "firm", "visit"]),
        agent=st.sampled_from(agents),
        channels=st.permutations(CHANNELS).map(tuple) | st.sampled_from([(channel,) for channel in CHANNELS]),
        cadence_days=st.integers(1, 90),
        promise_days=st.integers(1, 60),
        part_floor=st.integers(1, 100).map(lambda value: Decimal(value) / 100),
        tone=st.sampled_from(TONES),
        offers=st.tuples(st.permutations(OFFERS), st.sets(st.sampled_from(OFFERS))).map(
            lambda drawn: tuple(offer for offer in drawn[0] if offer == "full" or offer in drawn[1])
        ),
    )


def by_key(keys: tuple[str, ...], values: st.SearchStrategy[object]) -> st.SearchStrategy[dict[str, object]]:
    return st.fixed_dictionaries(dict.fromkeys(keys, values))


drafts = st.builds(
    StrategySettings,
    w_high=shares,
    a_high=shares,
    hysteresis=st.floats(0, 0.2),
    hard_rules=st.builds(HardRules, cents.filter(bool), st.integers(1, 10)),
    treatments=st.fixed_dictionaries(
        {tier: treatments(("human",) if tier in PERSON_ONLY_TIERS else AGENTS) for tier in TIERS}
    ),
    capacity=st.builds(Capacity, st.none() | st.floats(0, 1e6), st.none() | st.floats(0, 1e9)),
    arms=arms,
    assumptions=st.builds(
        Assumptions,
        by_key(AGENTS, st.floats(0.1, 240)),
        by_key(CONTACTS, st.floats(0.05, 20)),
        by_key(CONTACTS, cents),
    ),
    fairness=st.builds(FairnessLimits, shares, shares, shares, st.integers(1, 1_000_000)),
)
