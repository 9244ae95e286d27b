"""Hardship: hold first, then a word about the cause and whether anything can be paid, and a colleague who helps."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from bot.actions_protocol import ActionRequest
from bot.acts.act import NOTED, Effect, ended
from bot.acts.words import first_in
from bot.talk import Talk
from bot.triggers import Trigger, named

FORM: Final = "hardship_form"
TRIGGER: Final = "hardship_unemployment"


def weigh(talk: Talk, request: ActionRequest) -> Effect:
    """The first time hold, say so and open the case; then the cause where it is not clear yet, then the means."""
    if talk.facts.get("one_question") != TRIGGER:
        return replace(begin(talk, named(TRIGGER, request.text)), open_form=FORM)
    if "hardship_cause" not in talk.facts:
        talk.note(hardship_cause=first_in("hardship", request.text) or "other")
        return replace(ask(talk), open_form=FORM)
    talk.note(hardship_means=_means(request), one_question=None)
    talk.say("hardship_noted")
    talk.escalate(named(TRIGGER, request.text))
    talk.close("hardship_referred")
    return Effect({**ended().slots, "hardship_cause": NOTED, "hardship_means": NOTED}, end_form=True)


def begin(talk: Talk, trigger: Trigger) -> Effect:
    """What has to be done before anything else is said, then the words, and the first question."""
    talk.mark(trigger)
    talk.hold(trigger.id, trigger.hold_days)
    talk.say(trigger.template)
    talk.note(hardship_cause=first_in("hardship", trigger.words), one_question=trigger.id)
    talk.escalate(trigger, tell=False)
    talk.conversation.disposition = talk.conversation.disposition or "hardship_referred"
    return ask(talk)


def ask(talk: Talk) -> Effect:
    """One question at a time; nobody has to answer more than a word, and no is an answer."""
    if "hardship_cause" not in talk.facts:
        talk.say("ask_hardship_cause")
        return Effect({"hardship_cause": None, "hardship_means": None, "asked": None}, requests="hardship_cause")
    talk.say("ask_hardship_means")
    return Effect({"hardship_cause": NOTED, "hardship_means": None, "asked": None}, requests="hardship_means")


def _means(request: ActionRequest) -> str:
    """'some', 'none' or 'unclear': whether anything could be paid each month."""
    if request.intent in ("deny", "cannot_pay", "too_much", "refuse"):
        return "none"
    if request.intent in ("affirm", "give", "promise", "part_payment"):
        return "some"
    return first_in("means", request.text) or "unclear"
