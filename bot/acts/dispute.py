"""A dispute: hold first, then one question for what is not right, and a colleague who checks it."""

from __future__ import annotations

from typing import Final

from bot.actions_protocol import ActionRequest
from bot.acts.act import NOTED, Effect, ended
from bot.acts.words import first_in
from bot.talk import Talk
from bot.triggers import named

FORM: Final = "dispute_form"
TRIGGER: Final = "dispute_not_mine"


def weigh(talk: Talk, request: ActionRequest) -> Effect:
    """The first time hold, say so and open the case; then take what is not right from the text, or ask for it once."""
    begun = "dispute_begun" in talk.facts
    reason = first_in("dispute", request.text) or (None if begun else _reason_of(request.intent))
    if not begun:
        trigger = named(TRIGGER, request.text)
        talk.hold(trigger.id, trigger.hold_days)
        talk.say(trigger.template)
        talk.note(dispute_begun=True, dispute_reason=reason)
        if reason is None:
            talk.escalate(trigger, tell=False)
            return ask_reason(talk)
    return _finish(talk, request, reason or "other")


def ask_reason(talk: Talk) -> Effect:
    talk.note(dispute_asked=True)
    talk.say("ask_dispute_reason")
    return Effect({"dispute_reason": None, "asked": None}, requests="dispute_reason")


def _reason_of(intent: str) -> str | None:
    return "wrong_amount" if intent == "dispute_amount" else None


def _finish(talk: Talk, request: ActionRequest, reason: str) -> Effect:
    talk.note(dispute_reason=reason)
    if talk.facts.get("dispute_asked"):
        talk.say("dispute_noted")
    talk.escalate(named(TRIGGER, request.text))
    talk.close("dispute_opened")
    return Effect({**ended().slots, "dispute_reason": NOTED}, end_form=True)
