"""The arithmetic of naming a day: which day "the 15th", "this Friday" or "27 November" is, seen from today.

Each function gives the days an expression may mean: none when there is no such day, two when people disagree.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from datetime import MAXYEAR, date, timedelta

Days = tuple[date, ...]
NO_DAY: Days = ()
SATURDAY, SUNDAY = 5, 6
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
    if not 1 <= month <= 12 or not 1 <= day <= 31:
        return NO_DAY
    return on(_nearest(month, today, lambda of: min(day, last_of_month(of).day)), month, day)


def nearest_end(month: int, today: date) -> Days:
    """The last day of a month without its year, the one nearest to today."""
    return (last_of_month(date(_nearest(month, today, lambda of: last_of_month(of).day), month, 1)),)


def _nearest(month: int, today: date, day: Callable[[date], int]) -> int:
    """The year, last, this or next, whose `day` of `month` is nearest to today."""
    years = [each for each in (today.year - 1, today.year, today.year + 1) if 1 <= each <= MAXYEAR]
    months = [date(year, month, 1) for year in years]
    return min(months, key=lambda of: abs((of.replace(day=max(day(of), 1)) - today).days)).year


def next_yearly(month: int, day: int, today: date) -> Days:
    """A feast with a fixed day: the coming one, today included."""
    return on(today.year, month, day) if (month, day) >= (today.month, today.day) else on(today.year + 1, month, day)


def add_working_days(day: date, count: int) -> date:
    """The day so many Mondays to Fridays on. Public holidays are not known here: every day is read back."""
    while count > 0:
        day += timedelta(days=1)
        count -= day.weekday() < SATURDAY
    return day


def weekend(today: date, weeks: int | None) -> Days:
    """Saturday and Sunday of a week; without `weeks`, on a Sunday, today's and the next one both stand."""
    days = (of_week(today, weeks or 0, SATURDAY), of_week(today, weeks or 0, SUNDAY))
    if weeks is None and today.weekday() == SUNDAY:
        return (today, of_week(today, 1, SATURDAY), of_week(today, 1, SUNDAY))
    return tuple(day for day in days if day >= today) or days


def nth_weekday(month: date, weekday: int, nth: int) -> Days:
    """The first (1), second ... or last (-1) such weekday of a month."""
    first = month.replace(day=1)
    days = [first + timedelta(days=each) for each in range(last_of_month(month).day)]
    days = [day for day in days if day.weekday() == weekday]
    return (days[nth - 1 if nth > 0 else nth],) if abs(nth) <= len(days) else NO_DAY


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
