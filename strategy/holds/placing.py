"""What a new hold is: how wide, and until when. Pure; `strategy/holds/recording.py` writes it down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from strategy.holds.kinds import AFTER_TREATMENT_DAYS, UNKNOWN, Kind, kind_of
from strategy.holds.lifting import Refused
from strategy.policy.facts import CHANNELS

_PAST_MIDNIGHT_EVERYWHERE = time(12, tzinfo=UTC)
"""By noon UTC a date is over in every zone."""


@dataclass(frozen=True, slots=True)
class About:
    """What a hold may be about: the person, and where they say it, one debt, channel and number (its blind index)."""

    account_id: str | None = None
    channel: str | None = None
    number: str | None = None


@dataclass(frozen=True, slots=True)
class NewHold:
    """A hold to be written down. `scope_value`: the account id, channel or number meant; empty for a person."""

    reason: str
    scope: str
    scope_value: str
    account_id: str | None
    until: datetime | None


def new_hold(
    reason: str,
    about: About,
    now: datetime,
    *,
    scope: str | None = None,
    days: int | None = 0,
    until: datetime | None = None,
    since: date | None = None,
    treatment_ends: date | None = None,
) -> NewHold | Refused:
    """A hold for `reason`, or why it cannot be placed so. A reason nobody knows gives the widest and gravest hold.

    :param scope: one of the kind's scopes; its own when not given. What `about` does not name widens it to the person.
    :param days: how long it was announced for (None: until it is lifted); it lasts no less than its kind says.
    :param until: an end that somebody chose instead; only for a hold that one person may lift.
    :param since: the day a moratorium was registered, when that was not today.
    :param treatment_ends: the last day of treatment in a crisis moratorium, once it is known.
    """
    kind = kind_of(reason)
    if kind is UNKNOWN:
        return NewHold(reason, "person", "", None, None)
    if scope is not None and scope not in kind.scopes:
        return Refused("scope")
    end = _end(kind, now, days, until, since, treatment_ends)
    if isinstance(end, Refused):
        return end
    wanted = scope or kind.scopes[0]
    value = {"debt": about.account_id, "channel": about.channel, "number": about.number}.get(wanted) or ""
    if wanted == "channel" and value not in CHANNELS:
        return Refused("channel")
    if wanted == "person" or not value:
        return NewHold(reason, "person", "", None, end)
    return NewHold(reason, wanted, value, about.account_id if wanted == "debt" else None, end)


def _end(
    kind: Kind,
    now: datetime,
    days: int | None,
    until: datetime | None,
    since: date | None,
    treatment_ends: date | None,
) -> datetime | Refused | None:
    if treatment_ends is not None:
        return _after(treatment_ends, AFTER_TREATMENT_DAYS, now) if kind.id == "moratorium_crisis" else Refused("end")
    if since is not None:
        if kind.id != "moratorium" or kind.days is None:
            return Refused("since")
        return Refused("since") if since > now.date() + timedelta(days=1) else _after(since, kind.days - 1, now)
    if until is not None:
        if kind.lift != "one":
            return Refused("end")
        return until if until > now else Refused("past_end")
    if days is None or kind.days is None:
        return None
    return now + timedelta(days=max(days, kind.days))


def _after(day: date, days: int, now: datetime) -> datetime | Refused:
    """When the `days`th day after `day` is over in every zone."""
    end = datetime.combine(day + timedelta(days=days + 1), _PAST_MIDNIGHT_EVERYWHERE)
    return end if end > now else Refused("past_end")
