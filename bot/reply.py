"""What comes of one message: the lines that the bot answers with, and what the record holds of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlmodel import col

from bot.phrases import Line
from ledger.ledger import UnitOfWork
from ledger.tables import Conversation, Turn

_SINCE = (
    select(*map(col, (Turn.id, Turn.seq, Turn.speaker, Turn.text_sealed, Turn.template)))
    .where(col(Turn.conversation_id) == bindparam("talk"), col(Turn.seq) >= bindparam("first"))
    .order_by(col(Turn.seq))
)
_STANDS = select(*map(col, (Conversation.language, Conversation.stage, Conversation.facts))).where(
    col(Conversation.id) == bindparam("talk")
)


@dataclass(frozen=True, slots=True)
class Recorded:
    """One turn as it stands in the record, opened. `seq` counts the turns of a talk from 1."""

    id: str
    seq: int
    speaker: str
    text: str
    template: str | None

    @property
    def line(self) -> Line:
        """The bot's line that it holds."""
        return Line(self.template or "", self.text)


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


def turns_since(work: UnitOfWork, conversation_id: str, first: int) -> tuple[Recorded, ...]:
    """The turns of a talk from number `first` on, in their order."""
    return tuple(
        Recorded(turn_id, seq, speaker, work.open("turn", "text_sealed", turn_id, sealed), template)
        for turn_id, seq, speaker, sealed, template in work.session.execute(
            _SINCE, {"talk": conversation_id, "first": first}
        )
    )


def reply_to(conversation: Conversation, lines: Sequence[Line] = (), record: Sequence[Recorded] = ()) -> Reply:
    """The reply of a talk as `conversation` stands."""
    return _reply(
        conversation.id, lines, record, conversation.language, conversation.stage, conversation.facts.get("escalated")
    )


def reply_read(work: UnitOfWork, conversation_id: str, lines: Sequence[Line], record: Sequence[Recorded]) -> Reply:
    """The same, with the conversation read from the ledger."""
    language, stage, facts = work.session.execute(_STANDS, {"talk": conversation_id}).one()
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
