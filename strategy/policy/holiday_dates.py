"""Public holidays of a pack, worked out once when the pack is read, only for years somebody has verified."""

from datetime import date

import holidays

from strategy.policy.pack import Holidays


class UnknownCalendar(ValueError):
    """The `holidays` data has no such country, subdivision or category: {name}."""


def holiday_dates(rule: Holidays) -> frozenset[date]:
    """Every holiday from `first_year` to `verified_through`, in any of the subdivisions.

    Several subdivisions are a union: where in the country a person lives may be unknown, and unknown means no contact.
    :raises UnknownCalendar: the calendar data does not know what the pack asks for.
    """
    years = range(rule.first_year, rule.verified_through.year + 1)
    days = set(rule.also)
    for subdivision in rule.subdivisions or (None,):
        try:
            calendar = holidays.country_holidays(
                rule.country, subdiv=subdivision, years=years, categories=rule.categories, expand=False
            )
        except (NotImplementedError, ValueError, KeyError) as error:
            raise UnknownCalendar(f"{rule.country}/{subdivision}/{','.join(rule.categories)}: {error}") from error
        days.update(calendar.keys())
    return frozenset(day for day in days if day <= rule.verified_through)
