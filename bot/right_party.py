"""The right-party check: is this the person, and how often may somebody guess?

Wrong answers are counted for the person, not for the talk: whoever opens the link again, or calls again, gets no more.
"""

from __future__ import annotations

import hmac
from datetime import timedelta
from typing import Final

from sqlmodel import col, func, select

from bot.talk import Talk
from bot.triggers import named
from ledger.tables import Conversation

MOST_TRIES: Final = 3
COUNTED_FOR: Final = timedelta(hours=24)
"""So long a wrong answer counts, unless the right party has shown up since."""


def is_right_party(talk: Talk, digits: str) -> bool:
    """Whether these are the person's, and whether anybody may still try."""
    given = talk.work.blind_index(f"identity:{talk.debtor.id}", digits)
    return tries_left(talk) > 0 and hmac.compare_digest(given, talk.debtor.identity_hash)


def tries_left(talk: Talk) -> int:
    """How many answers may still be tried for this person today, in this talk or another."""
    own = col(Conversation.debtor_id) == talk.debtor.id
    last_right = select(func.max(Conversation.opened_at)).where(own, col(Conversation.verified).is_(True))
    since = talk.work.session.exec(last_right).one()
    counted = select(Conversation.identity_tries).where(
        own, col(Conversation.opened_at) > talk.work.now - COUNTED_FOR, Conversation.id != talk.conversation.id
    )
    if since is not None:
        counted = counted.where(col(Conversation.opened_at) > since)
    elsewhere = sum(talk.work.session.exec(counted))
    return max(0, MOST_TRIES - elsewhere - talk.conversation.identity_tries)


def wrong_answer(talk: Talk) -> None:
    """One try less; after the last the talk ends, contact is held, and a person looks whose number this is."""
    talk.conversation.identity_tries += 1
    if tries_left(talk) > 0:
        talk.say("identity_retry")
        return
    trigger = named("identity_failed")
    talk.hold(trigger.id, trigger.hold_days)
    talk.say("identity_failed")
    talk.escalate(trigger)
    talk.close("identity_failed")
