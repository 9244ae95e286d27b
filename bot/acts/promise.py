"""The promise: gather amount and day, weigh them, give way as code allows, read them back, record after a yes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

from bot import commitments, negotiation
from bot.actions_protocol import ActionRequest
from bot.acts import asides, plan, reading
from bot.acts.act import PASSED, SURE_ENOUGH, Effect, ended
from bot.acts.promise_words import ask, bounds_of
from bot.acts.words import says
from bot.corrections import BOTH, Part, wanted_change
from bot.promises import Offer, Refused
from bot.promises import make as make_promise
from bot.talk import Talk
from bot.triggers import named
from ledger.money import Money

FORM: Final = "promise_form"
# Readings of a text that can answer the form's question. Any other intent interrupts the form.
GIVES = frozenset(
    {"promise", "pay_now", "part_payment", "give", "waiting_for_money", "affirm", "deny", "nlu_fallback"}
    | {"too_much", "ask_extension", "change_promise", "ask_minimum"}
)
# Small words that a bare figure or weekday is easily mistaken for: they count as an answer when they hold one.
MAY_GIVE = frozenset({"greet", "thanks", "off_topic", "wait", "goodbye", "ask_plan", "ask_discount", "cannot_pay"})
# "When I get paid" reads much like "when is it due": while a day is asked for, it counts if it names one.
MAY_GIVE_A_DAY = MAY_GIVE | {"ask_due_date"}
MOST_MISSES = 3
_SUMS = frozenset({"amount", "amount_options"})
_DRAFT = (
    *("amount", "day", "amount_options", "day_options", "day_vague", "refused", "counter", "before"),
    *("read_back", "corrected", "misses", "asking"),
)


class UnconfirmedPromise(Exception):
    """A promise was about to be recorded that the debtor has not heard read back and confirmed."""


def weigh(talk: Talk, request: ActionRequest) -> Effect:
    """Take from the text what the promise still lacks, and ask for the rest (Rasa's `validate_promise_form`)."""
    if plan.names_plan(talk, request.text):
        # "Two parts from the 10th" reads much like an amount and a day.
        return replace(plan.begin(talk, request), open_form=plan.FORM)
    if request.requested is None or "asking" not in talk.facts:
        return begin(talk, request)
    asking = str(talk.facts["asking"])
    found = _found(talk, request, request.text, asking)
    changed = wanted_change(request.text) if asking == "confirmed" and not found else None
    if changed is not None:
        return _corrected(talk, changed)
    if "amount" in talk.facts.get("counter", {}) and "amount" not in found and says("most", request.text):
        # "That's all I have" is no goodbye, but a no to the sum that was put forward.
        return settle(talk, request, lower=True)
    if not _answers(request, found, asking):
        return PASSED
    asides.answer(talk, request)
    if found:
        if "refused" in talk.facts:
            # More than everything, or a day gone by, again and again, brings nobody any further.
            return _missed(talk, request) or _noted(talk, request, found)
        if "amount" in talk.facts.get("counter", {}) and not _SUMS & found.keys():
            # A day alone leaves the sum that was put forward where it is.
            talk.note(**found)
            return _missed(talk, request) or ask(talk)
        before, written = _settled(talk), talk.facts.get("amount")
        talk.note(**found)
        _fill_from_before(talk, found)
        if _settled(talk) != before:
            talk.note(misses=None)
            return settle(talk, request)
        # The yes is to the very sum that was read back, however it was written.
        talk.note(amount=written)
        if asking == "confirmed" and says("agrees", request.text):
            # "Yes, Friday, all of it", whatever else it was read as.
            return _confirmed(talk, request)
        if asking != "confirmed" or request.intent != "affirm":
            # The same again, or nothing that can be noted: asked back without end, nobody would get any further.
            return _missed(talk, request) or settle(talk, request)
    return _yes_or_no(talk, request, asking)


def _noted(talk: Talk, request: ActionRequest, found: Mapping[str, Any]) -> Effect:
    talk.note(**found)
    return settle(talk, request)


def _yes_or_no(talk: Talk, request: ActionRequest, asking: str) -> Effect:
    counter = talk.facts.get("counter")
    if request.intent in ("too_much", "ask_minimum") or (request.intent == "deny" and counter and "amount" in counter):
        return settle(talk, request, lower=True)
    if request.intent == "ask_extension" or (request.intent == "deny" and counter):
        return settle(talk, request, later=True)
    if request.intent == "affirm" and (agreed := _agreed(talk)) is not None:
        talk.note(misses=None, amount_options=None, **agreed)
        return settle(talk, request)
    if request.intent == "affirm" and asking == "confirmed":
        return _confirmed(talk, request)
    if request.intent == "deny" and ("amount_options" in talk.facts or "day_options" in talk.facts):
        talk.note(amount_options=None, day_options=None)
        return _missed(talk, request) or ask(talk)
    if request.intent in ("deny", "change_promise") and asking == "confirmed":
        return _corrected(talk, BOTH)
    if request.intent == "deny":
        return give_up(talk)
    if request.intent == "waiting_for_money" and asking != "confirmed":
        # A day has been spoken of, though none that can be noted.
        talk.note(day_vague=True)
        return _missed(talk, request) or ask(talk)
    return _missed(talk, request) or ask(talk, asking)


def begin(talk: Talk, request: ActionRequest, text: str | None = None) -> Effect:
    """A new draft from what `text` (by default the whole message) gives, weighed at once.

    Somebody who pays now means all that is due, today, unless they say otherwise; somebody who asks for time or agrees
    to settle it soon means all that is due. A promise to be changed keeps what is not spoken about.
    """
    found = _found(talk, request, text or request.text, None)
    if _settles_it(talk, request, found):
        found = {**found, "amount": str(talk.account.amount_due)}
    talk.conversation.stage = "promising"
    talk.note(**dict.fromkeys(_DRAFT))
    earlier = commitments.open_promise(talk)
    if earlier is not None and (request.intent == "change_promise" or request.asked == "change_promise"):
        if earlier.plan_id is not None and not found:
            return replace(plan.begin(talk, request), open_form=plan.FORM)
        return _change(talk, request, found, {"amount": str(earlier.amount), "day": earlier.due_on.isoformat()})
    talk.note(**{**_assumed(talk, request), **found})
    asides.answer(talk, request)
    return settle(
        talk,
        request,
        lower=not found and request.intent in ("too_much", "ask_minimum"),
        later=request.intent == "ask_extension" and request.asked != "intention" and not found,
    )


def _found(talk: Talk, request: ActionRequest, text: str, asking: str | None) -> dict[str, Any]:
    # Whoever asks for the minimum offers none.
    return {} if request.intent == "ask_minimum" else reading.found(talk, text, asking)


def _settles_it(talk: Talk, request: ActionRequest, found: Mapping[str, Any]) -> bool:
    """A day alone answers "could you settle it?" with all that is due, unless only a part was spoken of."""
    names_day = any(found.get(each) for each in ("day", "day_options", "day_vague"))
    of_a_part = request.intent in ("part_payment", "ask_plan", "too_much", "cannot_pay") or says("part", request.text)
    a_sum = not found.keys().isdisjoint(_SUMS) or reading.names_number(talk, request.text)
    return request.asked == "intention" and names_day and not of_a_part and not a_sum


def _assumed(talk: Talk, request: ActionRequest) -> dict[str, str]:
    due = str(talk.account.amount_due)
    if request.intent == "pay_now":
        return {"amount": due, "day": talk.today.isoformat()}
    if request.intent == "ask_extension" or (request.intent == "affirm" and request.asked == "intention"):
        return {"amount": due}
    return {}


def _change(talk: Talk, request: ActionRequest, found: Mapping[str, Any], before: dict[str, str]) -> Effect:
    talk.note(before=before, **found)
    changed = wanted_change(request.text)
    if found:
        _fill_from_before(talk, found)
    elif changed is not None and changed != BOTH:
        kept = {part: value for part, value in before.items() if part not in changed}
        talk.note(**kept)
    else:
        talk.note(corrected="changed")
    return settle(talk, request)


def settle(talk: Talk, request: ActionRequest, *, lower: bool = False, later: bool = False) -> Effect:
    """Weigh what there is as soon as it is said; the half that is outside the floors is asked for again."""
    facts = talk.facts
    amount = Decimal(facts["amount"]) if "amount" in facts and not lower else None
    # The amount is asked for first; a day that is too far is kept, and spoken about when its turn comes.
    day = date.fromisoformat(facts["day"]) if "day" in facts and not later and (amount is not None or lower) else None
    said = negotiation.Proposal(amount, day, lower, later)
    answer, given = negotiation.weigh(said, negotiation.given_from(facts.get("given", {})), bounds_of(talk), talk.today)
    talk.note(given=given.as_facts(), counter=None, refused=None)
    match answer:
        case negotiation.Person():
            return hand_over(talk, request)
        case negotiation.Counter(bound=Money() as bound, last=last, own=own):
            told = {"amount": str(bound.amount), "last": last, "own": own and str(own.amount)}
            talk.note(counter=told, amount=None, corrected=None)
        case negotiation.Counter(bound=date() as latest, last=last):
            talk.note(counter={"day": latest.isoformat(), "last": last}, day=None, corrected=None)
        case Refused(reason=reason, bound=date() as bound):
            talk.note(refused={"reason": reason, "bound": bound.isoformat()}, day=None, corrected=None)
        case Refused(reason=reason, bound=Money() as bound):
            talk.note(refused={"reason": reason, "bound": str(bound.amount)}, amount=None, corrected=None)
        case negotiation.Take(offer=offer):
            talk.note(amount=str(offer.amount.amount), day=offer.due_on.isoformat(), corrected=None)
    return ask(talk)


def give_up(talk: Talk) -> Effect:
    """A no to "how much could you pay?": ask once what makes it hard, and respect the second no."""
    talk.note(**dict.fromkeys(_DRAFT))
    if talk.facts.get("asked_reason"):
        talk.say("will_not_pay")
        talk.say("goodbye")
        talk.close("no_commitment")
        return ended()
    talk.note(asked_reason=True)
    talk.say("reminder_reason")
    return ended("intention")


def hand_over(talk: Talk, request: ActionRequest) -> Effect:
    """The floor is more than somebody can do: a person, who may decide more, looks at it with them."""
    talk.say("cannot_pay")
    talk.escalate(named("cannot_commit", request.text))
    talk.close("handed_over")
    return ended()


def _confirmed(talk: Talk, request: ActionRequest) -> Effect:
    """A yes to the read-back. One that may not have been one is asked for again."""
    if reading.is_unsure(talk):
        return _missed(talk, request) or ask(talk, "confirmed")
    return _record(talk)


def _record(talk: Talk) -> Effect:
    """Write the promise down after the yes to this very read-back.

    :raises UnconfirmedPromise: the yes was not to this read-back; nothing is recorded.
    """
    facts = talk.facts
    draft = {"amount": facts.get("amount"), "day": facts.get("day")}
    read_back: Mapping[str, str] = facts.get("read_back", {})
    if None in draft.values() or not read_back.items() >= draft.items():
        raise UnconfirmedPromise
    offer = make_promise(
        talk.money(Decimal(str(draft["amount"]))), date.fromisoformat(str(draft["day"])), talk.floors, talk.today
    )
    if not isinstance(offer, Offer):
        raise UnconfirmedPromise
    reference = commitments.record_promise(talk, offer, read_back["at"])
    talk.note(**dict.fromkeys(_DRAFT))
    template = "promise_recorded" if offer.clears_due else "promise_recorded_part"
    talk.say(template, amount=offer.amount, due_on=offer.due_on)
    talk.say("reference", reference=reference)
    # An address read out letter by letter helps nobody.
    if offer.due_on == talk.today and talk.conversation.channel != "voice":
        talk.say("pay_link", link=talk.terms.pay_link)
    talk.say("anything_else")
    return ended("anything_else")


def _answers(request: ActionRequest, found: Mapping[str, Any], asking: str) -> bool:
    # "Tomorrow please" may be read as a wish to be called then; what was asked for goes before an unsure reading.
    if found and request.confidence < SURE_ENOUGH:
        return True
    if asking == "day" and ("day" in found or "day_vague" in found):
        return request.intent in GIVES | MAY_GIVE_A_DAY or _is_figure_alone(request.text)
    # "The amount should be 2000" disputes nothing while an amount is being read back.
    may_give = MAY_GIVE | {"dispute_amount"} if asking == "confirmed" else MAY_GIVE
    return request.intent in GIVES or (bool(found) and request.intent in may_give)


def _is_figure_alone(text: str) -> bool:
    return len(text) <= 6 and any(each.isdigit() or each in "一二三四五六七八九十" for each in text)


def _agreed(talk: Talk) -> dict[str, str] | None:
    """What a plain yes means: what the bot has just put forward, or what is due: rather than the whole balance when it
    asked which of the two "everything" was, and where it asked how much. The read-back says which."""
    facts, due = talk.facts, talk.account.amount_due
    if counter := facts.get("counter"):
        return {name: counter[name] for name in ("amount", "day") if name in counter}
    if "amount_options" in facts:
        return {"amount": str(due)} if due in map(Decimal, facts["amount_options"]) else None
    asked_how_much = facts.get("asking") == "amount" and not {"amount", "refused", "corrected"} & facts.keys()
    return {"amount": str(due)} if asked_how_much else None


def _corrected(talk: Talk, changed: frozenset[Part]) -> Effect:
    """What was read back is to be changed: ask for that part again, or for both."""
    before = {name: talk.facts[name] for name in ("amount", "day") if name in talk.facts}
    talk.note(**dict.fromkeys(changed), before=before, read_back=None, misses=None)
    talk.note(corrected="wrong" if changed == BOTH else None)
    return ask(talk)


def _fill_from_before(talk: Talk, found: Mapping[str, Any]) -> None:
    """Who corrects one half of what was read back leaves the other as it was."""
    before = talk.facts.get("before")
    if before is None or not (found.get("amount") or found.get("day")):
        return
    talk.note(**{name: value for name, value in before.items() if not talk.facts.get(name) and name not in found})
    talk.note(before=None)


def _settled(talk: Talk) -> tuple[Decimal | None, str | None]:
    amount = talk.facts.get("amount")
    return None if amount is None else Decimal(amount), talk.facts.get("day")


def _missed(talk: Talk, request: ActionRequest) -> Effect | None:
    """The text brings the promise no further. None: ask again; after a few times a person takes over."""
    misses = int(talk.facts.get("misses", 0)) + 1
    talk.note(misses=misses)
    if misses < MOST_MISSES:
        return None
    talk.say("handoff_next_day")
    talk.escalate(named("cannot_commit" if "counter" in talk.facts else "not_understood", request.text))
    talk.close("handed_over")
    return ended()
