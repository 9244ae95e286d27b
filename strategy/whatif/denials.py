"""What the gate would deny: the real gate, asked once for each class of accounts that it cannot tell apart. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from strategy.policy.decision import Deny
from strategy.policy.facts import ContactFacts
from strategy.policy.gate import decide
from strategy.policy.packs import Packs
from strategy.settings import TIERS, StrategySettings
from strategy.whatif.hours import HourSlice, shares_within

Floats = NDArray[np.float64]
Codes = tuple[str, ...]
AgentOf = Callable[[str, str], str]
"""(channel, 'bot' or 'human') -> the gate's word for the agent."""


@dataclass(frozen=True)
class FactsClass:
    """Accounts of equal facts: one of them, by channel, and when the plan would contact them on the day asked about."""

    facts: Mapping[str, ContactFacts]
    slices: tuple[HourSlice, ...]


@dataclass
class GateAnswers:
    """The gate's answers for one book and one day; each question is put once, and remembered."""

    classes: Sequence[FactsClass]
    packs: Packs
    agent_of: AgentOf
    _known: dict[tuple[int, str, str], tuple[Codes, ...]] = field(default_factory=dict)

    def codes(self, index: int, channel: str, agent: str) -> tuple[Codes, ...]:
        """For each slice of the day, why a class would be denied this contact; an empty tuple where it is allowed."""
        key = (index, channel, agent)
        if key not in self._known:
            each = self.classes[index]
            self._known[key] = tuple(
                self._ask(each.facts[channel], channel, agent, part.middle) for part in each.slices
            )
        return self._known[key]

    def _ask(self, facts: ContactFacts, channel: str, agent: str, at: datetime) -> Codes:
        action = replace(facts.action, agent=self.agent_of(channel, agent))
        said = decide(replace(facts, action=action), self.packs, at)
        return said.codes if isinstance(said, Deny) else ()


@dataclass(frozen=True)
class Denials:
    """What the gate says when every account is contacted once on the day, by its treatment's first channel.

    Counts are expected accounts: one that is denied in a third of the day's contact hours counts as a third.
    """

    asked: float
    denied: float
    reasons: Mapping[str, float]
    """By code, most first. A denial with two reasons counts under both."""
    never_planned: float
    """Accounts without any hour at which they could be contacted, for their zones are unknown or do not meet."""
    out_of_reach: float
    """Accounts that no channel of their treatment may reach in any hour of the day."""


def denials(answers: GateAnswers, counts: Floats | NDArray[np.int64], settings: StrategySettings) -> Denials:
    """Count a book's denials under one strategy.

    :param counts: (classes of facts, tiers) accounts that are given the treatment of each tier.
    """
    reasons = defaultdict[str, float](float)
    asked = denied = never_planned = out_of_reach = 0.0
    for index, tier in np.argwhere(counts):
        number = float(counts[index, tier])
        slices = answers.classes[index].slices
        treatment = settings.treatments[TIERS[tier]]
        zones = answers.classes[index].facts[treatment.channels[0]].tz_candidates
        shares = shares_within(slices, zones, treatment.hours)
        if not any(shares):
            never_planned += number
            continue
        asked += number
        by_channel = [answers.codes(int(index), channel, treatment.agent) for channel in treatment.channels]
        out_of_reach += number * all(
            all(codes for codes, share in zip(said, shares, strict=True) if share) for said in by_channel
        )
        for share, codes in zip(shares, by_channel[0], strict=True):
            denied += number * share * bool(codes)
            for code in codes:
                reasons[code] += number * share
    most_first = dict(sorted(reasons.items(), key=lambda each: -each[1]))
    return Denials(asked, denied, most_first, never_planned, out_of_reach)
