"""What each message of each talk reads and writes in the ledger, as statements that are made once.

SQLAlchemy works out what a statement is each time it is built, which took longer than the database needed to answer it.
"""

from __future__ import annotations

from sqlmodel import bindparam, col, func, select, update

from ledger.ledger import UnitOfWork
from ledger.tables import Account, Conversation, Debtor, Turn

_PERSON = select(Conversation.debtor_id).where(Conversation.id == bindparam("talk"))
_LAST = select(func.max(Turn.seq)).where(Turn.conversation_id == bindparam("talk")).scalar_subquery()
_TALK = select(Conversation, _LAST).where(Conversation.id == bindparam("talk"))
_WHOSE = select(Account, Debtor).join(Debtor).where(Account.id == bindparam("account"))
_HEARD_LAST = (
    select(Turn.id)
    .where(Turn.conversation_id == bindparam("talk"), Turn.speaker == "debtor")
    .order_by(col(Turn.seq).desc())
    .limit(1)
    .scalar_subquery()
)
_READ_AS = (
    update(Turn)
    .where(col(Turn.id) == _HEARD_LAST)
    .values(intent=bindparam("as_intent"), confidence=bindparam("as_sure"))
    .execution_options(synchronize_session=False)
)


def person_of(work: UnitOfWork, conversation_id: str) -> str | None:
    """The id of the debtor whom a conversation is with; None: no such conversation."""
    found: str | None = work.session.execute(_PERSON, {"talk": conversation_id}).scalar()
    return found


def conversation_of(work: UnitOfWork, conversation_id: str) -> tuple[Conversation, int]:
    """The conversation, and the number of its latest turn (0 before the first).

    :raises sqlalchemy.exc.NoResultFound: there is none.
    """
    conversation, last_seq = work.session.execute(_TALK, {"talk": conversation_id}).one()
    return conversation, last_seq or 0


def whose(work: UnitOfWork, account_id: str) -> tuple[Account, Debtor]:
    """An account with its debtor.

    :raises sqlalchemy.exc.NoResultFound: there is none.
    """
    account, debtor = work.session.execute(_WHOSE, {"account": account_id}).one()
    return account, debtor


def note_reading(work: UnitOfWork, conversation_id: str, intent: str, confidence: float) -> None:
    """Write down how the dialogue model reads what the debtor said last."""
    work.session.execute(_READ_AS, {"talk": conversation_id, "as_intent": intent, "as_sure": confidence})
