"""What follows a sensitive word in a talk: hold, approved words, case and end; for three of them a word more."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from bot.acts import callback, dispute, hardship
from bot.acts.words import patterns
from bot.talk import Talk
from bot.triggers import Trigger
from bot.triggers.lexicon import by_key
from bot.wording import normalise

A_PERSON: Final = "ask_for_human_or_are_you_a_bot"
# The entry of the lexicon with the answer for who only asks.
ARE_YOU_A_BOT: Final = f"{A_PERSON}.2"


def follow(talk: Talk, trigger: Trigger) -> bool:
    """Do what `trigger` asks for, whose words are all that was said. Whether the debtor has been asked something.

    A dispute and hardship end with one matter to ask about; who cannot talk now is asked nothing, but a time that they
    named is kept.
    """
    trigger = _as_meant(trigger)
    asks_more = talk.open and not trigger.revokes and "one_question" not in talk.facts
    if asks_more and trigger.id == dispute.TRIGGER:
        dispute.begin(talk, trigger, None)
        return True
    if asks_more and trigger.id == hardship.TRIGGER and talk.conversation.verified:
        hardship.begin(talk, trigger)
        return True
    if asks_more and trigger.id == callback.NOT_NOW:
        callback.not_now(talk, trigger)
        return False
    talk.follow(trigger)
    return False


def _as_meant(trigger: Trigger) -> Trigger:
    """Who only asks what they are talking to is told the truth, and the talk goes on; a person comes when wanted."""
    about = patterns("what_we_are")
    said = normalise(trigger.words)
    if trigger.id == A_PERSON and about["question"].search(said) and not about["wish"].search(said):
        return replace(by_key(ARE_YOU_A_BOT), words=trigger.words, revokes=trigger.revokes)
    return trigger


def on_record(trigger: Trigger | None) -> str | None:
    """What a turn is marked with. Who does not follow, or asks for a language that we speak, has met no barrier yet."""
    if trigger is None or (trigger.id == "language_barrier" and trigger.then == "continue"):
        return None
    return trigger.id


def answers(talk: Talk, trigger: Trigger) -> bool:
    """Whether a trigger is only the answer to the question that was asked because of it."""
    return bool(talk.open and talk.facts.get("one_question") == trigger.id)
