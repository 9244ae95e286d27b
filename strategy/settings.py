"""The content of a strategy version: a manager's thresholds, hard rules, treatments, arms and limits. Pure.

It is stored as JSON in ``StrategyVersion.settings``; amounts are text there, so that nothing is rounded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any

from strategy.pacing import Breaker, Hours, Pacing, hours_json, read_breaker, read_hours, read_pacing
from strategy.settings_reader import FieldError, InvalidSettings, Reader
from strategy.treatments import AGENTS, CHANNELS, DEFAULT_TREATMENTS, OFFERS, OFFERS_BEFORE_PLANS, TONES, Treatment

__all__ = [
    "ACTIONS",
    "CONTACTS",
    "PERSON_ONLY_TIERS",
    "TIERS",
    "Arms",
    "Assumptions",
    "Breaker",
    "Capacity",
    "FairnessLimits",
    "FieldError",
    "HardRules",
    "Hours",
    "InvalidSettings",
    "Pacing",
    "StrategySettings",
    "from_json",
    "to_json",
]

TIERS = ("self_cure", "remind", "persuade", "assist", "people")
"""From the lightest touch to the most human."""

PERSON_ONLY_TIERS = ("assist", "people")
"""Their treatment must name a person: hardship and hard rules never go to the bot."""

CONTACTS = tuple(f"{agent}_{channel}" for agent in AGENTS for channel in CHANNELS)
"""``bot_chat``, ``bot_voice``, ``human_chat``, ``human_voice``."""

ACTIONS = ("nothing", *CONTACTS)
"""What may be done about an account on one day."""


@dataclass(frozen=True, slots=True)
class HardRules:
    """What sends an account to people whatever its score says. A hold or a sensitive flag always does."""

    large_balance: Decimal = Decimal("200000")
    """This balance or more, in the account's currency."""
    broken_promises: int = 2
    """This many broken promises or more."""


@dataclass(frozen=True, slots=True)
class Capacity:
    """What there is to work with on one day; None is not limited."""

    people_hours_per_day: float | None = None
    bot_contacts_per_day: float | None = None


@dataclass(frozen=True, slots=True)
class Arms:
    """Shares of the accounts that chance, and not the grid, decides about; together at most 1. See strategy/arms.py."""

    hold_out: float = 0.05
    """Nobody contacts these first; whoever of them gets in touch is served like anybody."""
    human_first: float = 0.02
    """A person takes these, whatever the grid says."""
    explore: float = 0.10
    """A random one of the treatments that weigh no heavier than their own."""
    salt: str = "amends"
    """Who is in which arm hangs on this and the account alone. Another salt draws everybody anew."""


NO_ARMS = Arms(0.0, 0.0, 0.0)
"""How a version that was written before there were arms is read."""


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What no public data can tell. A manager sets them, and they stand beside every figure that rests on them."""

    minutes_per_contact: Mapping[str, float] = field(default_factory=lambda: {"bot": 4.5, "human": 10.0})
    """Talk and wrap-up, by agent."""
    uplift: Mapping[str, float] = field(default_factory=lambda: dict(zip(CONTACTS, (1.1, 1.2, 1.25, 1.6), strict=True)))
    """By contact: how many times the odds of a payment within the cycle it makes; 1 changes nothing, less does harm."""
    cost: Mapping[str, Decimal] = field(
        default_factory=lambda: dict(zip(CONTACTS, map(Decimal, ("0.20", "3.00", "40.00", "60.00")), strict=True))
    )
    """By contact, in the account's currency."""


@dataclass(frozen=True, slots=True)
class FairnessLimits:
    """How far groups of people may differ before a second person has to accept it. See strategy/fairness/."""

    parity_ratio: float = 0.8
    """Least ratio, between two groups, of the shares that a tier gets of them: the four-fifths rule."""
    opportunity_gap: float = 0.1
    """Most that groups may differ in how many of those who would pay are believed to."""
    calibration_gap: float = 0.05
    """Most by which a group's mean prediction may miss what happened."""
    smallest_group: int = 200
    """Groups of fewer accounts are shown and block nothing: chance alone makes them differ."""


