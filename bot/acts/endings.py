"""Acts that end the bot's part of the talk: a wish of the debtor, or something that only a person may handle."""

from __future__ import annotations

from bot.actions_protocol import ActionRequest
from bot.acts.act import NO_DRAFT, Act, Effect, ended
from bot.dates import Day, parse_date
from bot.talk import Talk
from bot.triggers import named
from strategy.holds.placing import over_everywhere
from strategy.holds.wishes import NewWish

# A payment can be on its way for this long before a reminder is right again.
DAYS_FOR_A_PAYMENT_TO_SHOW = 5


def goodbye(talk: Talk, _: ActionRequest) -> Effect:
    talk.say("goodbye")
    talk.close("no_commitment")
    return ended()


def callback(talk: Talk, request: ActionRequest) -> Effect:
    """No contact before the day that the debtor names, or before tomorrow; a person calls where that is offered."""
    found = parse_date(request.text, talk.language, talk.today)
    days = max((found.value - talk.today).days, 1) if isinstance(found, Day) else 1
    near = isinstance(found, Day) and days <= talk.treatment.promise_days
    if isinstance(found, Day) and near and "callback" in talk.treatment.offers:
        talk.note(callback_on=found.value.isoformat())
        if talk.conversation.verified:
            # What the debtor asks for themselves; anybody else at the phone can ask for nothing.
            talk.wish(NewWish("callback", account_id=talk.account.id, until=over_everywhere(found.value)))
        talk.say("callback_noted")
        talk.escalate(named("callback_wanted", request.text))
    else:
        days = days if near else 1
        talk.say("busy_now")
    talk.hold("callback_wanted", days)
    talk.close("callback_agreed")
    return ended()


def already_paid(talk: Talk, request: ActionRequest) -> Effect:
    talk.hold("says_paid", DAYS_FOR_A_PAYMENT_TO_SHOW)
    talk.say("paid_thanks")
    talk.escalate(named("says_paid", request.text))
    talk.close("says_paid")
    return ended()


def refuse(talk: Talk, request: ActionRequest) -> Effect:
    """Ask once what makes it hard, respect the second no."""
    if not talk.facts.get("asked_reason"):
        return ask_reason(talk, request)
    talk.say("will_not_pay")
    talk.say("goodbye")
    talk.close("refused")
    return ended()


def ask_reason(talk: Talk, _: ActionRequest) -> Effect:
    """After a no to "when could you pay?"; a second one ends the talk without a promise."""
    if talk.facts.get("asked_reason"):
        talk.say("will_not_pay")
        talk.say("goodbye")
        talk.close("no_commitment")
        return ended()
    talk.note(asked_reason=True, amount=None, day=None, read_back=None)
    talk.say("reminder_reason")
    return Effect({**NO_DRAFT, "asked": "intention"}, end_form=True)


def as_trigger(trigger_id: str, disposition: str) -> Act:
    """The same hold, words and case as when the words alone had given it away before Rasa."""

    def act(talk: Talk, request: ActionRequest) -> Effect:
        talk.follow(named(trigger_id, request.text))
        if talk.open:
            talk.close(disposition)
        return ended()

    return act
