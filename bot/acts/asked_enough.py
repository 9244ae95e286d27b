"""Nobody is asked the same thing in the same words a third time: an answer then stands alone, or the choices or a
person come instead. What the debtor wants repeated, and what nobody has heard, is said again all the same."""

from __future__ import annotations

from dataclasses import replace
from typing import Final
from zlib import crc32

from bot.acts.act import NOTHING, Effect, ended
from bot.talk import Talk
from bot.triggers import named

MOST_TIMES: Final = 2
"""How often a talk may come back to its debtor with the very same words at the end."""

SMALL_WORDS: Final = frozenset(
    {"small_talk", "thanks", "take_your_time", "nothing_heard", "language_switched", "clarify_form", "cancelled"}
)
"""Sentences that answer nothing and cannot stand alone."""


def mind(talk: Talk, words: str, effect: Effect = NOTHING) -> Effect:
    """Look at what is about to be said in answer to `words`, and put what leads on in the place of a third time."""
    if _counts(talk):
        return effect
    talk.unsay_last()
    if any(template not in SMALL_WORDS for template in talk.to_say()):
        # A question was answered, however often it is put, and what was asked before is known.
        return effect
    talk.say("choices" if talk.conversation.verified else "choices_before_verified")
    if _counts(talk):
        # Whatever a bare yes or no would have answered, it answers the choices now.
        return replace(effect, slots={**effect.slots, "asked": None})
    talk.unsay_last()
    talk.say("handoff_next_day")
    talk.escalate(named("not_understood", words))
    talk.close("handed_over")
    return ended()


def _counts(talk: Talk) -> bool:
    """Count the last of what is to be said, unless it was said often enough."""
    last = talk.last_to_say()
    if last is None or not talk.open:
        return True
    asked = talk.facts.get("asked_times", {})
    key = str(crc32(last.text.encode()))
    if asked.get(key, 0) >= MOST_TIMES:
        return False
    talk.note(asked_times={**asked, key: asked.get(key, 0) + 1})
    return True