@dataclass(frozen=True, slots=True)
class StrategySettings:
    """One strategy version."""

    w_high: float = 0.85
    """Willingness from here on is high."""
    a_high: float = 0.70
    """Ability from here on is high."""
    hysteresis: float = 0.03
    """An account changes its side of a threshold only when its score passes the threshold by this much."""
    hard_rules: HardRules = field(default_factory=HardRules)
    treatments: Mapping[str, Treatment] = field(default_factory=lambda: dict(DEFAULT_TREATMENTS))
    """One for each of :data:`TIERS`."""
    capacity: Capacity = field(default_factory=Capacity)
    arms: Arms = field(default_factory=Arms)
    assumptions: Assumptions = field(default_factory=Assumptions)
    fairness: FairnessLimits = field(default_factory=FairnessLimits)
    pacing: Pacing = field(default_factory=Pacing)
    breaker: Breaker = field(default_factory=Breaker)


def to_json(settings: StrategySettings) -> dict[str, Any]:
    """Plain JSON values; :func:`from_json` turns them back into equal settings."""
    arms, assumed, fairness = settings.arms, settings.assumptions, settings.fairness
    return {
        "w_high": settings.w_high,
        "a_high": settings.a_high,
        "hysteresis": settings.hysteresis,
        "hard_rules": {
            "large_balance": str(settings.hard_rules.large_balance),
            "broken_promises": settings.hard_rules.broken_promises,
        },
        "treatments": {
            tier: {
                "name": treatment.name,
                "agent": treatment.agent,
                "channels": list(treatment.channels),
                "tone": treatment.tone,
                "offers": list(treatment.offers),
                "cadence_days": treatment.cadence_days,
                "promise_days": treatment.promise_days,
                "part_floor": str(treatment.part_floor),
                "plan_parts": treatment.plan_parts,
                "plan_days": treatment.plan_days,
                "hours": hours_json(treatment.hours),
            }
            for tier, treatment in settings.treatments.items()
        },
        "capacity": {each.name: getattr(settings.capacity, each.name) for each in fields(Capacity)},
        "arms": {each.name: getattr(arms, each.name) for each in fields(Arms)},
        "assumptions": {
            "minutes_per_contact": dict(assumed.minutes_per_contact),
            "uplift": dict(assumed.uplift),
            "cost": {contact: str(cost) for contact, cost in assumed.cost.items()},
        },
        "fairness": {each.name: getattr(fairness, each.name) for each in fields(FairnessLimits)},
        "pacing": {each.name: dict(getattr(settings.pacing, each.name)) for each in fields(Pacing)},
        "breaker": {each.name: getattr(settings.breaker, each.name) for each in fields(Breaker)},
    }


def from_json(data: object) -> StrategySettings | InvalidSettings:
    """Read a whole strategy version. Every field must be there, none may be unknown, and all errors come at once.

    A version written before hysteresis, capacity, arms, assumptions, fairness, pacing and breaker (or tone, offers,
    plans and hours of a treatment) existed reads as it was meant then: no margin, no capacity, no arms, no hours of its
    own, the default assumptions and limits.
    """
    reader = Reader()
    top = reader.table(data, "", [each.name for each in fields(StrategySettings)])
    rules = reader.table(top.get("hard_rules"), "hard_rules", [each.name for each in fields(HardRules)])
    treatments = reader.table(top.get("treatments"), "treatments", TIERS)
    settings = StrategySettings(
        w_high=reader.number(top, "w_high", 0, 1),
        a_high=reader.number(top, "a_high", 0, 1),
        hysteresis=reader.number(top, "hysteresis", 0, 0.2) if "hysteresis" in top else 0.0,
        hard_rules=HardRules(
            large_balance=reader.decimal(rules, "hard_rules.large_balance", lambda v: v > 0, "above 0"),
            broken_promises=reader.whole(rules, "hard_rules.broken_promises", 1, 10),
        ),
        treatments={tier: _treatment(reader, treatments.get(tier), tier) for tier in TIERS},
        capacity=_capacity(reader, top["capacity"]) if "capacity" in top else Capacity(),
        arms=_arms(reader, top["arms"]) if "arms" in top else NO_ARMS,
        assumptions=_assumptions(reader, top["assumptions"]) if "assumptions" in top else Assumptions(),
        fairness=_fairness(reader, top["fairness"]) if "fairness" in top else FairnessLimits(),
        pacing=read_pacing(reader, top["pacing"]) if "pacing" in top else Pacing(),
        breaker=read_breaker(reader, top["breaker"]) if "breaker" in top else Breaker(),
    )
    return InvalidSettings(tuple(reader.errors)) if reader.errors else settings


