"""What a strategy is expected to bring and to cost, with intervals, and the change between two. Pure; numpy only.

Two things are not known: what each account will do (chance), and how well the scores are calibrated (parameters). Draws
of the calibration's slope and intercept stand for the second. They are applied to a grid of one-percent cells, in which
a million accounts are added up once, so that hundreds of draws cost milliseconds. What the assumed uplift and cost may
really be is in no interval: no data at hand can tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from strategy.arms import NO_CONTACT, propensities
from strategy.capacity.value import pay_chance
from strategy.settings import TIERS, StrategySettings
from strategy.whatif.book import STEPS, BookArrays

Floats = NDArray[np.float64]

PERIOD_DAYS = 30
"""Load, cost and expected recovery are for this many days."""
DRAWS = 400
LOW, HIGH = 0.025, 0.975
SAVED_BY_PAYING = 0.5
"""Share of the period's contacts that an account no longer needs when it pays: on average it does so half-way."""

_MIDDLES = (np.arange(STEPS) + 0.5) / STEPS


@dataclass(frozen=True)
class CalibrationDraws:
    """How the calibration might as well have come out: for each head (draws, 2) slope and intercept, on the log-odds of
    the probability as it is calibrated now, so that (1, 0) is no change."""

    willingness: Floats
    ability: Floats


NO_CHANGE = np.array([[1.0, 0.0]])


class Range(NamedTuple):
    """A figure with its 95% interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Money:
    """Of one strategy, or the change from one to another, per :data:`PERIOD_DAYS`, in the book's currency."""

    recovery: Range
    cost: Range


@dataclass(frozen=True)
class Terms:
    """What is done with the accounts of each tier, and what that does. Kinds of treatment: one for each of
    ``settings.TIERS``, in their order, and last no contact at all, which is the hold-out's."""

    mix: Floats
    """(tiers, kinds) share of a tier's accounts that is given each kind; chance gives a few another one (arms.py)."""
    uplift: Floats
    """(kinds,) how many times the odds of a payment the first kind of contact makes."""
    spend: Floats
    """(kinds,) cost of one account's contacts over the period, while it does not pay."""
    contacts: Floats
    """(kinds,) contacts of one account over the period, at the treatment's cadence."""
    agents: tuple[str, ...]
    """Who speaks, by kind; of the last, nobody."""

    @property
    def willing_on_average(self) -> Floats:
        """(tiers, steps) chance of a payment in the middle of each willingness step."""
        return np.asarray(self.mix @ pay_chance(_MIDDLES, self.uplift[:, None]))


def terms_of(settings: StrategySettings) -> Terms:
    """From the treatments, at their cadence and by their first channel, the arms, and the manager's assumptions."""
    kinds = (*TIERS, NO_CONTACT)
    mix = np.zeros((len(TIERS), len(kinds)))
    uplift, spend, contacts, agents = np.ones(len(kinds)), np.zeros(len(kinds)), np.zeros(len(kinds)), []
    for index, tier in enumerate(TIERS):
        treatment = settings.treatments[tier]
        contact = f"{treatment.agent}_{treatment.channels[0]}"
        uplift[index] = settings.assumptions.uplift[contact]
        contacts[index] = PERIOD_DAYS / treatment.cadence_days
        spend[index] = float(settings.assumptions.cost[contact]) * contacts[index]
        agents.append(treatment.agent)
        # Most of those in `people` are there by a hard rule, and such an account is never drawn.
        chances = {tier: 1.0} if tier == "people" else propensities(tier, settings)
        for kind, chance in chances.items():
            mix[index, kinds.index(kind)] += chance
    return Terms(mix, uplift, spend, contacts, (*agents, ""))


@dataclass(frozen=True)
class Sums:
    """One strategy, summed account by account; each by tier."""

    recovery: Floats
    cost: Floats


def sums(book: BookArrays, tiers: NDArray[np.int8], accounts: NDArray[np.int64], terms: Terms) -> Sums:
    """Expected recovery W x A x amount due, and cost. An account without a score brings nothing, and costs in full."""
    recovery, cost = np.zeros(len(TIERS)), np.zeros(len(TIERS))
    for uplift in np.unique(terms.uplift):
        kinds = terms.uplift == uplift
        paying = book.paying(float(uplift))
        covered = np.bincount(tiers, weights=paying * book.covered, minlength=len(TIERS))
        recovery += terms.mix[:, kinds].sum(axis=1) * covered
        saved = SAVED_BY_PAYING * np.bincount(tiers, weights=paying, minlength=len(TIERS))
        cost += (terms.mix[:, kinds] @ terms.spend[kinds]) * (accounts - saved)
    return Sums(recovery, cost)


@dataclass(frozen=True)
class Grid:
    """The scored accounts added up: (tiers before, tiers after, willingness steps, ability steps)."""

    accounts: Floats
    due: Floats
    due_squared: Floats


