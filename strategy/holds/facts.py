"""From what is recorded of a person to the flags that the gate reads. Pure.

Whatever cannot be read denies: a hold of an unknown scope covers everything, and a wish nobody understands is an unread
flag, which the gate answers with FACTS_UNREADABLE.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from strategy.holds.kinds import SCOPES, kind_of
from strategy.policy.clocks import WEEKDAYS, WHOLE_DAY, Span
from strategy.policy.facts import CHANNELS, SAME_MEDIUM, Callback, Flags, HoldFact, Inconvenient, Stop
from strategy.policy.flags import place_name


class HeldRow(Protocol):
    """A recorded hold (ledger.tables.Hold, or a row with these columns)."""

    @property
    def scope(self) -> str: ...
    @property
    def scope_value(self) -> str: ...
    @property
    def account_id(self) -> str | None: ...
    @property
    def reason(self) -> str: ...
    @property
    def until(self) -> datetime | None: ...
    @property
    def lifted_at(self) -> datetime | None: ...


class WishRow(Protocol):
    """A recorded wish (ledger.tables.ContactWish, or a row with these columns)."""

    @property
    def kind(self) -> str: ...
    @property
    def account_id(self) -> str | None: ...
    @property
    def days(self) -> Sequence[str]: ...
    @property
    def hours(self) -> str: ...
    @property
    def value(self) -> str: ...
    @property
    def given_at(self) -> datetime: ...
    @property
    def until(self) -> datetime | None: ...
    @property
    def withdrawn_at(self) -> datetime | None: ...


def in_force(hold: HeldRow, now: datetime) -> bool:
    """Whether a hold has neither been lifted nor run out; what was lifted never binds."""
    return hold.lifted_at is None and (hold.until is None or hold.until > now)


def covers(hold: HeldRow, account_id: str, channel: str, number: str) -> bool:
    """Whether a hold reaches a contact about `account_id` by `channel` to `number` (its blind index).

    A scope nobody knows, or one that names nothing, reaches everything.
    """
    value = hold.scope_value or (hold.account_id if hold.scope == "debt" else "")
    if hold.scope not in SCOPES or hold.scope == "person" or not value:
        return True
    if hold.scope == "channel":
        return value not in CHANNELS or value in (channel, SAME_MEDIUM.get(channel))
    return value == (account_id if hold.scope == "debt" else number)


def flags_from(
    holds: Iterable[HeldRow],
    wishes: Iterable[WishRow],
    account_id: str,
    channel: str,
    number: str,
    now: datetime,
    zones: Sequence[str] = (),
    consented_at: tuple[tuple[str, datetime], ...] = (),
) -> Flags:
    """What binds a contact about `account_id` by `channel` to `number` (a blind index) now.

    :param zones: IANA zones the person may be in; an agreed time of certain weekdays counts only on these days there.
    :param consented_at: by kind, since when consents stand (strategy/holds/consents.py).
    """
    binding = [hold for hold in holds if in_force(hold, now) and covers(hold, account_id, channel, number)]
    stops, held = dict[str, datetime | None](), dict[tuple[str, str], datetime | None]()
    for hold in binding:
        kind = kind_of(hold.reason)
        if kind.stop:
            stops[kind.stop] = _longer(stops.get(kind.stop, hold.until), hold.until)
        # What binds people too is told by its stop, which has exceptions in law (an attorney may be written to).
        named = hold.reason, "automated" if kind.stop else kind.binds
        held[named] = _longer(held.get(named, hold.until), hold.until)
    said = [wish for wish in wishes if _stands(wish, now)]
    agreed, inconvenient, places, refused, unread = set(), set(), set(), set(), set()
    for wish in said:
        try:
            if wish.kind == "inconvenient_time":
                inconvenient.add(Inconvenient(_days(wish), _hours(wish)))
            elif wish.kind == "inconvenient_place":
                places.add(place_name(wish.value))
            elif wish.kind == "refused_medium":
                refused.add(_channel(wish))
            elif wish.kind == "agreed_time":
                if _about(wish, account_id, now) and _is_today(_days(wish), now, zones):
                    agreed.add(_hours(wish))
            elif wish.kind != "callback":
                unread.add("a wish of an unknown kind")
        except (ValueError, KeyError):  # a span, weekday or zone that cannot be read
            unread.add(wish.kind)
    return Flags(
        stops=tuple(Stop(kind, over_at=stops[kind]) for kind in sorted(stops)),
        holds=tuple(HoldFact(*named, until=held[named]) for named in sorted(held)),
        agreed_windows=tuple(sorted(agreed)),
        consented_callback=_callback(said, account_id, now),
        inconvenient=tuple(sorted(inconvenient)),
        inconvenient_places=tuple(sorted(places)),
        refused_media=tuple(sorted(refused)),
        consented_at=consented_at,
        unread=tuple(sorted(unread)),
    )


def _longer(one: datetime | None, other: datetime | None) -> datetime | None:
    return None if one is None or other is None else max(one, other)


def _stands(wish: WishRow, now: datetime) -> bool:
    return wish.withdrawn_at is None and (wish.until is None or wish.until > now)


def _about(wish: WishRow, account_id: str, now: datetime) -> bool:
    """What permits counts for its own debt and once it was said; what forbids counts for the whole person."""
    return wish.account_id in (None, account_id) and wish.given_at <= now


def _callback(said: Iterable[WishRow], account_id: str, now: datetime) -> Callback | None:
    """The latest call-back asked for about this very debt."""
    asked = [w for w in said if w.kind == "callback" and w.account_id == account_id and _about(w, account_id, now)]
    latest = max(asked, key=lambda wish: wish.given_at, default=None)
    return None if latest is None else Callback(latest.given_at, account_id)


def _days(wish: WishRow) -> tuple[str, ...]:
    if unknown := set(wish.days) - set(WEEKDAYS):
        raise ValueError(f"not a weekday: {sorted(unknown)}")
    return tuple(day for day in WEEKDAYS if day in wish.days) or WEEKDAYS


def _hours(wish: WishRow) -> Span:
    return Span.read(wish.hours) if wish.hours else WHOLE_DAY


def _channel(wish: WishRow) -> str:
    if wish.value not in CHANNELS:
        raise ValueError(f"not a channel: {wish.value!r}")
    return wish.value


def _is_today(days: tuple[str, ...], now: datetime, zones: Sequence[str]) -> bool:
    if days == WEEKDAYS:
        return True
    here = {WEEKDAYS[now.astimezone(ZoneInfo(zone)).weekday()] for zone in zones}
    return bool(here) and here <= set(days)
