"""A dispute: hold first, then one question for what is not right, and a colleague who checks it. No more is asked."""

from __future__ import annotations

from typing import Final

from bot.actions_protocol import ActionRequest
from bot.acts.act import NOTED, Effect, ended
from bot.acts.words import first_in
from bot.talk import Talk
from bot.triggers import Trigger, named

FORM: Final = "dispute_form"
TRIGGER: Final = "dispute_not_mine"
# What a reading says by itself of what is not right.
_REASON_OF: Final = {"dispute_amount": "wrong_amount", "already_paid": "already_settled"}


def weigh(talk: Talk, request: ActionRequest) -> Effect:
    """The first time hold, say so, open the case and ask; whatever comes then is the answer."""
    if talk.facts.get("one_question") != TRIGGER:
        reason = _REASON_OF.get(request.intent)
        begin(talk, named(TRIGGER, request.text), first_in("dispute", request.text) or reason)
        return Effect({"dispute_reason": None, "asked": None}, open_form=FORM, requests="dispute_reason")
    found = first_in("dispute", request.text) or talk.facts.get("dispute_reason")
    talk.note(dispute_reason=found or "other", one_question=None)
    talk.say("dispute_noted")
    talk.escalate(named(TRIGGER, request.text))
    talk.close("dispute_opened")
    return Effect({**ended().slots, "dispute_reason": NOTED}, end_form=True)


def begin(talk: Talk, trigger: Trigger, reason: str | None) -> None:
    """What has to be done before anything else is said, then the words, and the one question."""
    talk.mark(trigger)
    talk.hold(trigger.id, trigger.hold_days)
    talk.say(trigger.template)
    talk.note(dispute_reason=reason, one_question=trigger.id)
    talk.escalate(trigger, tell=False)
    talk.conversation.disposition = talk.conversation.disposition or "dispute_opened"
    ask_reason(talk)


def ask_reason(talk: Talk) -> Effect:
    talk.say("ask_dispute_part" if "dispute_reason" in talk.facts else "ask_dispute_reason")
    return Effect({"dispute_reason": None, "asked": None}, requests="dispute_reason")
