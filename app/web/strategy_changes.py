"""The changes of a strategy in words: for drafts, versions and simulations."""

from __future__ import annotations

from typing import Any, Final

from app.web.language import Language
from app.web.words import entries, name_of, say
from strategy.changes import Changed, changes
from strategy.settings import TIERS, StrategySettings
from strategy.treatments import AGENTS, CHANNELS

UNLIMITED: Final = frozenset({"lines", "per_minute", "capacity"})
"""Where null means that nothing is limited."""


def change_lines(before: StrategySettings, after: StrategySettings, language: Language) -> list[str]:
    """One line for each field that differs."""
    return [change_line(each, language) for each in changes(before, after)]


def change_line(each: Changed, language: Language) -> str:
    """'remind · hours: business hours -> 10:00-17:00 (Mon, Tue)'."""
    parts = [_part(step, language) for step in each.path if step not in ("treatments", "hard_rules", "assumptions")]
    told = {"before": _value(each.path, each.before, language), "after": _value(each.path, each.after, language)}
    return say("setting.changed", language, field=" · ".join(parts), **told)


def _part(step: str, language: Language) -> str:
    if step in TIERS:
        return name_of("tier", step, language)
    if step in CHANNELS:
        return name_of("channel", step, language)
    if step in AGENTS:
        return say("strategy.bot" if step == "bot" else "strategy.people", language)
    agent, _, channel = step.partition("_")
    if agent in AGENTS and channel in CHANNELS:
        return f"{_part(agent, language)} · {_part(channel, language)}"
    return name_of("setting", step, language)


def _value(path: tuple[str, ...], value: Any, language: Language) -> str:
    if value is None:
        return say("setting.unlimited" if UNLIMITED & set(path) else "setting.business_hours", language)
    if isinstance(value, dict):
        days = say("desk.list", language).join(name_of("weekday", day, language) for day in value["days"])
        return f"{value['starts']}-{value['ends']} ({days})"
    if isinstance(value, list):
        return say("desk.list", language).join(_value(path, each, language) for each in value)
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, str) and path[-1] in ("channels", "agent", "tone", "offers"):
        kind = "setting.value" if f"setting.value.{value}" in entries() else "channel"
        return name_of(kind, value, language)
    return str(value)
