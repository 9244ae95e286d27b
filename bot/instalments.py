"""Paying in parts: which plan the bot may agree to, and which it puts forward when a plan asks for too much. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_DOWN, Decimal
from typing import Final, Literal

from bot.calendar_days import add_months
from ledger.money import Money

Every = Literal["week", "fortnight", "month"]
EVERY: Final[tuple[Every, ...]] = ("month", "fortnight", "week")
"""From the most time between two parts to the least."""
FEWEST: Final = 2


@dataclass(frozen=True, slots=True)
class PlanBounds:
    """How far a plan may go. `most`: parts, under 2 where none may be agreed to; `smallest`: least sum of a part.

    `days`: how far ahead the last part may lie; `first_days`: the first one.
    """

    due: Money
    smallest: Money
    most: int
    days: int
    first_days: int


@dataclass(frozen=True, slots=True)
class Part:
    """One payment of a plan."""

    amount: Money
    due_on: date


@dataclass(frozen=True, slots=True)
class Plan:
    """All that is due, in parts whose days follow each other by `every`."""

    every: Every
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Outside:
    """A plan that may not be agreed to. `most` parts or `latest` first day would be the nearest that may.

    Reasons: 'none' (no plan may be agreed to), 'too_many' parts, 'too_long' with their rhythm, 'too_late' or
    'in_the_past' as a first day.
    """

    reason: Literal["none", "too_many", "too_long", "too_late", "in_the_past"]
    most: int = 0
    latest: date | None = None


def most_parts(bounds: PlanBounds) -> int:
    """As many parts as may be agreed to: few enough for each to be at least the smallest. Under 2: none."""
    if bounds.smallest.amount <= 0:
        return bounds.most
    return min(bounds.most, int(bounds.due.amount / bounds.smallest.amount))


def ladder(bounds: PlanBounds) -> tuple[int, ...]:
    """The counts of parts that the bot puts forward one after the other: few, some more, the most."""
    most = most_parts(bounds)
    if most < FEWEST:
        return ()
    return tuple(dict.fromkeys((FEWEST, (FEWEST + most + 1) // 2, most)))


def parts_of(each: Decimal, bounds: PlanBounds) -> int:
    """How many parts of `each` pay all that is due."""
    return int((bounds.due.amount / each).to_integral_value(ROUND_CEILING))


def make(
    count: int, every: Every | None, first: date, bounds: PlanBounds, today: date, each: Decimal | None = None
) -> Plan | Outside:
    """A plan of `count` parts from `first` on; without `every`, with as much time between parts as there is.

    :param each: the sum of every part but the last, which is then what remains; None for equal parts.
    """
    most = most_parts(bounds)
    if most < FEWEST:
        return Outside("none")
    if count > most or count < FEWEST:
        return Outside("too_many", most)
    if first < today:
        return Outside("in_the_past", latest=today)
    last_first = today + timedelta(days=bounds.first_days)
    if first > last_first:
        return Outside("too_late", latest=last_first)
    for rhythm in EVERY if every is None else (every,):
        days = tuple(_day(first, rhythm, number) for number in range(count))
        if days[-1] <= today + timedelta(days=bounds.days):
            sums = _sums(bounds, count, each)
            return Plan(rhythm, tuple(map(Part, sums, days)))
    return Outside("too_long", most)


def _day(first: date, every: Every, number: int) -> date:
    if every == "month":
        return add_months(first, number)
    return first + timedelta(weeks=number * (1 if every == "week" else 2))


def _sums(bounds: PlanBounds, count: int, each: Decimal | None) -> tuple[Money, ...]:
    """Sums that make up exactly what is due: all but the last in whole units, where the smallest part allows it."""
    due = bounds.due
    one = due.amount / count
    part = one.quantize(Decimal(1), rounding=ROUND_DOWN)
    if part < max(bounds.smallest.amount, Decimal(1)):
        part = one.quantize(Decimal("0.01"), rounding=ROUND_DOWN)
    if each is not None and each * (count - 1) < due.amount <= each * count:
        part = each
    return (*(Money(part, due.currency),) * (count - 1), Money(due.amount - part * (count - 1), due.currency))
