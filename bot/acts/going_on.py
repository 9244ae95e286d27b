"""How a talk goes on after an act: the form's own question again, an offer made in passing, or the open question."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from bot import commitments
from bot.actions_protocol import ActionRequest
from bot.acts import dispute, hardship, plan, promise, reading
from bot.acts.act import NOTHING, Effect
from bot.acts.callback import ask_time
from bot.acts.promise_words import ask
from bot.talk import Talk

QUESTIONS: Final[Mapping[str, Callable[[Talk], Effect]]] = {
    "promise_form": ask,
    "plan_form": plan.ask,
    "callback_form": ask_time,
    "dispute_form": dispute.ask_reason,
    "hardship_form": hardship.ask,
}
"""What says the question at which each form stands."""

AFTER_TRIGGER: Final[Mapping[str, Callable[[Talk], Effect]]] = {
    dispute.TRIGGER: dispute.ask_reason,
    hardship.TRIGGER: hardship.ask,
}
"""What says the one question that is open after a trigger."""


def reads_back(talk: Talk, form: str) -> bool:
    """Whether a form stands at its read-back, and nothing but the yes is lacking."""
    asking = {"promise_form": talk.facts.get("asking"), "plan_form": talk.facts.get("plan_asking")}.get(form)
    return asking in ("confirmed", "plan_confirmed")


def go_on(talk: Talk, request: ActionRequest) -> Effect:
    """Ask what is still open: who it is, the form's own question, the intention, or what else."""
    if (asked := talk.facts.get("one_question")) is not None:
        return AFTER_TRIGGER[asked](talk)
    if not talk.conversation.verified:
        talk.say("ask_identity")
        return NOTHING
    if request.form is not None and request.form in QUESTIONS:
        return QUESTIONS[request.form](talk)
    offered = reading.offered(talk, request.text)
    if offered is not None:
        # "What are the charges? I'll pay 500 on Friday": the offer is not lost over the question.
        return open_promise(talk, request, offered)
    if commitments.has_open_promise(talk):
        talk.say("anything_else")
        return Effect({"asked": "anything_else"})
    talk.say("ask_intention")
    return Effect({"asked": "intention"})


def open_promise(talk: Talk, request: ActionRequest, text: str | None = None) -> Effect:
    """Open the promise form from an act of another name."""
    if text is None and plan.names_plan(talk, request.text):
        return replace(plan.begin(talk, request), open_form=plan.FORM)
    begun = promise.begin(talk, request, text)
    if begun.end_form:
        return begun
    return Effect(begun.slots, open_form=begun.open_form or promise.FORM, requests=begun.requests)
