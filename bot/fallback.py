"""What follows when a text makes no sense: ask once to put it another way, then name the choices, then a person."""

from __future__ import annotations

from typing import Final, Literal

from bot.talk import Talk
from bot.triggers import named

MOST_MISSES: Final = 3
"""After so many texts in a row that nobody could make sense of, a person takes over."""

Next = Literal["rephrase", "choices", "person"]


def missed(talk: Talk, words: str = "") -> Next:
    """Count one more; the choices and the hand-off are said here, how to ask again is the caller's."""
    misses = int(talk.facts.get("misses", 0)) + 1
    talk.note(misses=misses)
    if misses >= MOST_MISSES:
        talk.say("handoff_next_day")
        talk.escalate(named("not_understood", words))
        talk.close("handed_over")
        return "person"
    if misses == MOST_MISSES - 1:
        talk.say("choices" if talk.conversation.verified else "choices_before_verified")
        return "choices"
    return "rephrase"
