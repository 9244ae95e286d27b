"""What every act is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from bot.actions_protocol import ActionRequest
from bot.talk import Talk


@dataclass(frozen=True, slots=True)
class Effect:
    """What the dialogue model must know afterwards: slots, and whether an open form is over."""

    slots: Mapping[str, str | bool | None] = field(default_factory=dict)
    end_form: bool = False


Act = Callable[[Talk, ActionRequest], Effect]

SURE_ENOUGH: Final = 0.35
"""Confidence from which a reading may have consequences; below it the debtor is asked to say it another way."""

NOTHING = Effect()
# Forget a promise that is being talked about, on Rasa's side.
NO_DRAFT: Mapping[str, None] = {"amount": None, "day": None, "confirmed": None}


def ended() -> Effect:
    return Effect({**NO_DRAFT, "asked": None}, end_form=True)


def go_on(talk: Talk, request: ActionRequest) -> Effect:
    """Ask what is still open: who it is, the form's own question (Rasa asks it next), the intention, or what else."""
    if not talk.conversation.verified:
        talk.say("ask_identity")
        return NOTHING
    if request.form is not None:
        return NOTHING
    if talk.open_promise() is not None:
        talk.say("anything_else")
        return Effect({"asked": "anything_else"})
    talk.say("ask_intention")
    return Effect({"asked": "intention"})
