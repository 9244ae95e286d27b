"""Load by hour of the day: when the plan's contacts fall, for debtors in many time zones, on one clock. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from strategy.pacing import WEEKDAYS, Hours
from strategy.plan import business_hours, known_zones

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
    lasts: timedelta
    """Of which `middle` is the middle."""


def next_working_day(today: date) -> date:
    """The first day after `today` on which contacts are planned."""
    day = today + timedelta(days=1)
    while day.weekday() >= 5:
        day += timedelta(days=1)
    return day


def slices_of(zones: tuple[str, ...], day: date, clock: ZoneInfo) -> tuple[HourSlice, ...]:
    """How a day's contacts are spread; none where no zone is known, or business hours in all of them do not meet."""
    known = known_zones(zones)
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
        lasts = ends - starts
        slices.append(HourSlice(local.hour, starts + lasts / 2, lasts.total_seconds() / whole, lasts))
        starts = ends
    return tuple(slices)


@lru_cache(maxsize=1024)
def shares_within(slices: tuple[HourSlice, ...], zones: tuple[str, ...], hours: Hours | None) -> tuple[float, ...]:
    """Of a day's contacts by a treatment with hours of its own, or None, the share in each slice. All are 0 where the
    hours do not meet in the zones. Which days the hours hold on is not asked: it is one of them.

    :param zones: those that the slices were made for.
    """
    if hours is None or not slices:
        return tuple(each.share for each in slices)
    known = tuple(ZoneInfo(zone) for zone in zones)
    span = business_hours(slices[0].middle.astimezone(known[0]).date(), known, replace(hours, days=WEEKDAYS))
    if span is None:
        return (0.0,) * len(slices)
    opens, closes = span
    inside = [min(each.middle + each.lasts / 2, closes) - max(each.middle - each.lasts / 2, opens) for each in slices]
    return tuple(max(each, timedelta()) / (closes - opens) for each in inside)


def by_hour(
    slices: Sequence[tuple[HourSlice, ...]],
    zones: Sequence[tuple[str, ...]],
    contacts: Floats,
    hours: Hours | None = None,
) -> Floats:
    """(hours, kinds) contacts of one working day, of treatments with the same hours of their own.

    :param slices: for each class of zones, which `zones` names.
    :param contacts: (classes of zones, kinds) contacts of one working day; a class without slices gets none.
    """
    shares = np.zeros((len(slices), HOURS))
    for index, day in enumerate(slices):
        for each, share in zip(day, shares_within(day, zones[index], hours), strict=True):
            shares[index, each.hour] += share
    return np.asarray(shares.T @ contacts)
