"""What comes of one message: the lines that the bot answers with, and what the record holds of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import col

from bot.phrases import Line
from bot.turns import Recorded
from ledger.ledger import UnitOfWork
from ledger.tables import Conversation

_STANDS = select(*map(col, (Conversation.language, Conversation.stage, Conversation.facts))).where(
    col(Conversation.id) == bindparam("talk")
)


@dataclass(frozen=True, slots=True)
class Reply:
    """What the bot says in one turn.

    `stage` is the conversation's stage. `ended`: the bot will say no more. `escalated`: a person has it now. `record`
    is what was written down of this turn in its order, the debtor's message first; empty where that is not known.
    """

    conversation_id: str
    lines: tuple[Line, ...]
    language: str
    stage: str
    ended: bool
    escalated: bool
    record: tuple[Recorded, ...] = ()


def reply_to(conversation: Conversation, lines: Sequence[Line] = (), record: Sequence[Recorded] = ()) -> Reply:
    """The reply of a talk as `conversation` stands."""
    return _reply(
        conversation.id, lines, record, conversation.language, conversation.stage, conversation.facts.get("escalated")
    )


def reply_read(work: UnitOfWork, conversation_id: str, lines: Sequence[Line], record: Sequence[Recorded]) -> Reply:
    """The same, with the conversation read from the ledger."""
    stands: Any = work.session.connection().execute(_STANDS, {"talk": conversation_id}).one()
    language, stage, facts = stands
    return _reply(conversation_id, lines, record, language, stage, facts.get("escalated"))


def _reply(
    conversation_id: str,
    lines: Sequence[Line],
    record: Sequence[Recorded],
    language: str,
    stage: str,
    escalated: object,
) -> Reply:
    return Reply(conversation_id, tuple(lines), language, stage, stage == "closed", bool(escalated), tuple(record))
