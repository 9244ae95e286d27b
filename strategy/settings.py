"""The content of a strategy version: a manager's thresholds, hard rules and treatments. Pure.

It is stored as JSON in ``StrategyVersion.settings``; amounts and shares are text there, so that nothing is rounded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal, InvalidOperation
from typing import Any

from strategy.treatments import AGENTS, CHANNELS, DEFAULT_TREATMENTS, Treatment

TIERS = ("self_cure", "remind", "persuade", "assist", "people")
"""From the lightest touch to the most human."""

PERSON_ONLY_TIERS = ("assist", "people")
"""Their treatment must name a person: hardship and hard rules never go to the bot."""


@dataclass(frozen=True, slots=True)
class HardRules:
    """What sends an account to people whatever its score says. A hold or a sensitive flag always does."""

    large_balance: Decimal = Decimal("200000")
    """This balance or more, in the account's currency."""
    broken_promises: int = 2
    """This many broken promises or more."""


@dataclass(frozen=True, slots=True)
class StrategySettings:
    """One strategy version."""

    w_high: float = 0.85
    """Willingness from here on is high."""
    a_high: float = 0.70
    """Ability from here on is high."""
    hard_rules: HardRules = field(default_factory=HardRules)
    treatments: Mapping[str, Treatment] = field(default_factory=lambda: dict(DEFAULT_TREATMENTS))
    """One for each of :data:`TIERS`."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing that is wrong with a draft."""

    field: str
    """Dotted path, e.g. ``treatments.remind.cadence_days``."""
    problem: str

    def __str__(self) -> str:
        return f"{self.field}: {self.problem}"


@dataclass(frozen=True, slots=True)
class InvalidSettings:
    """A draft that cannot become a strategy version."""

    errors: tuple[FieldError, ...]

    def __str__(self) -> str:
        return "; ".join(str(error) for error in self.errors)


def to_json(settings: StrategySettings) -> dict[str, Any]:
    """Plain JSON values; :func:`from_json` turns them back into equal settings."""
    return {
        "w_high": settings.w_high,
        "a_high": settings.a_high,
        "hard_rules": {
            "large_balance": str(settings.hard_rules.large_balance),
            "broken_promises": settings.hard_rules.broken_promises,
        },
        "treatments": {
            tier: {
                "name": treatment.name,
                "agent": treatment.agent,
                "channels": list(treatment.channels),
                "cadence_days": treatment.cadence_days,
                "promise_days": treatment.promise_days,
                "part_floor": str(treatment.part_floor),
            }
            for tier, treatment in settings.treatments.items()
        },
    }


def from_json(data: object) -> StrategySettings | InvalidSettings:
    """Read a whole strategy version. Every field must be there, none may be unknown, and all errors come at once."""
    reader = _Reader()
    top = reader.table(data, "", [each.name for each in fields(StrategySettings)])
    rules = reader.table(top.get("hard_rules"), "hard_rules", [each.name for each in fields(HardRules)])
    treatments = reader.table(top.get("treatments"), "treatments", TIERS)
    settings = StrategySettings(
        w_high=reader.probability(top, "w_high"),
        a_high=reader.probability(top, "a_high"),
        hard_rules=HardRules(
            large_balance=reader.decimal(rules, "hard_rules.large_balance", lambda v: v > 0, "above 0"),
            broken_promises=reader.whole(rules, "hard_rules.broken_promises", 1, 10),
        ),
        treatments={tier: _treatment(reader, treatments.get(tier), tier) for tier in TIERS},
    )
    return InvalidSettings(tuple(reader.errors)) if reader.errors else settings


def _treatment(reader: _Reader, data: object, tier: str) -> Treatment:
    at = f"treatments.{tier}"
    table = reader.table(data, at, [each.name for each in fields(Treatment)])
    treatment = Treatment(
        name=reader.text(table, f"{at}.name"),
        agent=reader.one_of(table, f"{at}.agent", AGENTS),
        channels=reader.some_of(table, f"{at}.channels", CHANNELS),
        cadence_days=reader.whole(table, f"{at}.cadence_days", 1, 90),
        promise_days=reader.whole(table, f"{at}.promise_days", 1, 60),
        part_floor=reader.decimal(table, f"{at}.part_floor", lambda v: 0 < v <= 1, "above 0 and up to 1"),
    )
    if tier in PERSON_ONLY_TIERS and treatment.agent == "bot":
        reader.wrong(f"{at}.agent", "must be human: this tier is for people")
    return treatment


class _Reader:
    """Reads values out of JSON and gathers what is wrong; a wrong value reads as a harmless filler."""

    def __init__(self) -> None:
        self.errors: list[FieldError] = []

    def wrong(self, at: str, problem: str) -> None:
        # A field inside a table that is itself missing needs no error of its own.
        if not any(at.startswith(f"{error.field}.") for error in self.errors):
            self.errors.append(FieldError(at, problem))

    def table(self, data: object, at: str, names: tuple[str, ...] | list[str]) -> dict[str, Any]:
        if not isinstance(data, dict):
            self.wrong(at or "settings", "must be a table of fields")
            return {}
        for name in data:
            if name not in names:
                self.wrong(f"{at}.{name}".lstrip("."), "is not a known field")
        return data

    def probability(self, table: dict[str, Any], at: str) -> float:
        value = table.get(at)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            self.wrong(at, "must be a number from 0 to 1")
            return 1.0
        return float(value)

    def whole(self, table: dict[str, Any], at: str, lowest: int, highest: int) -> int:
        value = table.get(_last(at))
        if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
            self.wrong(at, f"must be a whole number from {lowest} to {highest}")
            return lowest
        return value

    def decimal(self, table: dict[str, Any], at: str, allowed: Callable[[Decimal], bool], range_: str) -> Decimal:
        value = table.get(_last(at))
        try:
            number = Decimal("NaN") if isinstance(value, bool | None) else Decimal(str(value))
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or not allowed(number):
            self.wrong(at, f"must be a number, {range_}")
            return Decimal(1)
        return number

    def text(self, table: dict[str, Any], at: str) -> str:
        value = table.get(_last(at))
        if not isinstance(value, str) or not value.strip():
            self.wrong(at, "must be a text")
            return ""
        return value

    def one_of(self, table: dict[str, Any], at: str, known: tuple[str, ...]) -> str:
        value = table.get(_last(at))
        if value not in known:
            self.wrong(at, f"must be one of {', '.join(known)}")
            return known[0]
        return str(value)

    def some_of(self, table: dict[str, Any], at: str, known: tuple[str, ...]) -> tuple[str, ...]:
        value = table.get(_last(at))
        if not isinstance(value, list) or not value or len(set(map(str, value))) < len(value):
            self.wrong(at, f"must be a list of one or more of {', '.join(known)}, each once")
            return known
        if any(each not in known for each in value):
            self.wrong(at, f"must hold nothing but {', '.join(known)}")
            return known
        return tuple(value)


def _last(at: str) -> str:
    return at.rpartition(".")[2]
