"""Acts that answer a question about the debt, and those that keep the talk going."""

from __future__ import annotations

from bot import commitments
from bot.actions_protocol import ActionRequest
from bot.acts import asides, explaining, plan, reading
from bot.acts.act import NOTHING, Act, Effect, ended
from bot.acts.endings import goodbye
from bot.acts.going_on import go_on, open_promise
from bot.acts.promise import give_up
from bot.acts.words import says
from bot.identity import incomplete
from bot.talk import Talk
from bot.triggers import named
from ledger.tables import Promise

# After so many texts in a row that nobody could make sense of, a person takes over.
MOST_MISSES = 3


def open_talk(talk: Talk, request: ActionRequest) -> Effect:
    """The first words to the right party: the disclosure, then what is past due."""
    talk.conversation.stage = "talking"
    talk.say("identity_ok")
    talk.say("disclosure", discloses=("debt_collection",))
    promise = commitments.open_promise(talk)
    if promise is not None:
        return Effect({**_offer_change(talk, promise).slots, "verified": True})
    explaining.remind(talk)
    if talk.facts.get("more_to_answer"):
        return Effect({"verified": True})
    return Effect({**go_on(talk, request).slots, "verified": True})


def language_switched(talk: Talk, request: ActionRequest) -> Effect:
    """The debtor asked for the other language, and the talk has changed to it: the open question again, in that."""
    talk.say("language_switched")
    promise = commitments.open_promise(talk)
    if request.asked == "change_promise" and promise is not None:
        return _offer_change(talk, promise)
    return go_on(talk, request)


def verify_first(talk: Talk, _: ActionRequest) -> Effect:
    talk.say("not_before_identity")
    return ended()


def four_digits(talk: Talk, _: ActionRequest) -> Effect:
    """Some figures, and not the four that were asked for: whoever gives them is no wrong number."""
    talk.say("identity_four_digits")
    return NOTHING


def is_incomplete_identity(talk: Talk, request: ActionRequest) -> bool:
    return not talk.conversation.verified and incomplete(request.text)


def telling(tell: explaining.Tell) -> Act:
    """An act that tells something and goes on."""

    def act(talk: Talk, request: ActionRequest) -> Effect:
        tell(talk)
        return go_on(talk, request)

    return act


def reference(talk: Talk, request: ActionRequest) -> Effect:
    """ "What was my reference?", of what was agreed to in this talk or an earlier one."""
    told = commitments.last_reference(talk)
    if told is None:
        return not_understood(talk, request)
    talk.say("reference", reference=told)
    return go_on(talk, request)


def who_we_are(talk: Talk, request: ActionRequest) -> Effect:
    talk.say("who_we_are", bank=talk.bank)
    if talk.conversation.verified:
        talk.say("disclosure", discloses=("debt_collection",))
    else:
        talk.say("why_identity")
    return go_on(talk, request)


def forgot(talk: Talk, request: ActionRequest) -> Effect:
    talk.note(reason="forgot")
    talk.say("it_happens")
    return go_on(talk, request)


def greet(talk: Talk, request: ActionRequest) -> Effect:
    """A greeting: come to the point. "Hi, who is this?" is told who, too."""
    asides.answer(talk, request)
    return go_on(talk, request)


def affirm(talk: Talk, request: ActionRequest) -> Effect:
    """A yes outside a form: what it answers is what was asked last."""
    if not talk.conversation.verified:
        return go_on(talk, request)
    if request.asked == "anything_else":
        return offer_choices(talk, request)
    if request.asked in ("intention", "change_promise", "can_pay_any"):
        return open_promise(talk, request)
    return go_on(talk, request)


def deny(talk: Talk, request: ActionRequest) -> Effect:
    """A no outside a form."""
    if not talk.conversation.verified:
        return go_on(talk, request)
    if request.asked == "anything_else":
        return goodbye(talk, request)
    if request.asked == "change_promise":
        talk.say("promise_kept_as_is")
        return go_on(talk, request)
    if request.asked == "intention":
        offered = reading.offered(talk, request.text)
        # "No, but I can do 1,000 on Friday" is an offer.
        return give_up(talk) if offered is None else open_promise(talk, request, offered)
    if request.asked == "can_pay_any":
        return cannot_pay(talk, request)
    return go_on(talk, request)


def give_way(talk: Talk, request: ActionRequest) -> Effect:
    """Too much, or too soon: the bot puts forward what code allows next, in the promise's form."""
    return open_promise(talk, request)


