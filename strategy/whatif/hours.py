"""Load by hour of the day: when the plan's contacts fall, for debtors in many time zones, on one clock. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from strategy.plan import business_hours

Floats = NDArray[np.float64]

HOURS = 24


@dataclass(frozen=True)
class HourSlice:
    """The part of an hour, on the house's clock, in which contacts to one class of zones are planned."""

    hour: int
    """0..23."""
    middle: datetime
    """Aware UTC: the moment at which the gate is asked for all of the slice."""
    share: float
    """Of the day's contacts; the plan spreads them evenly over the business hours."""


def next_working_day(today: date) -> date:
    """The first day after `today` on which contacts are planned."""
    day = today + timedelta(days=1)
    while day.weekday() >= 5:
        day += timedelta(days=1)
    return day


def slices_of(zones: tuple[str, ...], day: date, clock: ZoneInfo) -> tuple[HourSlice, ...]:
    """How a day's contacts are spread; none where no zone is known, or business hours in all of them do not meet."""
    try:
        known = tuple(ZoneInfo(zone) for zone in zones)
    except (KeyError, ValueError, OSError):
        return ()
    hours = business_hours(day, known) if known else None
    if hours is None:
        return ()
    opens, closes = hours
    whole = (closes - opens).total_seconds()
    slices = []
    starts = opens
    while starts < closes:
        local = starts.astimezone(clock)
        next_hour = (local.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)).astimezone(UTC)
        ends = min(next_hour, closes)
        slices.append(HourSlice(local.hour, starts + (ends - starts) / 2, (ends - starts).total_seconds() / whole))
        starts = ends
    return tuple(slices)


def by_hour(slices: list[tuple[HourSlice, ...]], contacts: Floats) -> Floats:
    """(hours, kinds) contacts of one working day.

    :param slices: for each class of zones.
    :param contacts: (classes of zones, kinds) contacts of one working day; a class without slices gets none.
    """
    shares = np.zeros((len(slices), HOURS))
    for index, day in enumerate(slices):
        for each in day:
            shares[index, each.hour] += each.share
    return np.asarray(shares.T @ contacts)
