"""Acts that answer a question or keep the talk going."""

from __future__ import annotations

from datetime import timedelta

from bot.actions_protocol import ActionRequest
from bot.acts.act import Effect, ended, go_on
from bot.acts.endings import goodbye
from bot.talk import Talk
from bot.triggers import named
from ledger.tables import Promise

# After so many texts in a row that nobody could make sense of, a person takes over.
MOST_MISSES = 3
# The same facts in every tone of a treatment.
REMINDERS = {"gentle": "reminder_gentle", "plain": "reminder", "firm": "reminder_firm"}


def open_talk(talk: Talk, request: ActionRequest) -> Effect:
    """The first words to the right party: the disclosure, then what is past due."""
    talk.conversation.stage = "talking"
    talk.say("identity_ok")
    talk.say("disclosure", discloses=("debt_collection",))
    promise = talk.open_promise()
    if promise is not None:
        return Effect({**_offer_change(talk, promise).slots, "verified": True})
    _remind(talk)
    return Effect({**go_on(talk, request).slots, "verified": True})


def language_switched(talk: Talk, request: ActionRequest) -> Effect:
    """The debtor asked for the other language, and the talk has changed to it: the open question again, in that."""
    talk.say("language_switched")
    promise = talk.open_promise()
    if request.asked == "change_promise" and promise is not None:
        return _offer_change(talk, promise)
    return go_on(talk, request)


def keep_promise(talk: Talk, request: ActionRequest) -> Effect:
    talk.say("promise_kept_as_is")
    return go_on(talk, request)


def verify_first(talk: Talk, _: ActionRequest) -> Effect:
    talk.say("not_before_identity")
    return Effect()


def tell_amount(talk: Talk, request: ActionRequest) -> Effect:
    account = talk.account
    due, balance = talk.money(account.amount_due), talk.money(account.balance)
    talk.say("explain_balance", discloses=("debt_facts",), amount_due=due, balance=balance)
    return go_on(talk, request)


def tell_days(talk: Talk, request: ActionRequest) -> Effect:
    _remind(talk)
    return go_on(talk, request)


def who_we_are(talk: Talk, request: ActionRequest) -> Effect:
    talk.say("trigger_are_you_a_bot")
    if talk.conversation.verified:
        talk.say("disclosure", discloses=("debt_collection",))
    else:
        talk.say("why_identity")
    return go_on(talk, request)


def how_to_pay(talk: Talk, request: ActionRequest) -> Effect:
    talk.say("how_to_pay")
    # An address read out letter by letter helps nobody.
    if talk.conversation.channel != "voice":
        talk.say("pay_link", link=talk.terms.pay_link)
    return go_on(talk, request)


def charges(talk: Talk, request: ActionRequest) -> Effect:
    """The bot has no breakdown of fees and interest and may waive none; a colleague has and may."""
    talk.say("explain_charges")
    return go_on(talk, request)


def consequences(talk: Talk, request: ActionRequest) -> Effect:
    talk.say("explain_recorded_credit")
    return go_on(talk, request)


def plan(talk: Talk, request: ActionRequest) -> Effect:
    """What the treatment offers first can be promised at once; a plan over months is a colleague's to make."""
    floors = talk.floors
    latest = talk.today + timedelta(days=floors.days)
    for offer in talk.treatment.offers:
        if offer == "part" and floors.smallest.amount < floors.due.amount:
            talk.say("offer_parts", smallest=floors.smallest, latest=latest)
            break
        if offer == "later" and floors.days > 0:
            talk.say("offer_later", latest=latest)
            break
    talk.say("plan_by_colleague")
    return go_on(talk, request)


def forgot(talk: Talk, request: ActionRequest) -> Effect:
    talk.note(reason="forgot")
    talk.say("it_happens")
    return go_on(talk, request)


def greet(talk: Talk, request: ActionRequest) -> Effect:
    """A greeting, or a yes or no to no question: come to the point."""
    return go_on(talk, request)


def off_topic(talk: Talk, request: ActionRequest) -> Effect:
    return _polite(talk, request, "small_talk")


def thanks(talk: Talk, request: ActionRequest) -> Effect:
    """Thanks in answer to "anything else?" mean no: asking once more would hold people back who want to go."""
    if request.asked == "anything_else":
        talk.say("thanks")
        return goodbye(talk, request)
    return _polite(talk, request, "thanks")


def wait(talk: Talk, _: ActionRequest) -> Effect:
    talk.say("take_your_time")
    return Effect()


def repeat(talk: Talk, request: ActionRequest) -> Effect:
    """Everything said last, once more; a question that the form repeats by itself is left to it."""
    if request.form is None:
        talk.say_again(talk.last_lines())
    else:
        talk.say("small_talk")
    return Effect()


def offer_choices(talk: Talk, _: ActionRequest) -> Effect:
    """After a yes to "anything else?"."""
    talk.say("choices" if talk.conversation.verified else "choices_before_verified")
    return Effect({"asked": None})


def not_understood(talk: Talk, request: ActionRequest) -> Effect:
    """Ask to put it another way, then name the choices, then let a person take over."""
    misses = int(talk.facts.get("misses", 0)) + 1
    talk.note(misses=misses)
    if misses >= MOST_MISSES:
        talk.say("handoff_next_day")
        talk.escalate(named("not_understood", request.text))
        talk.close("handed_over")
        return ended()
    if misses == 1:
        talk.say("rephrase")
        return Effect()
    return offer_choices(talk, request)


def _polite(talk: Talk, request: ActionRequest, template: str) -> Effect:
    talk.say(template)
    return go_on(talk, request)


def _offer_change(talk: Talk, promise: Promise) -> Effect:
    amount = talk.money(promise.amount)
    talk.say("promise_already_open", discloses=("debt_facts",), amount=amount, due_on=promise.due_on)
    return Effect({"asked": "change_promise"})


def _remind(talk: Talk) -> None:
    due = talk.money(talk.account.amount_due)
    template = REMINDERS[talk.treatment.tone]
    talk.say(template, discloses=("debt_facts",), amount_due=due, days_past_due=talk.account.dpd)
