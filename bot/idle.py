"""Talks that nobody goes on with: after a while they are over, and the records say so."""

from __future__ import annotations

from datetime import timedelta
from typing import Final, Protocol

from sqlmodel import col, func, select

from ledger.columns import UtcDateTime
from ledger.ledger import Ledger
from ledger.tables import Conversation, Turn

IDLE_AFTER: Final = timedelta(minutes=30)


class Closes(Protocol):
    """The bot's talks (`bot.session.Sessions`)."""

    def hung_up(self, conversation_id: str) -> None: ...


def close_idle(ledger: Ledger, talks: Closes, idle_after: timedelta = IDLE_AFTER) -> int:
    """Close every talk in which nobody has said anything for `idle_after`, and return how many.

    A talk that a person has taken over is that person's to end.
    """
    with ledger.read() as work:
        last = func.max(Turn.at, type_=UtcDateTime)
        silent = (
            select(Conversation.id)
            .join(Turn, col(Turn.conversation_id) == Conversation.id)
            .where(col(Conversation.closed_at).is_(None), Conversation.stage != "with_person")
            .group_by(col(Conversation.id))
            .having(last <= work.now - idle_after)
        )
        left = work.session.exec(silent).all()
    for conversation_id in left:
        talks.hung_up(conversation_id)
    return len(left)
