"""What a new hold is: how wide, and until when. Pure; `strategy/holds/recording.py` writes it down."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from strategy.holds.kinds import AFTER_TREATMENT_DAYS, BREATHING_SPACE_DAYS, UNKNOWN, kind_of
from strategy.holds.lifting import Refused
from strategy.policy.facts import CHANNELS

_NEXT_NOON = time(12, tzinfo=UTC)
"""By noon UTC the day before is over in every zone."""


@dataclass(frozen=True, slots=True)
class About:
    """What a hold may be about, beside the person: one debt, one channel, one number (its blind index)."""

    account_id: str = ""
    channel: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class NewHold:
    """A hold to be written down. `scope_value`: the account id, channel or number meant; empty for a person."""

    reason: str
    scope: str
    scope_value: str
    account_id: str | None
    until: datetime | None


def hold_for(reason: str, about: About, now: datetime, days: int | None = 0) -> NewHold:
    """The hold that a reason asks for. A reason nobody knows gets the widest and longest there is.

    :param days: how long it was announced for (None: until it is lifted); it lasts no less than its kind says.
    """
    kind = kind_of(reason)
    endless = days is None or kind.days is None
    end = None if endless else now + timedelta(days=max(days or 0, kind.days or 0))
    return _of_scope(reason, kind.scopes[0], about, end)


def new_hold(
    reason: str,
    about: About,
    now: datetime,
    *,
    scope: str | None = None,
    until: datetime | None = None,
    since: date | None = None,
    treatment_ends: date | None = None,
) -> NewHold | Refused:
    """A hold that somebody chose the scope or the end of, or why it cannot be placed so.

    :param scope: one of the kind's scopes; its own when not given.
    :param until: another end than the kind's; only of a hold that one person may lift.
    :param since: the day a moratorium was registered, when that was not today.
    :param treatment_ends: the last day of treatment in a crisis moratorium, once it is known.
    """
    kind = kind_of(reason)
    if kind is UNKNOWN:
        return Refused("hold_kind")
    wanted = scope or kind.scopes[0]
    if wanted not in kind.scopes:
        return Refused("scope")
    if wanted == "channel" and about.channel not in CHANNELS:
        return Refused("channel")
    end = hold_for(reason, about, now).until
    if until is not None:
        if kind.lift != "one":
            return Refused("end")
        end = until
    if since is not None:
        # Tomorrow, because it may be that already where the person is.
        if kind.id != "moratorium" or since > now.date() + timedelta(days=1):
            return Refused("since")
        end = over_everywhere(since, BREATHING_SPACE_DAYS)
    if treatment_ends is not None:
        if kind.id != "moratorium_crisis":
            return Refused("treatment_ends")
        end = over_everywhere(treatment_ends, AFTER_TREATMENT_DAYS)
    if end is not None and end <= now:
        return Refused("past_end")
    return _of_scope(reason, wanted, about, end)


def stands_already(ends: Iterable[datetime | None], until: datetime | None) -> bool:
    """Whether one of the same holds, open like it or as long in days, makes another one until `until` superfluous.

    One with an end may stand beside an open one, which can then be lifted: a treatment whose last day became known.
    """
    return any(until is None if end is None else until is not None and end.date() >= until.date() for end in ends)


def _of_scope(reason: str, scope: str, about: About, end: datetime | None) -> NewHold:
    """What cannot be named cannot be told apart from the rest: without a value it is the whole person's."""
    value = {"debt": about.account_id, "channel": about.channel, "number": about.number}.get(scope, "")
    account_id = about.account_id if scope == "debt" and value else None
    return NewHold(reason, scope if value else "person", value, account_id, end)


def over_everywhere(day: date, days_later: int = 0) -> datetime:
    """When the day `days_later` after `day` is over in every zone, as aware UTC, within the calendar."""
    ahead = timedelta(days=days_later + 1)
    return datetime.combine(min(day, date.max - timedelta(days=1) - ahead) + ahead, _NEXT_NOON)
