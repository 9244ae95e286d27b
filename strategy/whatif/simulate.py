"""Everything a draft would change, before and after, on one book. Pure; numpy only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from strategy.fairness.findings import Finding
from strategy.fairness.shares import GroupShare, group_shares, shares_findings
from strategy.fairness.traits import measured_traits
from strategy.settings import TIERS, StrategySettings
from strategy.treatments import AGENTS
from strategy.whatif.book import Book, Grouped
from strategy.whatif.denials import Denials, GateAnswers, denials
from strategy.whatif.effect import Placed, WhatIf, compare, pairs, placed
from strategy.whatif.fitting import WORKING_DAYS, Queue, queues
from strategy.whatif.hours import HourSlice, by_hour
from strategy.whatif.recovery import CalibrationDraws, Ranges, grid_of, ranges

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Day:
    """What is known of one working day: when its contacts fall, and what the gate says to each."""

    slices: list[tuple[HourSlice, ...]]
    """By class of zones, as ``Book.zones`` names them."""
    answers: GateAnswers
    """By class of facts, as ``Book.facts`` counts them."""
    clock: ZoneInfo
    """The house's; hours of the day are read off it."""


@dataclass(frozen=True)
class Side:
    """One strategy on the whole book."""

    placed: Placed
    by_hour: Mapping[str, Floats]
    """By agent: (24,) contacts in each hour of an average working day."""
    queues: Mapping[str, Queue]
    denials: Denials | None
    """None: the gate was not asked."""
    traits: Mapping[str, Grouped]
    """The accounts by every trait that is measured; the same for every draft."""
    groups: Mapping[str, tuple[GroupShare, ...]]
    """By trait."""
    findings: tuple[Finding, ...]
    """What is found of the groups' shares under this strategy."""


@dataclass(frozen=True)
class Simulation:
    """Before and after."""

    what_if: WhatIf
    before: Side
    after: Side
    money: Ranges


def side(book: Book, settings: StrategySettings, day: Day | None, in_force: Side | None = None) -> Side:
    """Put the book under one strategy and count.

    :param in_force: the side that a draft is held against; None for that side itself, which is worth keeping.
    """
    found = placed(book.arrays, settings, in_force.placed.settings if in_force else None)
    traits = in_force.traits if in_force else measured_traits(book.traits)
    groups = {trait: group_shares(each, found.tiers, settings) for trait, each in traits.items()}
    findings = (each for trait, shares in groups.items() for each in shares_findings(trait, shares, settings.fairness))
    loads = {agent: np.zeros(24) for agent in AGENTS}
    said = None
    if day is not None and book.zones is not None and book.facts is not None:
        in_zones = _counts(book.zones.code, found.tiers, len(day.slices))
        contacts = (in_zones @ found.terms.mix) * found.terms.contacts / WORKING_DAYS
        kinds = _by_hour(book.zones, day, settings, contacts)
        for agent in AGENTS:
            loads[agent] = kinds[:, [each == agent for each in found.terms.agents]].sum(axis=1)
        in_classes = _counts(book.facts, found.tiers, len(day.answers.classes))
        said = denials(day.answers, in_classes @ found.terms.mix[:, : len(TIERS)], settings)
    return Side(
        placed=found,
        by_hour=loads,
        queues=queues(book.arrays, found.tiers, settings, found.terms),
        denials=said,
        traits=traits,
        groups=groups,
        findings=tuple(findings),
    )


def simulate(
    book: Book,
    before: Side,
    draft: StrategySettings,
    day: Day | None = None,
    draws: CalibrationDraws | None = None,
    seed: int = 1,
) -> Simulation:
    """Hold a draft against the strategy in force.

    :param before: from :func:`side`, with the settings in force and the same day.
    :param draws: of the calibration; without them the intervals cover chance alone, and say so.
    """
    after = side(book, draft, day, before)
    one, other = before.placed, after.placed
    grid = grid_of(book.arrays, pairs(one, other))
    money = ranges(grid, (one.terms, other.terms), (one.sums, other.sums), draws, seed)
    return Simulation(compare(one, other), before, after, money)


def _by_hour(zones: Grouped, day: Day, settings: StrategySettings, contacts: Floats) -> Floats:
    """(24, kinds) contacts, those of each treatment within its own hours."""
    names = [tuple(name.split("|")) for name in zones.names]
    # The last kind is no contact at all.
    own = [*(settings.treatments[tier].hours for tier in TIERS), None]
    found = np.zeros((24, contacts.shape[1]))
    for hours in dict.fromkeys(own):
        kinds = [each == hours for each in own]
        found[:, kinds] = by_hour(day.slices, names, contacts[:, kinds], hours)
    return found


def _counts(code: NDArray[np.integer], tiers: NDArray[np.int8], classes: int) -> NDArray[np.int64]:
    """(classes, tiers) accounts."""
    place = np.asarray(code, dtype=np.int64) * len(TIERS) + tiers
    return np.bincount(place, minlength=classes * len(TIERS)).reshape(classes, len(TIERS))
