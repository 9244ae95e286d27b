"""Strategy settings of every legal shape, for laws."""

from __future__ import annotations

from datetime import time
from decimal import Decimal

from hypothesis import strategies as st

from strategy.pacing import WEEKDAYS
from strategy.settings import (
    CONTACTS,
    PERSON_ONLY_TIERS,
    TIERS,
    Arms,
    Assumptions,
    Breaker,
    Capacity,
    FairnessLimits,
    HardRules,
    Hours,
    Pacing,
    StrategySettings,
)
from strategy.treatments import AGENTS, CHANNELS, OFFERS, TONES, Treatment

shares = st.floats(0, 1)
cents = st.integers(0, 10**9).map(lambda value: Decimal(value) / 100)
arms = st.builds(
    Arms, st.floats(0, 0.3), st.floats(0, 0.2), st.floats(0, 0.4), salt=st.sampled_from(["amends", "盐", "2"])
)

minutes = st.integers(9 * 60, 18 * 60 - 1)
hours = st.builds(
    lambda drawn, days: Hours(
        *(time(*divmod(each, 60)) for each in sorted(drawn)), tuple(d for d in WEEKDAYS if d in days)
    ),
    st.sets(minutes, min_size=2, max_size=2),
    st.sets(st.sampled_from(WEEKDAYS), min_size=1),
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
        plan_parts=st.integers(2, 12),
        plan_days=st.integers(7, 365),
        tone=st.sampled_from(TONES),
        offers=st.tuples(st.permutations(OFFERS), st.sets(st.sampled_from(OFFERS))).map(
            lambda drawn: tuple(offer for offer in drawn[0] if offer == "full" or offer in drawn[1])
        ),
        hours=st.none() | hours,
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
    pacing=st.builds(
        Pacing,
        by_key(CHANNELS, st.none() | st.integers(0, 10_000)),
        by_key(CHANNELS, st.none() | st.integers(0, 10_000)),
    ),
    breaker=st.builds(
        Breaker,
        st.integers(5, 1440),
        st.floats(0.01, 1),
        st.integers(1, 1000),
        st.floats(0.001, 1),
        st.integers(1, 1000),
    ),
)
