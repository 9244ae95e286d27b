"""What does not fit, against sorting the contacts, and against the assignment of a day."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from strategy.capacity.assignment import Limits, best_actions
from strategy.settings import ACTIONS, NO_ARMS, Capacity, StrategySettings
from strategy.whatif.book import BookArrays
from strategy.whatif.effect import placed
from strategy.whatif.fitting import WORKING_DAYS, queues

N = 4_000


def book() -> BookArrays:
    rng = np.random.default_rng(8)
    return BookArrays(
        willingness=rng.beta(2, 1, N),
        ability=rng.beta(5, 1.6, N),
        balance=rng.lognormal(10, 1, N),
        amount_due=rng.lognormal(8, 1, N),
        person_only=np.zeros(N, dtype=bool),
        broken_promises=np.zeros(N, dtype=np.int64),
    )


def queue(settings: StrategySettings, agent: str):
    found = placed(book(), settings)
    return queues(book(), found.tiers, settings, found.terms)[agent]


ALL_HELP = StrategySettings(w_high=1.0, a_high=1.0, arms=NO_ARMS)


def test_without_a_limit_all_fits_and_an_hour_more_brings_nothing():
    free = queue(ALL_HELP, "human")
    assert free.contacts == pytest.approx(N * 30 / 7 / WORKING_DAYS)
    assert free.hours == pytest.approx(free.contacts * 10 / 60)
    assert (free.room, free.left_out, free.price, free.value_left_out) == (None, 0, 0, 0)
    assert queue(ALL_HELP, "bot").contacts == 0


def test_the_best_contacts_go_first():
    hours = 60.0
    found = queue(replace(ALL_HELP, capacity=Capacity(people_hours_per_day=hours)), "human")
    assert found.left_out == pytest.approx(found.contacts - 360)
    assets = book()
    gain = (assets.paying(1.6) - assets.willingness) * assets.covered - 60
    rate = 30 / 7 / WORKING_DAYS
    by_worth = np.sort(np.maximum(gain, 0))[::-1]
    first_out = int(360 / rate)
    assert found.price == pytest.approx(by_worth[first_out] * 6, rel=0.01)
    assert found.value_left_out == pytest.approx(by_worth[first_out:].sum() * rate, rel=0.01)


def test_the_price_is_that_of_assigning_a_day():
    assets = book()
    settings = replace(ALL_HELP, capacity=Capacity(people_hours_per_day=60.0))
    daily = replace(settings.treatments["assist"], cadence_days=1)
    settings = replace(settings, treatments={**settings.treatments, "assist": daily})
    found = queue(settings, "human")
    gain = (assets.paying(1.6) - assets.willingness) * assets.covered - 60
    values = np.full((N, len(ACTIONS)), -np.inf)
    values[:, 0] = 0
    values[:, ACTIONS.index("human_voice")] = gain
    minutes = np.array([10.0 if action.startswith("human") else 0.0 for action in ACTIONS])
    # On a working day 1.4 days' contacts are due at a cadence of one day.
    assigned = best_actions(values, minutes, Limits(60 * 60 / 1.4, np.inf))
    assert found.price == pytest.approx(assigned.price_of_minute * 60, rel=0.01)


def test_the_bot_is_counted_in_contacts():
    easy = StrategySettings(w_high=0.0, a_high=0.0, arms=NO_ARMS, capacity=Capacity(bot_contacts_per_day=100))
    found = queue(easy, "bot")
    assert found.left_out == pytest.approx(found.contacts - 100)
    assert found.price > 0


def test_an_account_without_a_score_comes_last():
    nobody = replace(book(), willingness=np.full(N, np.nan))
    settings = replace(ALL_HELP, capacity=Capacity(people_hours_per_day=1))
    found = placed(nobody, settings)
    assert queues(nobody, found.tiers, settings, found.terms)["human"].price == 0
