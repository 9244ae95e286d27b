"""What a person wishes about times, places and media, checked before it is written down. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from strategy.holds.lifting import Refused
from strategy.policy.clocks import WEEKDAYS, Span
from strategy.policy.facts import CHANNELS
from strategy.policy.flags import place_name

WishKind = Literal["inconvenient_time", "inconvenient_place", "refused_medium", "agreed_time", "callback"]
WISH_KINDS: Final[tuple[WishKind, ...]] = (
    "inconvenient_time",
    "inconvenient_place",
    "refused_medium",
    "agreed_time",
    "callback",
)
PLACES: Final = ("workplace", "home", "hospital", "school")
"""Where people ask not to be contacted; the words of `place` in a policy case."""


@dataclass(frozen=True, slots=True)
class NewWish:
    """A wish to be written down. `days`: weekdays, empty for every day. `hours`: 'HH:MM-HH:MM' local, empty for all."""

    kind: WishKind
    days: tuple[str, ...] = ()
    hours: str = ""
    value: str = ""
    account_id: str | None = None
    until: datetime | None = None


def new_wish(
    kind: str,
    now: datetime,
    *,
    days: Sequence[str] = (),
    hours: str = "",
    value: str = "",
    account_id: str | None = None,
    until: datetime | None = None,
) -> NewWish | Refused:
    """A wish, or what is wrong with it.

    :param days: weekdays ('mon' ...); only of a time.
    :param hours: 'HH:MM-HH:MM', local; a time has days or hours, an agreed one must have hours.
    :param value: the place or the channel meant.
    :param account_id: the debt a call-back is about; other wishes may name one.
    """
    named = next((each for each in WISH_KINDS if each == kind), None)
    if named is None:
        return Refused("wish_kind")
    if until is not None and until <= now:
        return Refused("past_end")
    if named == "callback":
        return Refused("callback_debt") if account_id is None else NewWish(named, account_id=account_id, until=until)
    if named == "inconvenient_place":
        place = place_name(value)
        return NewWish(named, (), "", place, account_id, until) if place in PLACES else Refused("place")
    if named == "refused_medium":
        return NewWish(named, (), "", value, account_id, until) if value in CHANNELS else Refused("channel")
    return _of_time(named, tuple(days), hours, account_id, until)


def _of_time(
    kind: WishKind, days: tuple[str, ...], hours: str, account_id: str | None, until: datetime | None
) -> NewWish | Refused:
    if set(days) - set(WEEKDAYS):
        return Refused("weekday")
    if not hours and (kind == "agreed_time" or not days):
        return Refused("no_hours")
    try:
        span = str(Span.read(hours)) if hours else ""
    except ValueError:
        return Refused("hours")
    return NewWish(kind, tuple(day for day in WEEKDAYS if day in days), span, "", account_id, until)
