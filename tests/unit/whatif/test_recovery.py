"""Intervals around expected recovery and cost, held against drawing every account's payment one by one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from strategy.capacity.value import pay_chance
from strategy.settings import NO_ARMS, StrategySettings
from strategy.whatif.book import BookArrays
from strategy.whatif.effect import pairs, placed
from strategy.whatif.recovery import CalibrationDraws, grid_of, ranges

BEFORE = StrategySettings(arms=NO_ARMS)
AFTER = replace(BEFORE, w_high=0.95)


def made_up(n: int = 3_000, seed: int = 3) -> BookArrays:
    rng = np.random.default_rng(seed)
    willingness = rng.beta(6, 1.4, n)
    willingness[: n // 50] = np.nan
    return BookArrays(
        willingness=willingness,
        ability=rng.beta(5, 1.6, n),
        balance=rng.lognormal(10.4, 1.2, n),
        amount_due=rng.lognormal(7.4, 1.0, n),
        person_only=rng.random(n) < 0.05,
        broken_promises=rng.integers(0, 3, n),
    )


def ranges_of(book: BookArrays, before=BEFORE, after=AFTER, draws=None, seed=1):
    one, other = placed(book, before), placed(book, after, before)
    grid = grid_of(book, pairs(one, other))
    return ranges(grid, (one.terms, other.terms), (one.sums, other.sums), draws, seed)


def payments(book: BookArrays, settings: StrategySettings, luck, covers_luck):
    """What every account brings and costs when `luck` decides."""
    found = placed(book, settings, BEFORE)
    uplift, spend = found.terms.uplift[found.tiers], found.terms.spend[found.tiers]
    pays = luck < np.nan_to_num(pay_chance(book.willingness, uplift))
    covers = covers_luck < book.ability
    return float((pays & covers) @ book.amount_due), float((spend * (1 - 0.5 * pays)).sum())


def test_the_interval_of_chance_is_that_of_drawing_every_payment():
    book = made_up()
    rng = np.random.default_rng(9)
    drawn = []
    for _ in range(600):
        luck = rng.random(len(book)), rng.random(len(book))
        before, after = payments(book, BEFORE, *luck), payments(book, AFTER, *luck)
        drawn.append((*before, *after, after[0] - before[0], after[1] - before[1]))
    middles, spreads = np.mean(drawn, axis=0), np.std(drawn, axis=0)
    found = ranges_of(book)
    told = [each for money in (found.before, found.after, found.change) for each in (money.recovery, money.cost)]
    for figure, middle, spread in zip(told, middles, spreads, strict=True):
        assert figure.value == pytest.approx(middle, abs=4 * spread / np.sqrt(600))
        assert (figure.high - figure.low) / (2 * 1.96) == pytest.approx(spread, rel=0.15)
    assert not found.parameters


def test_an_unsure_calibration_widens_the_interval_and_a_wrong_level_moves_it():
    book = made_up()
    rng = np.random.default_rng(4)
    near = np.array([1.0, 0.0])
    unsure = CalibrationDraws(near + rng.normal(0, 0.3, (400, 2)), near + rng.normal(0, 0.3, (400, 2)))
    by_chance, by_both = ranges_of(book), ranges_of(book, draws=unsure)
    assert by_both.parameters
    wide, narrow = by_both.after.recovery, by_chance.after.recovery
    assert wide.value == narrow.value
    assert wide.high - wide.low > 2 * (narrow.high - narrow.low)
    lower = CalibrationDraws(np.tile([1.0, -1.0], (400, 1)), np.tile([1.0, 0.0], (400, 1)))
    assert ranges_of(book, draws=lower).after.recovery.high < narrow.value


def test_a_change_is_known_better_than_either_side_of_it():
    found = ranges_of(made_up(), after=replace(BEFORE, w_high=0.86))
    change = found.change.recovery
    assert change.high - change.low < 0.5 * (found.before.recovery.high - found.before.recovery.low)
    nothing = ranges_of(made_up(), after=BEFORE).change
    assert nothing.recovery == nothing.cost == (0, 0, 0)


def test_the_same_seed_draws_the_same_interval():
    assert ranges_of(made_up(200)) == ranges_of(made_up(200))
    assert ranges_of(made_up(200)).after.recovery != ranges_of(made_up(200), seed=2).after.recovery


def test_without_accounts_there_is_nothing():
    assert ranges_of(made_up(0)).after.recovery == (0, 0, 0)


def test_the_odds_are_raised_not_the_probability():
    assert pay_chance(np.array([0.0, 0.5, 0.9, 1.0]), 2.0) == pytest.approx([0, 2 / 3, 18 / 19, 1])