def grid_of(book: BookArrays, pair: NDArray[np.int64]) -> Grid:
    """:param pair: tier before x number of tiers + tier after, one entry per account."""
    tiers = len(TIERS)
    place = pair * (STEPS * STEPS) + book.cell
    shape, size = (tiers, tiers, STEPS, STEPS), tiers * tiers * STEPS * STEPS

    def added_up(weights: Floats | NDArray[np.bool_]) -> Floats:
        return np.asarray(np.bincount(place, weights=weights, minlength=size), dtype=np.float64).reshape(shape)

    return Grid(added_up(book.scored), added_up(book.scored_due), added_up(book.scored_due**2))


@dataclass(frozen=True)
class Ranges:
    """Before, after, and the change."""

    before: Money
    after: Money
    change: Money
    parameters: bool
    """Whether the intervals cover the calibration's uncertainty; else they cover chance alone."""


def ranges(
    grid: Grid, terms: tuple[Terms, Terms], exact: tuple[Sums, Sums], draws: CalibrationDraws | None, seed: int
) -> Ranges:
    """Intervals around sums that were taken account by account.

    The two strategies meet the same draws and the same payers, so the change is known better than either of them.
    :param terms: before and after, as `exact`.
    """
    luck = np.random.default_rng(seed).standard_normal(DRAWS)
    none = CalibrationDraws(NO_CHANGE, NO_CHANGE)
    recovery_drawn, cost_drawn, recovery_chance, cost_chance = [], [], [], []
    for side, each in enumerate(terms):
        accounts, due = grid.accounts.sum(axis=1 - side), grid.due.sum(axis=1 - side)
        level = _drawn(accounts, due, each, none)
        at = _drawn(accounts, due, each, draws or none)
        recovery_drawn.append(at[0] - level[0])
        cost_drawn.append(at[1] - level[1])
    for pays, spends in _payers(terms):
        recovery_chance.append(float((grid.due_squared * pays).sum()))
        cost_chance.append(float((grid.accounts.sum(axis=3) * spends).sum()))
    values = [float(each.recovery.sum()) for each in exact], [float(each.cost.sum()) for each in exact]
    found = []
    for value, drawn, chance in zip(values, (recovery_drawn, cost_drawn), (recovery_chance, cost_chance), strict=True):
        centres = (*value, value[1] - value[0])
        shifts = (*drawn, drawn[1] - drawn[0])
        found.append(
            [_range(*each, luck) for each in zip(centres, shifts, np.sqrt(chance), strict=True)],
        )
    before, after, change = (Money(recovery, cost) for recovery, cost in zip(*found, strict=True))
    return Ranges(before, after, change, parameters=draws is not None)


def _range(value: float, shifts: Floats, chance: float, luck: Floats) -> Range:
    low, high = np.quantile(np.resize(shifts, DRAWS) + chance * luck, (LOW, HIGH))
    return Range(value, value + float(low), value + float(high))


def _drawn(accounts: Floats, due: Floats, terms: Terms, draws: CalibrationDraws) -> tuple[Floats, Floats]:
    """(draws,) recovery and cost on the grid of one strategy."""
    calibrated, able = _recalibrated(draws.willingness), _recalibrated(draws.ability)
    paying = np.stack([pay_chance(calibrated, uplift) for uplift in terms.uplift])
    recovery, cost = np.zeros(len(able)), np.zeros(len(able))
    for tier, mix in enumerate(terms.mix):
        recovery += ((np.tensordot(mix, paying, 1) @ due[tier]) * able).sum(axis=1)
        cost -= SAVED_BY_PAYING * (np.tensordot(mix * terms.spend, paying, 1) @ accounts[tier].sum(axis=1))
    return recovery, cost


def _recalibrated(parameters: Floats) -> Floats:
    """(draws, steps) probability in the middle of each step, under each draw."""
    log_odds = np.log(_MIDDLES / (1.0 - _MIDDLES))
    return np.asarray(1.0 / (1.0 + np.exp(-(parameters[:, :1] * log_odds + parameters[:, 1:]))))


def _payers(terms: tuple[Terms, Terms]) -> list[tuple[Floats, Floats]]:
    """What chance does to one account in each cell: variance of what it covers, in parts of its amount due, by
    (tier before, tier after, willingness, ability), and of its cost, by all but ability. Before, after, change.

    Whoever would pay under the weaker treatment is taken to pay under the stronger one too.
    """
    willing_before, willing_after = terms[0].willing_on_average[:, None, :], terms[1].willing_on_average[None, :, :]
    spend_before, spend_after = ((each.mix @ each.spend)[:, None] for each in terms)
    spend_before, spend_after = spend_before[:, None], spend_after[None, :]
    more, less = np.maximum(willing_after - willing_before, 0), np.maximum(willing_before - willing_after, 0)
    both = np.minimum(willing_before, willing_after)
    mean = both * (spend_after - spend_before) + more * spend_after - less * spend_before
    square = both * (spend_after - spend_before) ** 2 + more * spend_after**2 + less * spend_before**2
    saved = SAVED_BY_PAYING**2
    return [
        (_of_cure(willing_before), saved * spend_before**2 * willing_before * (1 - willing_before)),
        (_of_cure(willing_after), saved * spend_after**2 * willing_after * (1 - willing_after)),
        (_of_cure(more + less), saved * (square - mean**2)),
    ]


def _of_cure(willing: Floats) -> Floats:
    cured = willing[..., None] * _MIDDLES
    return np.asarray(cured * (1 - cured))
