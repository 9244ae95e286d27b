"""Sensitive words: which one a text holds, and what is still done for one that is said when the talk is over."""

from __future__ import annotations

import re
from dataclasses import replace

from bot import identity
from bot.acts import after_trigger
from bot.language import language_of, requested_language
from bot.redaction import IDENTITY, redact
from bot.said_nothing import is_answering_machine
from bot.talk import STAYS, Talk
from bot.triggers import Trigger, detect
from bot.turns import Recorded

_DIGITS = re.compile(r"\d")


def trigger_in(redacted: str, language: str, *, verified: bool) -> Trigger | None:
    """The trigger in a redacted text, that counts before anything else in it.

    To ask for a language is all that such a text does, whatever word of it also stands in the lexicon; and nothing but
    figures before the right party is known is an answer to our question, right or not. But both let common words pass,
    and danger can be said in those: "I should end it all. 1234"
    """
    trigger = detect(redacted, language)
    answers = not verified and identity.nothing_else(redacted)
    if trigger is not None and trigger.priority != "P0" and (requested_language(redacted) is not None or answers):
        return None
    return trigger


def without_figures(redacted: str) -> str:
    """Until we know whom we talk to, figures may be pieces of an identity number: none is kept or passed on."""
    return _DIGITS.sub("#", redacted)


def after_closing(talk: Talk, text: str) -> tuple[Trigger, tuple[Recorded, ...]] | None:
    """Follow a sensitive word that is said when the bot has closed the talk; None, and nothing written, without one.

    What it forbids is held and a case is opened. Nothing is answered, except to somebody in danger; the bot then stays
    for them, as it would have before.

    :return: what was found, and the turns that were recorded: the debtor's, then the bot's.
    :raises bot.talk.GuardBreach: the answer must not be said.
    """
    conversation, redacted = talk.conversation, redact(text)
    spoken = language_of(text, talk.language)
    trigger = trigger_in(redacted, spoken, verified=conversation.verified)
    if trigger is None:
        return None
    # Whatever a recording says, it is no person's wish.
    if trigger.priority != "P0" and (
        conversation.disposition == "voicemail" or (not conversation.verified and is_answering_machine(text))
    ):
        return None
    conversation.language = spoken
    if not conversation.verified:
        redacted = IDENTITY if identity.digits(text) else without_figures(redacted)
    heard = talk.hear(redacted, after_trigger.on_record(trigger))
    after_trigger.follow(talk, replace(trigger, words=redacted))
    if trigger.id in STAYS:
        conversation.stage = "with_person"
    return trigger, (heard, *talk.speak())
