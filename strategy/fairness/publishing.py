"""What a second person must know before a strategy is published or a model promoted. Pure.

Nothing is found, and nothing blocks, where no trait is known: that is "not measured", and is said so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from strategy.fairness.findings import Finding
from strategy.fairness.shares import GroupShare, group_shares, shares_findings
from strategy.fairness.traits import measured_traits
from strategy.settings import StrategySettings
from strategy.whatif.book import Book
from strategy.whatif.effect import tiers_under


@dataclass(frozen=True)
class Shares:
    """The open accounts by group under one strategy."""

    traits: Mapping[str, tuple[GroupShare, ...]]
    findings: tuple[Finding, ...]


def shares(book: Book, settings: StrategySettings, in_force: StrategySettings | None = None) -> Shares:
    """Where the settings would send the open accounts, by every known trait; arms, which chance decides, are left out.

    :param in_force: as of :func:`strategy.whatif.effect.tiers_under`, so that what blocks is what a what-if shows.
    """
    tiers = tiers_under(book.arrays, settings, in_force)
    traits = {trait: group_shares(grouped, tiers, settings) for trait, grouped in measured_traits(book.traits).items()}
    found = (each for trait, groups in traits.items() for each in shares_findings(trait, groups, settings.fairness))
    return Shares(traits, tuple(found))
