"""A simulation as plain values, for ``amends strategy simulate``."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from app.simulating import Standing
from strategy.changes import changes
from strategy.fairness.shares import GroupShare
from strategy.settings import TIERS
from strategy.treatments import AGENTS
from strategy.whatif.recovery import Money, Range
from strategy.whatif.simulate import Side, Simulation


def as_plain(found: Simulation, standing: Standing) -> dict[str, Any]:
    """Amounts are in ``currency`` for 30 days; ``by_hour`` are contacts of an average working day, hours 0 to 23."""
    return {
        "accounts": len(standing.book.arrays),
        "currency": standing.book.currency,
        "accounts_in_other_currencies_left_out": standing.book.left_out,
        "changes": [
            {"field": ".".join(each.path), "before": each.before, "after": each.after}
            for each in changes(found.before.placed.settings, found.after.placed.settings)
        ],
        "moved": found.what_if.moved,
        "moves": {
            tier: {to: int(count) for to, count in zip(TIERS, row, strict=True)}
            for tier, row in zip(TIERS, found.what_if.moves, strict=True)
        },
        "before": _side(found.before) | _money(found.money.before),
        "after": _side(found.after) | _money(found.money.after),
        "change": _money(found.money.change),
        "intervals_cover": "chance and calibration" if found.money.parameters else "chance alone",
        "hours_of": str(standing.day.clock),
    }


def _side(side: Side) -> dict[str, Any]:
    outlook = side.placed.outlook
    told: dict[str, Any] = {
        "tiers": {tier: dataclasses.asdict(figures) for tier, figures in outlook.tiers.items()},
        "contacts": {agent: round(outlook.contacts(agent), 1) for agent in AGENTS},
        "hours": {agent: round(outlook.hours(agent), 1) for agent in AGENTS},
        "by_hour": {agent: [round(float(each), 1) for each in hours] for agent, hours in side.by_hour.items()},
        "working_day": {agent: _rounded(dataclasses.asdict(queue)) for agent, queue in side.queues.items()},
    }
    if side.denials is not None:
        told["denials"] = _rounded(dataclasses.asdict(side.denials))
    if side.groups:
        told["fairness"] = {
            "groups": {trait: {group.name: _group(group) for group in groups} for trait, groups in side.groups.items()},
            "findings": [finding.to_json() for finding in side.findings],
        }
    return told


def _money(money: Money) -> dict[str, Any]:
    return {
        "expected_recovery": round(money.recovery.value, 2),
        "expected_recovery_interval": _interval(money.recovery),
        "cost": round(money.cost.value, 2),
        "cost_interval": _interval(money.cost),
    }


def _group(group: GroupShare) -> dict[str, Any]:
    return {
        "accounts": group.accounts,
        "tiers": {tier: round(share, 4) for tier, share in group.tiers.items()},
        "to_people": round(group.to_people, 4),
        "to_people_interval": [round(group.low, 4), round(group.high, 4)],
    }


def _interval(each: Range) -> list[float]:
    return [round(each.low, 2), round(each.high, 2)]


def _rounded(figures: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _rounded(value) if isinstance(value, Mapping) else value if value is None else round(value, 2)
        for name, value in figures.items()
    }
