"""The call-back: when would suit? A day and a time become a wish that the gate heeds, and a case for a person."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from bot.actions_protocol import ActionRequest
from bot.acts.act import Effect, ended
from bot.clock_times import Span, read_span
from bot.dates import Day, parse_date
from bot.talk import Talk
from bot.triggers import Trigger, named
from strategy.holds.placing import over_everywhere
from strategy.holds.wishes import NewWish

FORM: Final = "callback_form"
NOT_NOW: Final = "unsafe_to_talk"


def weigh(talk: Talk, request: ActionRequest) -> Effect:
    """Take the time from the text; ask once for it, and leave it open if no answer names one."""
    day, span = _when(talk, request.text)
    if day is None and span is None and not talk.facts.get("callback_asked"):
        talk.note(callback_asked=True)
        return ask_time(talk)
    return _agree(talk, request.text, day, span)


def ask_time(talk: Talk) -> Effect:
    talk.say("ask_callback_time")
    return Effect({"callback_time": None, "asked": None}, requests="callback_time")


def busy(talk: Talk, request: ActionRequest) -> Effect:
    """Not now: no contact before the day that is named, or before tomorrow."""
    if any(_when(talk, request.text)):
        return weigh(talk, request)
    return _another_time(talk, "busy_now", 1)


def not_now(talk: Talk, trigger: Trigger) -> None:
    """At the wheel, in a meeting: the talk ends at once, and the time that they named, if any, is kept."""
    day, span = _when(talk, trigger.words)
    if day is None and span is None:
        _another_time(talk, trigger.template, 1)
    else:
        _agree(talk, trigger.words, day, span)


def _when(talk: Talk, text: str) -> tuple[date | None, Span | None]:
    """The day, today or later, and the hours that a text names."""
    found = parse_date(text, talk.language, talk.today)
    day = found.value if isinstance(found, Day) and found.value >= talk.today else None
    return day, read_span(text)


def _another_time(talk: Talk, template: str, days: int) -> Effect:
    talk.hold("callback_wanted", days)
    talk.say(template)
    talk.close("callback_agreed")
    return ended()


def _agree(talk: Talk, text: str, day: date | None, span: Span | None) -> Effect:
    """No contact before that day, or before tomorrow; a person calls where that is offered and near enough."""
    on = day or talk.today + timedelta(days=1)
    days = max((on - talk.today).days, 1)
    near = days <= talk.treatment.promise_days
    if near and "callback" in talk.treatment.offers:
        talk.note(callback_on=on.isoformat(), callback_hours=None if span is None else str(span))
        if talk.conversation.verified:
            # What the debtor asks for themselves; anybody else at the phone can ask for nothing.
            wish_for(talk, on, span)
        if day is not None and span is not None:
            talk.say("callback_noted_at", due_on=on, hours=str(span))
        elif day is not None:
            talk.say("callback_noted_on", due_on=on)
        else:
            talk.say("callback_noted")
        talk.escalate(named("callback_wanted", text))
    else:
        days = days if near else 1
        talk.say("busy_now")
    talk.hold("callback_wanted", days)
    talk.close("callback_agreed")
    return ended()


def wish_for(talk: Talk, on: date, span: Span | None) -> None:
    """Write down that they want to be called back on that day, and in those hours if some are named."""
    until = over_everywhere(on)
    talk.wish(NewWish("callback", account_id=talk.account.id, until=until))
    if span is not None:
        weekday = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")[on.weekday()]
        talk.wish(NewWish("agreed_time", days=(weekday,), hours=span.hours, account_id=talk.account.id, until=until))
