"""When: windows, weekdays, holidays, and the times and places a person has said do not suit."""

from collections.abc import Iterable
from datetime import datetime

from strategy.policy.decision import Reason
from strategy.policy.pack import HOUSE, Window
from strategy.policy.rules.question import Question, minute_of, weekday


def contact_window(question: Question) -> Iterable[Reason]:
    """Every candidate zone must be inside an open window, with time to spare before it closes. Letters have no hour."""
    if question.facts.action.channel == "mail":
        return
    windows = _windows_here(question)
    if not windows:
        # A jurisdiction whose hours are unknown on this date must not read as "any hour".
        if question.pack.under is None and question.pack.id != HOUSE:
            yield Reason("POLICY_UNREADABLE", question.pack.id, "no contact window is in force on this date")
        return
    for moment in question.local:
        if _inside_agreed_time(question, moment, question.margin) and any(w.agreed_time_prevails for w in windows):
            continue
        today = [window for window in windows if weekday(moment.date()) in window.days]
        if not today:
            yield question.reason("NON_CONTACT_DAY", windows[0])
        elif not any(window.hours.minutes_left(minute_of(moment)) > question.margin for window in today):
            yield question.reason("OUTSIDE_CONTACT_WINDOW", today[0])


def _windows_here(question: Question) -> list[Window]:
    windows = list(question.in_force(question.pack.windows))
    of_this_place = [window for window in windows if window.place == question.facts.action.place]
    return of_this_place or [window for window in windows if window.place is None]


def _inside_agreed_time(question: Question, moment: datetime, margin: float) -> bool:
    return any(span.minutes_left(minute_of(moment)) > margin for span in question.facts.flags.agreed_windows)


def holiday(question: Question) -> Iterable[Reason]:
    if question.facts.action.channel == "mail":
        return
    for rule in question.in_force(question.pack.holidays):
        for moment in question.local:
            today = moment.date()
            if today.year < rule.first_year or today > rule.verified_through:
                yield question.reason("HOLIDAY_DATA_MISSING", rule)
            elif today in rule.dates and not (rule.agreed_time_prevails and _inside_agreed_time(question, moment, 0)):
                yield question.reason("HOLIDAY_NO_CONTACT", rule)


def known_inconvenient(question: Question) -> Iterable[Reason]:
    """What the person has said about times and places binds everywhere, so the house pack alone answers."""
    if question.pack.id != HOUSE:
        return
    flags, place = question.facts.flags, question.facts.action.place
    for time in flags.inconvenient:
        for moment in question.local:
            if weekday(moment.date()) in time.days and time.hours.minutes_left(minute_of(moment)) > 0:
                yield Reason("KNOWN_INCONVENIENT_TIME", HOUSE, f"the person has said that {time.hours} does not suit")
    if place in flags.inconvenient_places:
        yield Reason("INCONVENIENT_PLACE", HOUSE, f"the person or the employer refuses contact at: {place}")
