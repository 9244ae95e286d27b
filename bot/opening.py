"""The first words of a talk: who speaks, what the law wants told, and who the other one is. Or a person instead."""

from __future__ import annotations

from bot.disclosures import NoWords
from bot.phrases import LANGUAGES
from bot.right_party import tries_left
from bot.talk import GuardBreach, Talk
from bot.triggers import named
from bot.turns import Recorded


def open_talk(talk: Talk, wanted: str) -> tuple[Recorded, ...]:
    """The bot's first turns, recorded. Where the bot may not talk, or cannot, a person is called and it says so.

    :param wanted: the language that the debtor is known to speak; the talk is in another where we have no words in it.
    """
    if wanted not in LANGUAGES:
        return _call_a_person(talk, "language_barrier")
    if isinstance(lacking := talk.telling.asked(), NoWords):
        talk.note(breach=", ".join(lacking.lacking))
        return _call_a_person(talk, "disclosure_missing")
    voice = talk.telling.medium == "voice"
    talk.say("greeting_voice" if voice else "greeting_chat", bank=talk.bank)
    talk.say("ask_identity" if tries_left(talk) else "identity_another_day")
    try:
        return talk.speak()
    except GuardBreach as breach:
        talk.note(breach=str(breach))
        return _call_a_person(talk, "guard_breach")


def _call_a_person(talk: Talk, reason: str) -> tuple[Recorded, ...]:
    trigger = named(reason)
    talk.hold(trigger.id, trigger.hold_days)
    talk.say("cannot_go_on", discloses=("automated",), bank=talk.bank)
    talk.escalate(trigger)
    talk.close("handed_over")
    return talk.last_words()
