"""When a person could call back: the next hours of business in every zone the debtor may be in. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from bot.clock_times import Span
from strategy.plan import business_hours, known_zones

SOONEST: Final = timedelta(hours=1)
"""Nobody is promised a call sooner than a person can prepare it."""
LASTS: Final = timedelta(hours=2)
SHORTEST: Final = timedelta(hours=1)
DAYS: Final = 7


@dataclass(frozen=True, slots=True)
class Slot:
    """A day and the hours in which a person calls, in the debtor's time."""

    on: date
    span: Span


def next_slot(now: datetime, zones: tuple[str, ...], not_before: datetime | None = None) -> Slot | None:
    """The first two hours that lie in business hours everywhere the debtor may be; None where no zone is known.

    :param not_before: aware; when the gate lets a person call at the earliest.
    """
    known = known_zones(zones)
    if not known:
        return None
    earliest = max(now + SOONEST, not_before or now)
    first = earliest.astimezone(known[0]).date()
    for ahead in range(DAYS):
        hours = business_hours(first + timedelta(days=ahead), known)
        if hours is None:
            continue
        begins = _half_hour(max(hours[0], earliest))
        ends = min(begins + LASTS, hours[1])
        if ends - begins >= SHORTEST:
            here, there = begins.astimezone(known[0]), ends.astimezone(known[0])
            return Slot(here.date(), Span(here.time(), there.time()))
    return None


def _half_hour(moment: datetime) -> datetime:
    """The next half hour, or this one."""
    late = timedelta(minutes=moment.minute % 30, seconds=moment.second, microseconds=moment.microsecond)
    return moment if not late else moment - late + timedelta(minutes=30)