def cannot_pay(talk: Talk, request: ActionRequest) -> Effect:
    """No money, without a cause: ask once whether anything would do, then a person looks at it with them."""
    if talk.facts.get("asked_can_pay"):
        talk.say("cannot_pay")
        talk.escalate(named("cannot_commit", request.text))
        talk.close("handed_over")
        return ended()
    talk.note(asked_can_pay=True)
    talk.say("ask_can_pay_any")
    return ended("can_pay_any")


def off_topic(talk: Talk, request: ActionRequest) -> Effect:
    return _polite(talk, request, "small_talk")


def thanks(talk: Talk, request: ActionRequest) -> Effect:
    """Thanks in answer to "anything else?" mean no: asking once more would hold people back who want to go."""
    if request.asked == "anything_else" and request.form is None:
        talk.say("thanks")
        return goodbye(talk, request)
    return _polite(talk, request, "thanks")


def wait(talk: Talk, request: ActionRequest) -> Effect:
    """A moment, please. Who puts it off again hears what is still open, too."""
    talk.say("take_your_time")
    if not talk.facts.get("waited"):
        talk.note(waited=True)
        return NOTHING
    return go_on(talk, request)


def repeat(talk: Talk, _: ActionRequest) -> Effect:
    """Everything said last, once more, in the same words; not that nothing was understood."""
    talk.say_again(talk.last_told())
    return NOTHING


def clarify(talk: Talk, request: ActionRequest) -> Effect:
    """ "What do you mean?": the matter in plainer words, then the question again."""
    if not talk.conversation.verified:
        talk.say("why_identity")
    elif request.form is not None:
        talk.say("clarify_form")
    else:
        talk.say("clarify_matter")
    return go_on(talk, request)


def upset(talk: Talk, request: ActionRequest) -> Effect:
    """Angry, without a trigger: acknowledge it once and leave the choice; the second time a person takes over."""
    if talk.facts.get("was_upset"):
        talk.follow(named("ask_for_human_or_are_you_a_bot", request.text))
        if talk.open:
            talk.close("handed_over")
        return ended()
    talk.note(was_upset=True)
    talk.say("upset_heard")
    return go_on(talk, request)


def cancel(talk: Talk, request: ActionRequest) -> Effect:
    """Never mind: what was being arranged is dropped, and nothing of it is recorded."""
    if not talk.conversation.verified:
        return go_on(talk, request)
    asked = "anything_else"
    promise = commitments.open_promise(talk)
    if promise is not None and "asking" not in talk.facts and "plan_asking" not in talk.facts:
        # What has been noted is not undone by a word. "不用了" to "anything else?" is a no.
        return _offer_change(talk, promise) if says("undo", request.text) else goodbye(talk, request)
    talk.say("cancelled")
    talk.say("anything_else")
    talk.note(amount=None, day=None, read_back=None, asking=None, plan_asking=None, counter=None)
    return ended(asked)


def offer_choices(talk: Talk, _: ActionRequest) -> Effect:
    """After a yes to "anything else?"."""
    talk.say("choices" if talk.conversation.verified else "choices_before_verified")
    return Effect({"asked": None})


def not_understood(talk: Talk, request: ActionRequest) -> Effect:
    """Take an offer that stands in the text all the same; else ask to put it another way, then name the choices, then
    let a person take over."""
    if talk.conversation.verified and request.form is None:
        offered = reading.offered(talk, request.text)
        if offered is not None or plan.names_plan(talk, request.text):
            talk.note(misses=None)
            return open_promise(talk, request, None if plan.names_plan(talk, request.text) else offered)
    if talk.facts.get("more_to_answer"):
        # "Ok, whatever, it's 4321": the four digits were the answer.
        return go_on(talk, request)
    misses = int(talk.facts.get("misses", 0)) + 1
    talk.note(misses=misses)
    if misses >= MOST_MISSES:
        talk.say("handoff_next_day")
        talk.escalate(named("not_understood", request.text))
        talk.close("handed_over")
        return ended()
    if misses == 1:
        talk.say("rephrase")
        return NOTHING
    return offer_choices(talk, request)


def _polite(talk: Talk, request: ActionRequest, template: str) -> Effect:
    talk.say(template)
    return go_on(talk, request)


def _offer_change(talk: Talk, promise: Promise) -> Effect:
    amount = talk.money(promise.amount)
    talk.say("promise_already_open", discloses=("debt_facts",), amount=amount, due_on=promise.due_on)
    return Effect({"asked": "change_promise"})