def _treatment(reader: Reader, data: object, tier: str) -> Treatment:
    at = f"treatments.{tier}"
    table = reader.table(data, at, [each.name for each in fields(Treatment)])
    treatment = Treatment(
        name=reader.text(table, f"{at}.name"),
        agent=reader.one_of(table, f"{at}.agent", AGENTS),
        channels=reader.some_of(table, f"{at}.channels", CHANNELS),
        cadence_days=reader.whole(table, f"{at}.cadence_days", 1, 90),
        promise_days=reader.whole(table, f"{at}.promise_days", 1, 60),
        part_floor=reader.decimal(table, f"{at}.part_floor", lambda v: 0 < v <= 1, "above 0 and up to 1"),
        plan_parts=reader.whole(table, f"{at}.plan_parts", 2, 12) if "plan_parts" in table else 3,
        plan_days=reader.whole(table, f"{at}.plan_days", 7, 365) if "plan_days" in table else 60,
        tone=reader.one_of(table, f"{at}.tone", TONES) if "tone" in table else "plain",
        offers=reader.some_of(table, f"{at}.offers", OFFERS) if "offers" in table else OFFERS_BEFORE_PLANS,
        hours=read_hours(reader, table.get("hours"), f"{at}.hours"),
    )
    if tier in PERSON_ONLY_TIERS and treatment.agent == "bot":
        reader.wrong(f"{at}.agent", "must be human: this tier is for people")
    if "full" not in treatment.offers:
        reader.wrong(f"{at}.offers", "must hold full: nobody is kept from paying what is due")
    return treatment


def _capacity(reader: Reader, data: object) -> Capacity:
    table = reader.table(data, "capacity", [each.name for each in fields(Capacity)])
    return Capacity(
        people_hours_per_day=reader.limit(table, "capacity.people_hours_per_day", 1e6),
        bot_contacts_per_day=reader.limit(table, "capacity.bot_contacts_per_day", 1e9),
    )


def _arms(reader: Reader, data: object) -> Arms:
    table = reader.table(data, "arms", [each.name for each in fields(Arms)])
    arms = Arms(
        hold_out=reader.number(table, "arms.hold_out", 0, 0.3),
        human_first=reader.number(table, "arms.human_first", 0, 0.2),
        explore=reader.number(table, "arms.explore", 0, 0.5),
        salt=reader.text(table, "arms.salt"),
    )
    if not reader.errors and arms.hold_out + arms.human_first + arms.explore > 0.9:
        reader.wrong("arms", "must leave at least a tenth of the accounts to the grid")
    return arms


def _assumptions(reader: Reader, data: object) -> Assumptions:
    table = reader.table(data, "assumptions", [each.name for each in fields(Assumptions)])

    def numbers(name: str, keys: tuple[str, ...], lowest: float, highest: float) -> dict[str, float]:
        at = f"assumptions.{name}"
        each = reader.table(table.get(name), at, keys)
        return {key: reader.number(each, f"{at}.{key}", lowest, highest) for key in keys}

    cost = reader.table(table.get("cost"), "assumptions.cost", CONTACTS)
    return Assumptions(
        minutes_per_contact=numbers("minutes_per_contact", AGENTS, 0.1, 240),
        uplift=numbers("uplift", CONTACTS, 0.05, 20),
        cost={
            contact: reader.decimal(cost, f"assumptions.cost.{contact}", lambda v: v >= 0, "0 or more")
            for contact in CONTACTS
        },
    )


def _fairness(reader: Reader, data: object) -> FairnessLimits:
    table = reader.table(data, "fairness", [each.name for each in fields(FairnessLimits)])
    return FairnessLimits(
        parity_ratio=reader.number(table, "fairness.parity_ratio", 0, 1),
        opportunity_gap=reader.number(table, "fairness.opportunity_gap", 0, 1),
        calibration_gap=reader.number(table, "fairness.calibration_gap", 0, 1),
        smallest_group=reader.whole(table, "fairness.smallest_group", 1, 1_000_000),
    )
