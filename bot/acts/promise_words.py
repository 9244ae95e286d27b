"""The question that a promise stands at: what is still open, what the bot puts forward instead, or the read-back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from bot.acts import reading
from bot.acts.act import NOTED, Effect
from bot.facts import Alike, Digits
from bot.negotiation import Bounds
from bot.talk import Talk


def bounds_of(talk: Talk) -> Bounds:
    """How far this talk may go; only a firm treatment presses, once, for more than what is offered."""
    return Bounds(talk.floors, presses=talk.treatment.tone == "firm")


def ask(talk: Talk, again: str | None = None) -> Effect:
    """Say the question that stands open, `again` after a text that did not answer it, and note which it is."""
    facts = talk.facts
    if "counter" in facts:
        asking = _put_forward(talk, facts["counter"])
    elif "refused" in facts:
        asking = _refused(talk, facts["refused"])
    elif "amount_options" in facts:
        sums = tuple(talk.money(Decimal(each)) for each in facts["amount_options"])
        if talk.conversation.channel == "voice" and reading.sound_alike(sums, talk.language):
            talk.say("amount_alike", alike=Alike(sums))
        else:
            talk.say("amount_ambiguous", options=sums)
        asking = "amount"
    elif "amount" not in facts:
        asking = _ask_amount(talk, missed=again is not None)
    elif "day" not in facts:
        asking = _ask_day(talk, missed=again is not None)
    else:
        asking = _read_back(talk, again=again is not None or facts.get("asking") == "confirmed")
    talk.note(asking=asking)
    slots = {name: NOTED if name in talk.facts else None for name in ("amount", "day")}
    return Effect({**slots, "confirmed": None, "asked": None}, requests=asking)


def _put_forward(talk: Talk, counter: dict[str, Any]) -> str:
    last = counter["last"]
    if "day" in counter:
        talk.say("promise_too_far" if last else "counter_day", bound=date.fromisoformat(counter["day"]))
        return "day"
    bound = talk.money(Decimal(counter["amount"]))
    if counter.get("own"):
        talk.say("counter_amount_or_own", bound=bound, amount=talk.money(Decimal(counter["own"])))
    else:
        talk.say("promise_too_small" if last else "counter_amount", bound=bound)
    return "amount"


def _refused(talk: Talk, refused: dict[str, str]) -> str:
    reason, bound = refused["reason"], refused["bound"]
    if reason == "in_the_past":
        talk.say("promise_in_the_past", bound=date.fromisoformat(bound))
        return "day"
    talk.say(f"promise_{reason}", bound=talk.money(Decimal(bound)))
    return "amount"


def _ask_amount(talk: Talk, *, missed: bool) -> str:
    if missed:
        talk.say("amount_not_understood", example=talk.money(talk.account.amount_due))
    elif corrected := talk.facts.get("corrected"):
        talk.say("ask_change" if corrected == "changed" else "read_back_corrected")
    elif "day" in talk.facts or "day_options" in talk.facts:
        talk.say("ask_amount")
    else:
        talk.say("ask_amount_and_date")
    return "amount"


def _ask_day(talk: Talk, *, missed: bool) -> str:
    facts = talk.facts
    if "day_options" in facts:
        talk.say("date_ambiguous", options=tuple(date.fromisoformat(each) for each in facts["day_options"]))
    elif facts.get("day_vague"):
        talk.say("date_which")
    elif missed:
        talk.say("date_not_understood", example=talk.today)
    else:
        talk.say("ask_date")
    return "day"


def _read_back(talk: Talk, *, again: bool) -> str:
    """Say amount and day back; what is confirmed later must be exactly this. By voice also figure by figure."""
    draft = {"amount": talk.facts["amount"], "day": talk.facts["day"]}
    amount, due_on = talk.money(Decimal(draft["amount"])), date.fromisoformat(draft["day"])
    was_read = talk.facts.get("read_back", {}).items() >= draft.items()
    if again and was_read:
        talk.say("read_back_again", amount=amount, due_on=due_on)
    elif talk.conversation.channel == "voice":
        talk.say("read_back_voice", amount=amount, figures=Digits(amount.amount), due_on=due_on)
    else:
        talk.say("read_back", amount=amount, due_on=due_on)
    offers = [offer for offer in talk.facts.get("offers", []) if offer != list(draft.values())]
    talk.note(read_back={**draft, "at": talk.work.now.isoformat()}, offers=[*offers, list(draft.values())])
    return "confirmed"
