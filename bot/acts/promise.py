"""The promise: gather amount and day, weigh them, read them back, record them only after a yes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from bot import amounts, dates, promises
from bot.actions_protocol import ActionRequest
from bot.acts.act import NO_DRAFT, NOTHING, SURE_ENOUGH, Effect, ended
from bot.corrections import BOTH, Part, wanted_change
from bot.talk import Talk
from bot.triggers import named

# Readings of a text that can answer the form's question. Any other intent interrupts the form: Rasa then proposes the
# act for it and comes back to the question.
GIVES = frozenset({"promise", "pay_now", "part_payment", "give", "waiting_for_money", "affirm", "deny", "nlu_fallback"})
# Small words that a bare figure or weekday is easily mistaken for: they count as an answer when they hold one.
MAY_GIVE = frozenset({"greet", "thanks", "off_topic", "wait", "goodbye", "ask_plan"})
# "When I get paid" reads much like "when is it due": while a day is asked for, it counts if it names one.
MAY_GIVE_A_DAY = MAY_GIVE | {"ask_due_date"}
MOST_MISSES = 3
NOTED = "noted"


class UnconfirmedPromise(Exception):
    """A promise was about to be recorded that the debtor has not heard read back and confirmed."""


def weigh(talk: Talk, request: ActionRequest) -> Effect:
    """Take from the text what the promise still lacks (Rasa's `validate_promise_form`)."""
    found = _found(talk, request)
    if request.requested is None:
        talk.conversation.stage = "promising"
        _start(talk, request, found)
        return _weighed(talk)
    changed = wanted_change(request.text) if request.requested == "confirmed" and not found else None
    if changed is not None:
        return _corrected(talk, changed)
    if not _answers(talk, request, found):
        return NOTHING
    if found:
        before = _settled(talk)
        talk.note(**found)
        effect = _weighed(talk)
        if _settled(talk) != before:
            talk.note(misses=None)
            return effect
        if request.requested != "confirmed" or request.intent != "affirm":
            # The same again, or nothing that can be noted: asked back without end, nobody would get any further.
            return _missed(talk, request) or effect
    if request.intent == "affirm" and _counter(talk) is not None:
        talk.note(misses=None, amount=_counter(talk), refused=None, amount_options=None)
        return _weighed(talk)
    if request.intent == "affirm" and request.requested == "confirmed":
        talk.note(misses=None, confirmed=talk.facts.get("read_back"))
        return Effect({"confirmed": NOTED})
    if request.intent == "deny":
        return _declined(talk, request)
    return _missed(talk, request) or Effect({str(request.requested): None})


def ask_amount(talk: Talk, _: ActionRequest) -> Effect:
    facts = talk.facts
    if "refused" in facts:
        talk.say(f"promise_{facts['refused']['reason']}", bound=talk.money(Decimal(facts["refused"]["bound"])))
    elif "amount_options" in facts:
        talk.say("amount_ambiguous", options=tuple(talk.money(Decimal(each)) for each in facts["amount_options"]))
    elif facts.get("corrected"):
        talk.say("read_back_corrected")
    elif facts.get("misses"):
        talk.say("amount_not_understood", example=talk.money(talk.account.amount_due))
    else:
        talk.say("ask_amount")
    return Effect({"asked": None})


def ask_day(talk: Talk, _: ActionRequest) -> Effect:
    facts = talk.facts
    if "refused" in facts:
        talk.say(f"promise_{facts['refused']['reason']}", bound=date.fromisoformat(facts["refused"]["bound"]))
    elif "day_options" in facts:
        talk.say("date_ambiguous", options=tuple(date.fromisoformat(each) for each in facts["day_options"]))
    elif facts.get("day_vague"):
        talk.say("date_which")
    elif facts.get("misses"):
        talk.say("date_not_understood", example=talk.today)
    else:
        talk.say("ask_date")
    return Effect({"asked": None})


def read_back(talk: Talk, _: ActionRequest) -> Effect:
    """Say amount and day back; what is confirmed later must be exactly this."""
    draft = _draft(talk)
    again = talk.facts.get("misses") and talk.facts.get("read_back", {}).items() >= draft.items()
    talk.say(
        "read_back_again" if again else "read_back",
        amount=talk.money(Decimal(draft["amount"])),
        due_on=date.fromisoformat(draft["day"]),
    )
    offers = [offer for offer in talk.facts.get("offers", []) if offer != list(draft.values())]
    talk.note(
        read_back={**draft, "at": talk.work.now.isoformat()}, offers=[*offers, list(draft.values())], confirmed=None
    )
    return Effect({"asked": None})


def finish(talk: Talk, _: ActionRequest) -> Effect:
    """Write the promise down after the yes; nothing when the form was given up, which has been answered already.

    :raises UnconfirmedPromise: the yes was not to this read-back; nothing is recorded.
    """
    confirmed: dict[str, Any] | None = talk.facts.get("confirmed")
    if confirmed is None:
        return NOTHING
    draft = _draft(talk)
    if not confirmed.items() >= draft.items():
        raise UnconfirmedPromise
    offer = promises.make(
        talk.money(Decimal(draft["amount"])),
        date.fromisoformat(draft["day"]),
        talk.floors,
        talk.today,
    )
    if isinstance(offer, promises.Refused):
        raise UnconfirmedPromise
    talk.promised(offer, confirmed["at"])
    talk.note(amount=None, day=None, read_back=None, confirmed=None, corrected=None)
    talk.say(
        "promise_recorded" if offer.clears_due else "promise_recorded_part",
        amount=offer.amount,
        due_on=offer.due_on,
    )
    if offer.due_on == talk.today:
        talk.say("pay_link", link=talk.terms.pay_link)
    talk.say("anything_else")
    return Effect({**NO_DRAFT, "asked": "anything_else"})


def _found(talk: Talk, request: ActionRequest) -> dict[str, Any]:
    """The facts that the text gives: a plain amount or day, or the choices that it leaves open."""
    if _is_bare_day(talk, request):
        return _found_day(dates.bare_day(request.text, talk.language, talk.today))
    account, facts = talk.account, dict[str, Any]()
    amount = amounts.parse_amount(request.text, talk.language, account.amount_due, account.balance)
    if isinstance(amount, amounts.Amount):
        facts |= {"amount": str(amount.value), "amount_options": None}
    elif amount is not None:
        facts |= {"amount": None, "amount_options": [str(option) for option in amount.options]}
    return facts | _found_day(dates.parse_date(request.text, talk.language, talk.today))


def _found_day(day: dates.Day | dates.Ambiguous | None) -> dict[str, Any]:
    if day is None:
        return {}
    if isinstance(day, dates.Day):
        return {"day": day.value.isoformat(), "day_options": None, "day_vague": None}
    options = [option.isoformat() for option in day.options]
    return {"day": None, "day_options": options or None, "day_vague": not options or None}


def _is_bare_day(talk: Talk, request: ActionRequest) -> bool:
    """Whether a figure alone answers "which day?": then it is a day and no amount."""
    return request.requested == "day" and dates.bare_day(request.text, talk.language, talk.today) is not None


def _answers(talk: Talk, request: ActionRequest, found: dict[str, Any]) -> bool:
    # "Tomorrow please" may be read as a wish to be called then; what was asked for goes before an unsure reading.
    if _is_bare_day(talk, request) or (found and request.confidence < SURE_ENOUGH):
        return True
    if request.requested == "day" and ("day" in found or "day_vague" in found):
        return request.intent in GIVES | MAY_GIVE_A_DAY
    return request.intent in GIVES or (bool(found) and request.intent in MAY_GIVE)


def _start(talk: Talk, request: ActionRequest, found: dict[str, Any]) -> None:
    """A new draft. Somebody who pays now means all that is due, today, unless they say otherwise."""
    assumed: dict[str, Any] = {}
    if request.intent == "pay_now":
        assumed = {"amount": str(talk.account.amount_due), "day": talk.today.isoformat()}
    cleared = dict.fromkeys(("amount", "day", "amount_options", "day_options", "day_vague", "refused"))
    talk.note(**{**cleared, "read_back": None, "confirmed": None, "corrected": None, "misses": None})
    talk.note(**{**assumed, **found})


def _weighed(talk: Talk) -> Effect:
    """Weigh what there is as soon as it is said; the half that is outside the floors is asked for again."""
    talk.note(refused=None, corrected=None)
    amount = Decimal(talk.facts.get("amount", talk.account.amount_due))
    day = date.fromisoformat(talk.facts["day"]) if "day" in talk.facts else talk.today
    offer = promises.make(talk.money(amount), day, talk.floors, talk.today)
    if isinstance(offer, promises.Refused):
        if isinstance(offer.bound, date):
            if "amount" not in talk.facts:
                # The amount is asked for first; the day is kept, and refused when its turn comes.
                return Effect({"amount": None, "day": NOTED, "confirmed": None})
            talk.note(refused={"reason": offer.reason, "bound": offer.bound.isoformat()}, day=None)
        else:
            talk.note(refused={"reason": offer.reason, "bound": str(offer.bound.amount)}, amount=None)
    slots = {name: NOTED if name in talk.facts else None for name in ("amount", "day")}
    return Effect({**slots, "confirmed": None})


def _counter(talk: Talk) -> str | None:
    """What a plain yes means: the smallest amount if the bot has just proposed it, and what is due rather than the
    whole balance when it asked which of the two "everything" was. The read-back says which."""
    refused = talk.facts.get("refused", {})
    if refused.get("reason") == "too_small":
        return str(refused["bound"])
    due = talk.account.amount_due
    return str(due) if due in map(Decimal, talk.facts.get("amount_options", ())) else None


def _declined(talk: Talk, request: ActionRequest) -> Effect:
    """A no: to the read-back it means another amount or day; to our smallest amount it means a person should look."""
    if "refused" in talk.facts:
        talk.say("cannot_pay")
        talk.escalate(named("cannot_commit", request.text))
        talk.close("handed_over")
        return ended()
    if request.requested == "confirmed":
        return _corrected(talk, BOTH)
    talk.note(amount=None, day=None, read_back=None, confirmed=None)
    talk.say("reminder_reason")
    talk.note(asked_reason=True)
    return Effect({**NO_DRAFT, "asked": "intention"}, end_form=True)


def _corrected(talk: Talk, changed: frozenset[Part]) -> Effect:
    """What was read back is to be changed: ask for that part again, or for both."""
    talk.note(**dict.fromkeys(changed), read_back=None, confirmed=None, misses=None, corrected=changed == BOTH or None)
    return Effect({**dict.fromkeys(changed), "confirmed": None})


def _settled(talk: Talk) -> tuple[str | None, str | None]:
    return talk.facts.get("amount"), talk.facts.get("day")


def _missed(talk: Talk, request: ActionRequest) -> Effect | None:
    """The text brings the promise no further. None: ask again; after a few times a person takes over."""
    misses = int(talk.facts.get("misses", 0)) + 1
    talk.note(misses=misses)
    if misses < MOST_MISSES:
        return None
    talk.say("handoff_next_day")
    talk.escalate(named("cannot_commit" if "refused" in talk.facts else "not_understood", request.text))
    talk.close("handed_over")
    return ended()


def _draft(talk: Talk) -> dict[str, str]:
    return {"amount": talk.facts["amount"], "day": talk.facts["day"]}
