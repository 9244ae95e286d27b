"""A draft valued from a log that chance wrote, where the truth is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from strategy.arms import NO_CONTACT, propensities
from strategy.settings import NO_ARMS, Arms, StrategySettings
from strategy.tiers import GRID
from strategy.whatif.off_policy import OffPolicy
from strategy.whatif.valuing import FEWEST_LOGGED, LEFT_ALONE, Log, TooLittle, action_of, possible_in, value_draft

RAN = StrategySettings(arms=Arms(hold_out=0.1, human_first=0.1, explore=0.2))
GAIN = {"light_reminder": 10.0, "reminder_with_parts": 20.0, "clear_reminder": 25.0, "personal_help": 60.0}
"""What a contact brings on top of what an account pays anyway, which is 100 x W x A."""


def brought(name: str, base: float) -> float:
    return base + GAIN.get(name, 70.0 if name == "personal_review" else 0.0)


def written(n: int, seed: int = 1) -> Log:
    rng = np.random.default_rng(seed)
    willingness, ability = rng.beta(6, 1.4, n), rng.beta(5, 1.6, n)
    actions, possible, propensity, outcome = [], [], [], []
    for willing, able in zip(willingness, ability, strict=True):
        tier = GRID[willing >= RAN.w_high, able >= RAN.a_high]
        chances = propensities(tier, RAN)
        possible.append(possible_in(tier, RAN))
        given = rng.choice(list(chances), p=list(chances.values()))
        action = LEFT_ALONE if given == NO_CONTACT else action_of(RAN.treatments[given])
        actions.append(action)
        propensity.append(chances[given])
        outcome.append(brought(action.name, 100 * willing * able) + rng.normal(0, 30))
    return Log(tuple(actions), tuple(possible), np.array(propensity), np.array(outcome), willingness, ability, 7, 30)


def truth(log: Log, draft: StrategySettings) -> float:
    values = []
    for willing, able in zip(log.willingness, log.ability, strict=True):
        chances = propensities(GRID[willing >= draft.w_high, able >= draft.a_high], draft)
        values.append(
            sum(
                chance * brought("" if given == NO_CONTACT else draft.treatments[given].name, 100 * willing * able)
                for given, chance in chances.items()
            )
        )
    return float(np.mean(values))


def treated(**tiers: str) -> StrategySettings:
    """The strategy that ran, but with some tiers treated like another one."""
    return replace(RAN, treatments={**RAN.treatments, **{tier: RAN.treatments[as_] for tier, as_ in tiers.items()}})


@pytest.mark.parametrize(
    "draft",
    [
        treated(persuade="self_cure"),
        replace(treated(remind="people", persuade="people"), arms=NO_ARMS),
        replace(RAN, arms=NO_ARMS),
    ],
    ids=["lighter", "people", "no arms"],
)
def test_a_draft_is_worth_what_it_would_have_brought(draft):
    log = written(4_000)
    found = value_draft(log, draft)
    assert isinstance(found, OffPolicy)
    for each in (found.ips, found.self_normalised, found.doubly_robust):
        assert abs(each.value - truth(log, draft)) < 3.5 * each.standard_error
    assert found.doubly_robust.standard_error < found.ips.standard_error
    assert "not_possible" not in {each.code for each in found.warnings}


def test_what_chance_could_not_have_done_is_said():
    # Above the present threshold nobody is ever given the firmer treatment: nothing shows what it would do to them.
    found = value_draft(written(3_000), replace(RAN, w_high=0.95))
    assert isinstance(found, OffPolicy)
    shares = {each.code: each.figure for each in found.warnings}
    assert 0.1 < shares["not_possible"] < 0.6
    assert shares["weights_off"] < 1


def test_the_strategy_that_ran_gains_nothing_on_itself():
    found = value_draft(written(3_000), RAN)
    assert isinstance(found, OffPolicy)
    assert found.gain.low <= 0 <= found.gain.high
    assert found.warnings == ()


def test_a_treatment_that_nobody_was_given_is_named():
    slower = replace(RAN.treatments["remind"], cadence_days=30)
    found = value_draft(written(1_000), replace(RAN, treatments={**RAN.treatments, "remind": slower}))
    assert isinstance(found, OffPolicy)
    assert ("never_logged", "reminder_with_parts, 30 days, plain") in {
        (each.code, each.action) for each in found.warnings
    }


def test_too_short_a_log_is_said_to_be_too_short():
    found = value_draft(written(FEWEST_LOGGED - 1), RAN)
    assert found == TooLittle(FEWEST_LOGGED - 1, 7)
    assert "at least 200 are needed" in str(found)
