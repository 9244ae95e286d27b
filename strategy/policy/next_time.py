"""When a denial turns into permission by waiting alone."""

from collections.abc import Callable, Iterator, Set
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from strategy.policy.clocks import MINUTES_A_DAY, ONE_DAY, YEARS, day_begins, moments_of_day
from strategy.policy.facts import ContactFacts, Stop
from strategy.policy.law import PackLaw
from strategy.policy.pack import StopRule
from strategy.policy.rules.counts import full_caps, room_again, unfinished_waits
from strategy.policy.rules.permissions import holds_now, stops_now
from strategy.policy.rules.question import Bound, Question

# A hold and a dispute end by themselves where somebody has set an end to them, and otherwise not.
CURED_BY_WAITING: Final = frozenset(
    {
        "CONVERSATION_COOLDOWN",
        "DISPUTE_PENDING",
        "FREQ_CAP",
        "HOLD_ACTIVE",
        "HOLIDAY_NO_CONTACT",
        "KNOWN_INCONVENIENT_TIME",
        "MORATORIUM_ACTIVE",
        "NON_CONTACT_DAY",
        "OUTSIDE_CONTACT_WINDOW",
        "SENSITIVE_OCCASION",
    }
)
_HOURS_AND_DAYS: Final = CURED_BY_WAITING & {
    "HOLIDAY_NO_CONTACT",
    "KNOWN_INCONVENIENT_TIME",
    "NON_CONTACT_DAY",
    "OUTSIDE_CONTACT_WINDOW",
}
HORIZON: Final = timedelta(days=40)
"""How long after everything with an end of its own is over; later than that, a plan made today says nothing."""


def next_allowed(
    question: Question,
    codes: Set[str],
    law: PackLaw,
    ask: Callable[[datetime], Question],
    objects: Callable[[Question], bool],
) -> datetime | None:
    """The first moment after `question.now` at which nothing objects, in UTC. None: waiting does not bring one.

    Goes on to the end of whatever is known to end, then from one moment at which some rule can begin to agree to the
    next, and asks every rule again each time: a wrong guess of such a moment could make the answer late, never wrong.
    """
    if not codes <= CURED_BY_WAITING:
        return None
    over = question.now if codes <= _HOURS_AND_DAYS else _over(question)
    if over is None:
        return None
    minutes, last = _minutes(question.facts, law), over + HORIZON
    moment = min([over, *_changes(question, law)]) if over > question.now else _next_moment(question, minutes)
    while moment <= last:
        question = ask(moment)
        if not objects(question):
            return moment
        moment = _next_moment(question, minutes)
    return None


def _minutes(facts: ContactFacts, law: PackLaw) -> tuple[int, ...]:
    """Minutes of a day at which a time may begin to suit: windows open, agreed ones too, inconvenient ones close."""
    agreed = (span.start % MINUTES_A_DAY for span in facts.flags.agreed_windows)
    closed = (time.hours.end % MINUTES_A_DAY for time in facts.flags.inconvenient)
    return tuple(sorted({*law.opening_minutes, *agreed, *closed}))


def _over(question: Question) -> datetime | None:
    """When everything that objects now and ends on a known day has ended; `now` if there is none, None if never."""
    ends = [question.now]
    for end in _ends(question):
        if end is None:
            return None
        ends.append(end)
    return max(ends)


def _ends(question: Question) -> Iterator[datetime | None]:
    for cap in full_caps(question):
        yield room_again(question, cap)
    for _, end in unfinished_waits(question):
        yield end
    for hold in holds_now(question):
        yield _of_our_age(hold.until)
    for rule, stop in stops_now(question):
        ends = [each for each in (_of_our_age(stop.over_at), _days_over(question, rule, stop)) if each is not None]
        yield min(ends, default=None)


def _days_over(question: Question, rule: Bound[StopRule], stop: Stop) -> datetime | None:
    """When the last day of a stop, and the days after it, are over in every place."""
    if stop.end is None or stop.end.year not in YEARS:
        return None
    free = stop.end + (rule.clause.days_after + 1) * ONE_DAY
    return max(day_begins(place.zone, free) for place in question.places)


def _of_our_age(moment: datetime | None) -> datetime | None:
    return moment if moment is not None and moment.year in YEARS else None


def _changes(question: Question, law: PackLaw) -> list[datetime]:
    """When the law changes next, in each place: a clause that objects now may be gone then."""
    changed = ((place.zone, law.next_change(place.day)) for place in question.places)
    return [day_begins(zone, day) for zone, day in changed if day is not None]


def _next_moment(question: Question, minutes: tuple[int, ...]) -> datetime:
    """The first moment after now at which some rule can begin to agree."""
    return min([_after(place.zone, place.day, question.now, minutes) for place in question.places])


def _after(zone: ZoneInfo, day: date, now: datetime, minutes: tuple[int, ...]) -> datetime:
    while True:
        for moment in moments_of_day(zone, day, minutes):
            if moment > now:
                return moment
        day += ONE_DAY
