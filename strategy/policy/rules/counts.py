"""How often: caps over days or hours, and the wait after a conversation. Bank and agencies count together."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from operator import attrgetter
from typing import Final

from strategy.policy.clocks import day_begins
from strategy.policy.decision import Reason
from strategy.policy.facts import PastContact
from strategy.policy.pack import Cap, Cooldown
from strategy.policy.rules.question import Bound, CountedCap, Question

TALKS: Final = frozenset({"conversation", "unknown"})
_AT: Final = attrgetter("at")


def frequency_cap(question: Question) -> Iterable[Reason]:
    for cap in full_caps(question):
        yield cap.bound.reason("FREQ_CAP")


def conversation_cooldown(question: Question) -> Iterable[Reason]:
    for cooldown, _ in unfinished_waits(question):
        yield cooldown.reason("CONVERSATION_COOLDOWN")


def full_caps(question: Question) -> Iterator[CountedCap]:
    """The caps that leave no room for another contact now."""
    for cap in question.law.caps:
        clause = cap.bound.clause
        if question.is_lifted(cap.bound):
            continue
        if clause.unless_consent is not None and question.facts.consent_to(clause.unless_consent) == "granted":
            continue
        matching = _counted(question, cap, _in_period(question, clause))
        if clause.limit <= 0 or next(islice(matching, clause.limit - 1, None), None) is not None:
            yield cap


def room_again(question: Question, cap: CountedCap) -> datetime | None:
    """When a full cap lets the next contact be, if none is made until then. None: never."""
    clause = cap.bound.clause
    if clause.limit <= 0:
        return None
    newest_first = _counted(question, cap, reversed(question.facts.history))
    deciding = next(islice(newest_first, clause.limit - 1, None))
    if clause.hours is not None:
        return deciding.at + timedelta(hours=clause.hours)
    return _days_later(question, deciding, clause.days or 0)


def unfinished_waits(question: Question) -> Iterator[tuple[Bound[Cooldown], datetime]]:
    """The waits that are not over, and when each of them will be."""
    for cooldown in question.law.cooldowns:
        clause = cooldown.clause
        if question.is_lifted(cooldown):
            continue
        if talks := list(_talks(question, clause, _last_days(question, clause.days))):
            yield cooldown, _days_later(question, talks[-1], clause.days)


def _counted(question: Question, cap: CountedCap, history: Iterable[PastContact]) -> Iterator[PastContact]:
    action, counts, per = question.facts.action, cap.counts, cap.bound.clause.per
    target = action.target
    debt_id = action.debt_id if "debt" in per else None
    number_id = action.number_id if "number" in per else None
    return (
        past
        for past in history
        if (debt_id is None or past.debt_id == debt_id)
        and (number_id is None or past.number_id == number_id)
        and past.sort in counts
        and past.target == target
    )


def _talks(question: Question, cooldown: Cooldown, history: Iterable[PastContact]) -> Iterator[PastContact]:
    """A talk the debtor began counts too, and so does an attempt whose outcome nobody knows."""
    debt_id, target = question.facts.action.debt_id, question.facts.action.target
    return (
        past
        for past in history
        if past.debt_id == debt_id
        and past.outcome in TALKS
        and past.channel in cooldown.channels
        and past.target == target
    )


def _in_period(question: Question, cap: Cap) -> Sequence[PastContact]:
    if cap.hours is None:
        return _last_days(question, cap.days or 0)
    history = question.facts.history
    # The contact exactly `hours` ago has just left the period.
    return history[bisect_right(history, question.now - timedelta(hours=cap.hours), key=_AT) :]


def _last_days(question: Question, days: int) -> Sequence[PastContact]:
    """The history of so many local dates, today being the last: where it is earlier in the day, they begin earlier."""
    history = question.facts.history
    if not (history and question.places):
        return ()
    since = min([day_begins(place.zone, place.day - timedelta(days=days - 1)) for place in question.places])
    return history[bisect_left(history, since, key=_AT) :]


def _days_later(question: Question, past: PastContact, days: int) -> datetime:
    """When a contact has left the last so many local dates everywhere the person may be."""
    zones = (place.zone for place in question.places)
    return max(day_begins(zone, past.at.astimezone(zone).date() + timedelta(days=days)) for zone in zones)
