"""What a strategy says otherwise than another: field by field, for people to read before they put it in force. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from strategy.settings import StrategySettings, to_json

WHOLE = ("hours",)
"""Tables that are read as one value."""


@dataclass(frozen=True, slots=True)
class Changed:
    """One field: `path` as in the JSON of the settings, and its plain JSON values."""

    path: tuple[str, ...]
    before: Any
    after: Any


def changes(before: StrategySettings, after: StrategySettings) -> tuple[Changed, ...]:
    """In the order of the settings; nothing for settings that are equal."""
    return tuple(_changes(to_json(before), to_json(after), ()))


def _changes(before: Any, after: Any, path: tuple[str, ...]) -> Iterator[Changed]:
    if isinstance(before, dict) and isinstance(after, dict) and path[-1:] not in {(name,) for name in WHOLE}:
        for name in before:
            yield from _changes(before[name], after[name], (*path, name))
    elif before != after:
        yield Changed(path, before, after)
