"""What is the least? The bot does not name the floor before it has come down to it; nor does it say there is none."""

from __future__ import annotations

from bot.actions_protocol import ActionRequest
from bot.acts.act import Effect
from bot.acts.going_on import go_on, open_promise
from bot.talk import Talk


def ask_minimum(talk: Talk, request: ActionRequest) -> Effect:
    """Ask first what would be possible; whoever asks again hears the next sum that the bot may go down to."""
    if talk.facts.get("asked_minimum"):
        return open_promise(talk, request)
    talk.note(asked_minimum=True)
    talk.say("minimum_depends")
    return go_on(talk, request)
