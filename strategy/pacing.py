"""How fast and when the bot contacts, and when it stops by itself: limits of a strategy version. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime, time
from typing import Any, Final

from strategy.settings_reader import Reader

CHANNELS: Final = ("chat", "voice")
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri")
DAY_STARTS: Final = time(9, 0)
DAY_ENDS: Final = time(18, 0)
"""Local business hours, Monday to Friday: contacts are spread over them. No law, only what is kind and staffed."""
MOST: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Hours:
    """Local hours of a treatment, half-open. They lie inside the business hours, so they only ever narrow them."""

    starts: time
    ends: time
    days: tuple[str, ...] = WEEKDAYS
    """One or more of :data:`WEEKDAYS`."""

    def hold(self, local: datetime) -> bool:
        """Whether a local time lies inside."""
        weekday = local.weekday()
        on_a_day = weekday < len(WEEKDAYS) and WEEKDAYS[weekday] in self.days
        return on_a_day and self.starts <= local.time() < self.ends


@dataclass(frozen=True, slots=True)
class Pacing:
    """How fast contacts of each channel go out, by channel; None is not limited."""

    lines: Mapping[str, int | None] = field(default_factory=lambda: {"chat": None, "voice": 30})
    """Contacts under way at once: reserved and not yet over."""
    per_minute: Mapping[str, int | None] = field(default_factory=lambda: {"chat": 600, "voice": 60})
    """Contacts begun within any 60 seconds."""


@dataclass(frozen=True, slots=True)
class Breaker:
    """When a campaign or a channel pauses by itself. A rate is a share of the contacts in the window."""

    window_minutes: int = 60
    """How far back contacts count, up to a day."""
    failure_rate: float = 0.5
    """This share of failed contacts or more."""
    least_failures: int = 10
    """Fewer failures than this never pause anything: a few in a row are chance."""
    complaint_rate: float = 0.15
    """This share of contacts answered by a complaint, by abuse or by "stop contacting me", or more."""
    least_complaints: int = 10


def hours_between(text: str, days: tuple[str, ...] = WEEKDAYS) -> Hours | None:
    """Hours written as 'HH:MM-HH:MM'; None where they are written otherwise, end before they begin, or leave the
    business hours."""
    found = re.fullmatch(r"([0-9]{2}:[0-9]{2})-([0-9]{2}:[0-9]{2})", text)
    try:
        starts, ends = map(time.fromisoformat, found.groups() if found else ())
    except ValueError:
        return None
    return Hours(starts, ends, days) if DAY_STARTS <= starts < ends <= DAY_ENDS else None


def hours_json(hours: Hours | None) -> dict[str, Any] | None:
    """Plain JSON values of :func:`read_hours`."""
    if hours is None:
        return None
    return {"starts": f"{hours.starts:%H:%M}", "ends": f"{hours.ends:%H:%M}", "days": list(hours.days)}


def read_hours(reader: Reader, data: object, at: str) -> Hours | None:
    """null where the treatment has no hours of its own."""
    if data is None:
        return None
    table = reader.table(data, at, [each.name for each in fields(Hours)])
    starts, ends = (_clock_time(reader, table, f"{at}.{name}") for name in ("starts", "ends"))
    days = reader.some_of(table, f"{at}.days", WEEKDAYS)
    if starts is None or ends is None:
        return None
    if not DAY_STARTS <= starts < ends <= DAY_ENDS:
        reader.wrong(at, f"must begin before it ends, within {DAY_STARTS:%H:%M} to {DAY_ENDS:%H:%M}")
        return None
    return Hours(starts, ends, tuple(day for day in WEEKDAYS if day in days))


def read_pacing(reader: Reader, data: object) -> Pacing:
    """Every channel in both tables; null where nothing is limited."""
    table = reader.table(data, "pacing", [each.name for each in fields(Pacing)])

    def limits(name: str) -> dict[str, int | None]:
        each = reader.table(table.get(name), f"pacing.{name}", CHANNELS)
        return {channel: _limit(reader, each, f"pacing.{name}.{channel}") for channel in CHANNELS}

    return Pacing(lines=limits("lines"), per_minute=limits("per_minute"))


def read_breaker(reader: Reader, data: object) -> Breaker:
    """Rates above nought, so that no breaker pauses what goes well."""
    table = reader.table(data, "breaker", [each.name for each in fields(Breaker)])
    return Breaker(
        window_minutes=reader.whole(table, "breaker.window_minutes", 5, 24 * 60),
        failure_rate=reader.number(table, "breaker.failure_rate", 0.01, 1),
        least_failures=reader.whole(table, "breaker.least_failures", 1, 1000),
        complaint_rate=reader.number(table, "breaker.complaint_rate", 0.001, 1),
        least_complaints=reader.whole(table, "breaker.least_complaints", 1, 1000),
    )


def _limit(reader: Reader, table: dict[str, Any], at: str) -> int | None:
    channel = at.rpartition(".")[2]
    if channel in table and table[channel] is None:
        return None
    return reader.whole(table, at, 0, MOST)


def _clock_time(reader: Reader, table: dict[str, Any], at: str) -> time | None:
    value = table.get(at.rpartition(".")[2])
    try:
        if not isinstance(value, str) or not re.fullmatch(r"[0-9]{2}:[0-9]{2}", value):
            raise ValueError
        return time.fromisoformat(value)
    except ValueError:
        reader.wrong(at, "must be a time of day, HH:MM")
        return None
