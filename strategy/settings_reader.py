"""Reading a manager's settings out of JSON: every value is checked, and all that is wrong is said at once. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any


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


class Reader:
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
        return self.number(table, at, 0, 1)

    def number(self, table: dict[str, Any], at: str, lowest: float, highest: float) -> float:
        value = table.get(_last(at))
        if isinstance(value, bool) or not isinstance(value, int | float) or not lowest <= value <= highest:
            self.wrong(at, f"must be a number from {lowest:g} to {highest:g}")
            return highest
        return float(value)

    def limit(self, table: dict[str, Any], at: str, highest: float) -> float | None:
        """0 up to `highest`, or null where nothing is to be limited; a missing field is wrong."""
        name = _last(at)
        if name in table and table[name] is None:
            return None
        return self.number(table, at, 0, highest)

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
