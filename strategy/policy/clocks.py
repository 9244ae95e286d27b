"""Local times of day, half-open spans of them, weekdays, and the moments at which a place's days and hours begin.

Times of day are minutes after local midnight by the clock on the wall. A clock that is put forward or back is looked at
in both its positions: no hour that it skips or repeats is guessed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTES_A_DAY: Final = 24 * 60
ONE_DAY: Final = timedelta(days=1)
YEARS: Final = range(1900, 9001)
"""Years in which a day, a year and a time zone can be added to any date and it is still one."""
_NOT_A_PLACE: Final = frozenset({"Factory", "localtime", "posixrules"})
"""Files beside the zones that name no place: what they mean is up to the machine."""


def minute_of_day(text: str) -> int:
    """'08:30' -> 510. '24:00' is the end of the day. ValueError on anything else."""
    hours, colon, minutes = text.strip().partition(":")
    if not (colon and len(minutes) == 2 and hours.isdecimal() and minutes.isdecimal()):
        raise ValueError(f"not a time of day (HH:MM): {text!r}")
    minute = int(hours) * 60 + int(minutes)
    if int(minutes) > 59 or minute > MINUTES_A_DAY:
        raise ValueError(f"not a time of day (HH:MM): {text!r}")
    return minute


def clock_text(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


@dataclass(frozen=True, order=True, slots=True)
class Span:
    """[start, end) of a local day, in minutes; a start after the end runs over midnight."""

    start: int
    end: int

    @classmethod
    def read(cls, text: str) -> "Span":
        """'21:30-23:00' -> Span. ValueError on anything else or on an empty span."""
        start, dash, end = text.partition("-")
        if not dash:
            raise ValueError(f"not a span of hours (HH:MM-HH:MM): {text!r}")
        span = cls(minute_of_day(start), minute_of_day(end))
        if span.start == span.end:
            raise ValueError(f"an empty span of hours: {text!r}")
        return span

    def __str__(self) -> str:
        return f"{clock_text(self.start)}-{clock_text(self.end)}"

    def runs_past_midnight(self) -> bool:
        return self.start > self.end

    def minutes_left(self, minute: float) -> float:
        """Minutes from `minute` to the end of the span; 0 when `minute` is outside it."""
        if self.start < self.end:
            return self.end - minute if self.start <= minute < self.end else 0
        if minute >= self.start:
            return MINUTES_A_DAY - minute + self.end
        return self.end - minute if minute < self.end else 0


WHOLE_DAY: Final = Span(0, MINUTES_A_DAY)


def minute_of(local: datetime) -> float:
    return local.hour * 60 + local.minute + (local.second + local.microsecond / 1e6) / 60


@lru_cache(maxsize=1024)
def zone_of(name: str) -> ZoneInfo | None:
    """The IANA zone of this name, or None: a name nobody knows must lead to a denial, not to an error."""
    if name in _NOT_A_PLACE or name.startswith(("posix/", "right/")):
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


@lru_cache(maxsize=8192)
def day_begins(zone: ZoneInfo, day: date) -> datetime:
    """The first moment of a local date, in UTC: the earlier of two midnights, or the end of an hour that skips it."""
    midnight = datetime.combine(day, time(), zone)
    begins = midnight.astimezone(UTC)
    if begins.astimezone(zone).replace(tzinfo=None) == midnight.replace(tzinfo=None):
        return begins
    return _first(begins - ONE_DAY, begins, lambda moment: moment.astimezone(zone).date() >= day)


@lru_cache(maxsize=8192)
def moments_of_day(zone: ZoneInfo, day: date, minutes: tuple[int, ...]) -> tuple[datetime, ...]:
    """When a place's clocks show one of `minutes` on this local date, or are put forward or back; in UTC, in order.

    On a day of the second kind an hour may come twice, or not at all.
    """
    begins, ends = day_begins(zone, day), day_begins(zone, day + ONE_DAY)
    offset = begins.astimezone(zone).utcoffset()
    changes = ends.astimezone(zone).utcoffset() != offset
    moments = {begins}
    for minute in minutes:
        for fold in (0, 1) if changes else (0,):
            shown = datetime.combine(day, time(minute // 60 % 24, minute % 60, fold=fold), zone)
            moments.add(shown.astimezone(UTC))
    if changes:
        moments.add(_first(begins, ends, lambda moment: moment.astimezone(zone).utcoffset() != offset))
    return tuple(sorted(moment for moment in moments if begins <= moment < ends))


def _first(before: datetime, after: datetime, holds: Callable[[datetime], bool]) -> datetime:
    """The first whole second in (before, after] from which `holds` is true; it is true at `after`."""
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        before, after = (before, middle) if holds(middle) else (middle, after)
    return after
