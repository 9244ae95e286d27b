"""Acts that end the bot's part of the talk: a wish of the debtor, or something that only a person may handle."""

from __future__ import annotations

from typing import Final

from bot.actions_protocol import ActionRequest
from bot.acts.act import Act, Effect, ended
from bot.acts.going_on import QUESTIONS, reads_back
from bot.acts.promise import give_up
from bot.acts.words import says
from bot.talk import Talk
from bot.triggers import named

FIGURES_OF_GOODBYE: Final = frozenset({88, 886})


def goodbye(talk: Talk, request: ActionRequest) -> Effect:
    if request.form is not None and talk.facts.get("stays_for") != request.form and reads_back(talk, request.form):
        # What was read back is not noted without the yes: ask for it once more before they go.
        talk.note(stays_for=request.form)
        talk.say("before_you_go")
        return QUESTIONS[request.form](talk)
    talk.say("goodbye")
    talk.close("no_commitment")
    return ended()


def says_goodbye_in_figures(talk: Talk, request: ActionRequest) -> bool:
    """ "88", where it can be no sum."""
    names_due = talk.account.amount_due in FIGURES_OF_GOODBYE
    return talk.facts.get("asking") != "amount" and not names_due and says("farewell", request.text)


def voicemail(talk: Talk, _: ActionRequest) -> Effect:
    """A machine took the call: nothing is left on it, and another time is tried."""
    talk.say("goodbye")
    talk.close("voicemail")
    return ended()


def refuse(talk: Talk, _: ActionRequest) -> Effect:
    """Ask once what makes it hard, respect the second no."""
    if not talk.facts.get("asked_reason"):
        return give_up(talk)
    talk.say("will_not_pay")
    talk.say("goodbye")
    talk.close("refused")
    return ended()


def as_trigger(trigger_id: str, disposition: str) -> Act:
    """The same hold, words and case as when the words alone had given it away before Rasa."""

    def act(talk: Talk, request: ActionRequest) -> Effect:
        trigger = named(trigger_id, request.text)
        talk.mark(trigger)
        talk.follow(trigger)
        if talk.open:
            talk.close(disposition)
        return ended()

    return act
