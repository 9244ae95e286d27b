"""When: windows, weekdays, holidays, and the times and places a person has said do not suit."""

from collections.abc import Iterable

from strategy.policy.clocks import WEEKDAYS
from strategy.policy.decision import Reason
from strategy.policy.facts import Inconvenient
from strategy.policy.pack import HOUSE
from strategy.policy.rules.question import Place, Question


def contact_window(question: Question) -> Iterable[Reason]:
    """Every candidate zone must be inside an open window, with time to spare before it closes. Letters have no hour."""
    if question.facts.action.channel == "mail":
        return
    margin, past_due = question.law.margin, question.facts.flags.days_past_due
    for place in question.places:
        minute = place.minute
        for hours in question.law.hours[place.era]:
            if hours.first_window is None:
                # A jurisdiction whose hours are unknown on this date must not read as "any hour".
                yield Reason("POLICY_UNREADABLE", hours.pack, "no contact window is in force on this date")
                continue
            if hours.agreed_time_prevails and _inside_agreed_time(question, place):
                continue
            lifted = hours.lifted_past_due_days
            if lifted is not None and past_due is not None and past_due > lifted:
                continue
            today = hours.openings[place.weekday]
            if not today:
                yield hours.first_window.reason("NON_CONTACT_DAY")
            elif not any(each.start <= minute < each.end and each.end - minute > margin for each in today):
                yield today[0].window.reason("OUTSIDE_CONTACT_WINDOW")


def _inside_agreed_time(question: Question, place: Place) -> bool:
    return any(span.minutes_left(place.minute) > question.law.margin for span in question.facts.flags.agreed_windows)


def holiday(question: Question) -> Iterable[Reason]:
    if question.facts.action.channel == "mail":
        return
    for holidays in question.law.holidays:
        rule = holidays.clause
        for place in question.places:
            today = place.day
            if not rule.in_force(today):
                continue
            if today.year < rule.first_year or today > rule.verified_through:
                yield holidays.reason("HOLIDAY_DATA_MISSING")
            elif today in rule.dates and not (rule.agreed_time_prevails and _inside_agreed_time(question, place)):
                yield holidays.reason("HOLIDAY_NO_CONTACT")


def forbidden_place(question: Question) -> Iterable[Reason]:
    for rule in question.law.forbidden_places:
        agreed = rule.clause.agreed_time_prevails and all(_inside_agreed_time(question, p) for p in question.places)
        if not agreed or not question.places:
            yield rule.reason("INCONVENIENT_PLACE")


def known_inconvenient(question: Question) -> Iterable[Reason]:
    """What the person has said about times and places binds everywhere, as house policy."""
    flags, place_of_contact = question.facts.flags, question.facts.action.place
    if not question.law.house:
        return
    for time in flags.inconvenient:
        if any(_covers(time, place) for place in question.places):
            yield Reason("KNOWN_INCONVENIENT_TIME", HOUSE, f"the person has said that {time.hours} does not suit")
    if place_of_contact in flags.inconvenient_places:
        yield Reason("INCONVENIENT_PLACE", HOUSE, f"the person or the employer refuses contact at: {place_of_contact}")


def _covers(time: Inconvenient, place: Place) -> bool:
    """A span past midnight may belong to the day it begins or the day it ends on: nobody calls on either."""
    if time.hours.minutes_left(place.minute) <= 0:
        return False
    days = {WEEKDAYS[place.weekday]}
    if time.hours.runs_past_midnight() and place.minute < time.hours.end:
        days.add(WEEKDAYS[place.weekday - 1])
    return not days.isdisjoint(time.days)
