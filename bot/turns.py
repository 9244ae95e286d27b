"""The turns of a talk in the ledger: written down, read again.

Each message of each talk does this, so the statements are made once and give plain rows: to build a statement, and an
object for each row that SQLAlchemy watches for changes, took several times as long as the database itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import bindparam, insert, select, update
from sqlmodel import col

from bot.phrases import Line
from ledger.ledger import UnitOfWork
from ledger.tables import Turn

MOST_AT_ONCE: Final = 40
"""More turns than any answer has, with the messages that followed it: so far back the bot's last lines are looked for.
A long talk is not read from its beginning."""

_HERE = col(Turn.conversation_id) == bindparam("talk")
_TURN = select(*map(col, (Turn.id, Turn.seq, Turn.speaker, Turn.text_sealed, Turn.template)))
_SINCE = _TURN.where(_HERE, col(Turn.seq) >= bindparam("first")).order_by(col(Turn.seq))
_LATEST = _TURN.where(_HERE).order_by(col(Turn.seq).desc()).limit(MOST_AT_ONCE)
_HEARD_LAST = (
    select(col(Turn.id))
    .where(_HERE, col(Turn.speaker) == "debtor")
    .order_by(col(Turn.seq).desc())
    .limit(1)
    .scalar_subquery()
)
_READ_AS = (
    update(Turn)
    .where(col(Turn.id) == _HEARD_LAST)
    .values(intent=bindparam("as_intent"), confidence=bindparam("as_sure"))
)
_SAID = update(Turn).where(col(Turn.id) == bindparam("turn")).values(text_sealed=bindparam("sealed"))
_NEW = insert(Turn)


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


def record_turn(work: UnitOfWork, turn: Recorded, conversation_id: str, language: str, trigger: str | None) -> None:
    """Write a new turn down; its words are sealed."""
    told = {
        "id": turn.id,
        "conversation_id": conversation_id,
        "seq": turn.seq,
        "speaker": turn.speaker,
        "text_sealed": work.seal("turn", "text_sealed", turn.id, turn.text),
        "language": language,
        "template": turn.template,
        "trigger": trigger,
        "at": work.now,
    }
    work.session.connection().execute(_NEW, told)


def said_more(work: UnitOfWork, turn_id: str, text: str) -> None:
    """Replace the words of a turn."""
    sealed = work.seal("turn", "text_sealed", turn_id, text)
    work.session.connection().execute(_SAID, {"turn": turn_id, "sealed": sealed})


def note_reading(work: UnitOfWork, conversation_id: str, intent: str, confidence: float) -> None:
    """Write down how the dialogue model reads what the debtor said last."""
    told = {"talk": conversation_id, "as_intent": intent, "as_sure": confidence}
    work.session.connection().execute(_READ_AS, told)


def turns_since(work: UnitOfWork, conversation_id: str, first: int) -> tuple[Recorded, ...]:
    """The turns of a talk from number `first` on, in their order."""
    return _read(work, _SINCE, {"talk": conversation_id, "first": first})


def last_turns(work: UnitOfWork, conversation_id: str) -> tuple[Recorded, ...]:
    """The latest turns of a talk, the latest first; a few of them."""
    return _read(work, _LATEST, {"talk": conversation_id})


def _read(work: UnitOfWork, statement: Any, given: dict[str, Any]) -> tuple[Recorded, ...]:
    return tuple(
        Recorded(turn_id, seq, speaker, work.open("turn", "text_sealed", turn_id, sealed), template)
        for turn_id, seq, speaker, sealed, template in work.session.connection().execute(statement, given)
    )
