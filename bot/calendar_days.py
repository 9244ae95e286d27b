"""The arithmetic of naming a day: which day "the 15th", "this Friday" or "27 November" is, seen from today.

Each function gives the days an expression may mean: none when there is no such day, two when people disagree.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from datetime import date, timedelta

Days = tuple[date, ...]
NO_DAY: Days = ()
# What an expression of a certain shape means, seen from today; None when it turns out to name no day at all.
Resolve = Callable[[re.Match[str], date], Days | None]
Rule = tuple[re.Pattern[str], Resolve]


def on(year: int, month: int, day: int) -> Days:
    try:
        return (date(year, month, day),)
    except ValueError:
        return NO_DAY


def nearest_year(month: int, day: int, today: date) -> Days:
    """A date without its year: the one nearest to today, so that last week's date stays in the past."""
    candidates = [each for year in (today.year - 1, today.year, today.year + 1) for each in on(year, month, day)]
    return tuple(sorted(candidates, key=lambda each: abs((each - today).days))[:1])


def add_months(day: date, months: int) -> date:
    """The same day some months on; the last day of the month where there is no such day."""
    ahead = day.year * 12 + day.month - 1 + months
    year, month = divmod(ahead, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def last_of_month(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def day_of_month(month: date, day: int) -> Days:
    return on(month.year, month.month, day)


def next_with_day(day: int, today: date) -> Days:
    """The coming 15th, today included. Where this month is too short for it: its end, or that day next month."""
    this_month, next_month = on(today.year, today.month, day), day_of_month(add_months(today, 1), day)
    if this_month:
        return this_month if this_month[0] >= today else next_month
    return (last_of_month(today), *next_month) if next_month else NO_DAY


def of_week(today: date, weeks: int, weekday: int) -> date:
    """That weekday (Monday 0) of the Monday-first week which lies `weeks` ahead."""
    return today + timedelta(days=weeks * 7 + weekday - today.weekday())


def coming(weekday: int, today: date) -> date:
    """That weekday, today or later."""
    return today + timedelta(days=(weekday - today.weekday()) % 7)
