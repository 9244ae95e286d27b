"""When and how an account is contacted next: an intention, which the gate judges again at its minute. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from strategy.pacing import DAY_ENDS, DAY_STARTS, WEEKDAYS, Hours
from strategy.treatments import CHANNELS, Treatment

DENIAL_LASTS: Final = timedelta(hours=24)
"""A denial that waiting does not cure is asked about again after this, for a consent or a lifted hold may cure it."""
AHEAD: Final = timedelta(days=1)
"""How far ahead contacts are planned; a later beat, which knows more, plans the rest."""
HORIZON_DAYS: Final = 100
ALL_CHANNELS: Final = frozenset(CHANNELS)


@dataclass(frozen=True, slots=True)
class Contacted:
    """An earlier attempt on this account."""

    at: datetime
    channel: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Denied:
    """The gate said no; `next_allowed_at` is None when waiting alone would not have helped."""

    at: datetime
    channel: str
    next_allowed_at: datetime | None


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """What planning looks at. `zones` are all the debtor may be in; `waiting`: a planned contact is still to come."""

    account_id: str
    zones: tuple[str, ...]
    contacted: tuple[Contacted, ...] = ()
    denied: tuple[Denied, ...] = ()
    promise_due: date | None = None
    waiting: bool = False


@dataclass(frozen=True, slots=True)
class Planned:
    """`slot` is aware UTC, to the minute."""

    slot: datetime
    channel: str
    agent: str
    why: tuple[str, ...]


WHY_NOT: Final = {
    "people": "a person takes this account",
    "waiting": "a contact is already planned",
    "zone": "no time zone is known",
    "carried": "none of the treatment's channels is carried here",
    "denied": "the gate denies every channel, and waiting does not cure it",
    "hours": "the hours of contact in all zones the debtor may be in do not meet",
}


@dataclass(frozen=True, slots=True)
class NotPlanned:
    """No contact is planned; `code` is one of :data:`WHY_NOT`."""

    code: str

    @property
    def why(self) -> str:
        return WHY_NOT[self.code]


def next_contact(
    treatment: Treatment, facts: PlanFacts, now: datetime, carried: frozenset[str] = ALL_CHANNELS
) -> Planned | NotPlanned:
    """The next contact of one account. The same account on the same day always gets the same minute.

    `carried` are the channels that something carries here: without a telephone line nothing is planned by voice.
    """
    if treatment.agent == "human":
        return NotPlanned("people")
    if facts.waiting:
        return NotPlanned("waiting")
    zones = known_zones(facts.zones)
    if not zones:
        return NotPlanned("zone")
    channels = tuple(channel for channel in treatment.channels if channel in carried)
    if not channels:
        return NotPlanned("carried")
    channel = _channel(channels, facts, now)
    if channel is None:
        return NotPlanned("denied")
    earliest, why = _earliest(treatment, facts, channel, now)
    first_day = earliest.astimezone(zones[0]).date()
    for ahead in range(HORIZON_DAYS):
        slot = _slot(facts.account_id, first_day + timedelta(days=ahead), zones, earliest, treatment.hours)
        if slot is not None:
            return Planned(slot, channel, treatment.agent, why)
    return NotPlanned("hours")


def known_zones(names: tuple[str, ...]) -> tuple[ZoneInfo, ...]:
    """The zones of these names; none where one of them cannot be read, for then the debtor may be anywhere."""
    try:
        return tuple(ZoneInfo(name) for name in names)
    except (KeyError, ValueError, TypeError, OSError):
        return ()


def _channel(channels: tuple[str, ...], facts: PlanFacts, now: datetime) -> str | None:
    """The treatment's channels in turn; each contact that led to no talk moves on to the next one."""
    lasting = {
        denial.channel for denial in facts.denied if denial.next_allowed_at is None and now - denial.at < DENIAL_LASTS
    }
    silent = 0
    for past in sorted(facts.contacted, key=lambda past: past.at, reverse=True):
        if past.outcome == "conversation":
            break
        silent += 1
    count = len(channels)
    in_turn = [channels[(silent + step) % count] for step in range(count)]
    return next((channel for channel in in_turn if channel not in lasting), None)


def _earliest(treatment: Treatment, facts: PlanFacts, channel: str, now: datetime) -> tuple[datetime, tuple[str, ...]]:
    zone = ZoneInfo(facts.zones[0])
    earliest, why = now, [f"treatment {treatment.name}"]
    if facts.contacted:
        last = max(past.at for past in facts.contacted).astimezone(zone).date()
        rested = datetime.combine(last + timedelta(days=treatment.cadence_days), time(), zone)
        if rested > earliest:
            earliest = rested
            why.append(f"{treatment.cadence_days} days between contacts")
    if treatment.hours is not None:
        why.append(f"from {treatment.hours.starts:%H:%M} to {treatment.hours.ends:%H:%M}")
    if facts.promise_due is not None:
        # Nobody is reminded of a promise that is not yet due.
        after = datetime.combine(facts.promise_due + timedelta(days=1), time(), zone)
        if after > earliest:
            earliest = after
            why.append("a promise is open")
    for denial in facts.denied:
        if denial.channel == channel and denial.next_allowed_at is not None and denial.next_allowed_at > earliest:
            earliest = denial.next_allowed_at
            why.append("the gate allows it from then on")
    return earliest.astimezone(UTC), tuple(why)


def business_hours(
    day: date, zones: tuple[ZoneInfo, ...], hours: Hours | None = None
) -> tuple[datetime, datetime] | None:
    """When it is business hours in every zone at once, as aware UTC; None on a weekend, or where they do not meet.

    :param hours: of the treatment, where it has some of its own; None also on a day that is none of its days.
    """
    if day.weekday() >= len(WEEKDAYS) or (hours is not None and WEEKDAYS[day.weekday()] not in hours.days):
        return None
    starts, ends = (hours.starts, hours.ends) if hours else (DAY_STARTS, DAY_ENDS)
    opens = max(datetime.combine(day, starts, zone).astimezone(UTC) for zone in zones)
    closes = min(datetime.combine(day, ends, zone).astimezone(UTC) for zone in zones)
    return (opens, closes) if opens < closes else None


def _slot(
    account_id: str, day: date, zones: tuple[ZoneInfo, ...], earliest: datetime, hours: Hours | None
) -> datetime | None:
    """A minute inside the business hours of every zone, spread evenly over accounts; None when none is left."""
    span = business_hours(day, zones, hours)
    if span is None:
        return None
    opens, closes = span
    starts = max(opens, _next_minute(earliest))
    minutes = int((closes - starts).total_seconds() // 60)
    if minutes <= 0:
        return None
    share = int.from_bytes(hashlib.sha256(f"{account_id}|{day}".encode()).digest()[:8], "big") / 2**64
    return starts + timedelta(minutes=int(share * minutes))


def _next_minute(moment: datetime) -> datetime:
    whole = moment.replace(second=0, microsecond=0)
    return whole if whole == moment else whole + timedelta(minutes=1)
