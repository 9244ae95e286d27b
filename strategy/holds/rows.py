"""What one line of a file of holds, consents and wishes says, or what is wrong with it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from ledger.importing.cells import BadCell, Cells, day, listed, moment, phone_number, required, text, word
from ledger.importing.rows import RowError
from strategy.holds.consents import KINDS as CONSENTS
from strategy.holds.consents import STATUSES
from strategy.holds.kinds import SCOPES, kind_of
from strategy.holds.lifting import Refused
from strategy.holds.placing import About, NewHold, new_hold, over_everywhere
from strategy.holds.wishes import NewWish, new_wish
from strategy.policy.facts import CHANNELS

MUST: Final = ("account_ref", "what", "kind")
OF: Final[Mapping[str, tuple[str, ...]]] = {
    "hold": ("scope", "channel", "number", "since", "until", "treatment_ends"),
    "consent": ("status", "at"),
    "wish": ("days", "hours", "value", "at", "until"),
}
"""The columns that a line may fill, beside those that it must, by what it is."""
MAY: Final = tuple(dict.fromkeys(name for names in OF.values() for name in names))
REASONS: Final[Mapping[str, tuple[str, str]]] = {
    "hold_kind": ("kind", "is no hold that people may place"),
    "scope": ("scope", "is not a scope that a hold of this kind can have"),
    "channel": ("channel", f"is none of {', '.join(sorted(CHANNELS))}"),
    "end": ("until", "cannot be chosen for a hold of this kind; it is lifted, or ends by itself"),
    "past_end": ("until", "lies in the past: it is over"),
    "since": ("since", "lies in the future"),
    "treatment_ends": ("treatment_ends", "is only for a crisis moratorium (moratorium_crisis)"),
    "wish_kind": ("kind", "is no wish"),
    "no_hours": ("hours", "is empty: a time needs its hours (09:00-12:00), or an inconvenient one its days"),
    "hours": ("hours", "is not a time such as 09:00-12:00"),
    "weekday": ("days", "is not a list of mon, tue, wed, thu, fri, sat and sun, parted by ';'"),
    "place": ("value", "is no place: workplace, home, hospital or school"),
}
"""The column that a refusal is about, and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class SaidRow:
    """One line that can be read, before anybody has looked whom it is about. `number` is E.164 and personal."""

    line: int
    account_ref: str
    what: str
    kind: str
    scope: str = ""
    channel: str = ""
    number: str = ""
    since: date | None = None
    until: date | None = None
    treatment_ends: date | None = None
    status: str = ""
    days: tuple[str, ...] = ()
    hours: str = ""
    value: str = ""
    at: datetime | None = None


def read_row(line: int, cells: Cells, now: datetime) -> SaidRow | RowError:
    """:param now: nothing can have been said after it."""
    try:
        what = word(cells, "what", OF)
        for name in MAY:
            if name not in OF[what] and text(cells, name):
                raise BadCell(name, f"is not for a {what}")
        return SaidRow(
            line=line,
            account_ref=required(cells, "account_ref"),
            what=what,
            kind=word(cells, "kind", CONSENTS) if what == "consent" else required(cells, "kind").lower(),
            scope=word(cells, "scope", SCOPES) if text(cells, "scope") else "",
            channel=text(cells, "channel").lower(),
            number=phone_number(cells, "number"),
            since=_day(cells, "since"),
            until=_day(cells, "until"),
            treatment_ends=_day(cells, "treatment_ends"),
            status=word(cells, "status", STATUSES) if what == "consent" else "",
            days=tuple(each.lower() for each in listed(cells, "days") or ()),
            hours=text(cells, "hours"),
            value=text(cells, "value").lower(),
            # A consent without its time could go before a later refusal.
            at=moment(cells, "at", now) if what == "consent" or text(cells, "at") else None,
        )
    except BadCell as bad:
        return RowError(line, bad.field, bad.reason)


def hold_of(row: SaidRow, account_id: str, number: str, now: datetime) -> NewHold | RowError:
    """The hold that a line asks for; the days that its kind lasts count from `since`, or else from now.

    :param number: the blind index of the number that it is about.
    """
    if not kind_of(row.kind).by_hand:
        return _wrong(row, Refused("hold_kind"))
    dated = kind_of(row.kind).id == "moratorium"
    if row.since is not None and row.since > now.date() + timedelta(days=1):
        return _wrong(row, Refused("since"))
    begun = now if row.since is None or dated else min(now, over_everywhere(row.since))
    made = new_hold(
        row.kind,
        About(account_id, row.channel, number),
        begun,
        scope=row.scope or None,
        until=_end(row.until),
        since=row.since if dated else None,
        treatment_ends=row.treatment_ends,
    )
    if isinstance(made, NewHold) and made.until is not None and made.until <= now:
        made = Refused("past_end")
    return _wrong(row, made) if isinstance(made, Refused) else made


def wish_of(row: SaidRow, account_id: str, now: datetime) -> NewWish | RowError:
    """The wish that a line tells of."""
    made = new_wish(
        row.kind,
        now,
        days=row.days,
        hours=row.hours,
        value=row.value,
        account_id=account_id if row.kind in ("agreed_time", "callback") else None,
        until=_end(row.until),
    )
    if isinstance(made, Refused):
        # Of a wish the channel stands where a place would.
        field, reason = REASONS[made.why]
        return RowError(row.line, "value" if made.why == "channel" else field, reason)
    return made


def _wrong(row: SaidRow, refused: Refused) -> RowError:
    return RowError(row.line, *REASONS[refused.why])


def _day(cells: Cells, field: str) -> date | None:
    return day(cells, field) if text(cells, field) else None


def _end(last: date | None) -> datetime | None:
    return None if last is None else over_everywhere(last)
