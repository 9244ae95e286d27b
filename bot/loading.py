"""What each message of each talk reads of it in the ledger, as statements that are made once.

SQLAlchemy works out what a statement is each time it is built, which took longer than the database needed to answer it.
"""

from __future__ import annotations

from sqlmodel import bindparam, func, select

from ledger.ledger import UnitOfWork
from ledger.tables import Account, Conversation, Debtor, Turn

_PERSON = select(Conversation.debtor_id).where(Conversation.id == bindparam("talk"))
_LAST = select(func.max(Turn.seq)).where(Turn.conversation_id == bindparam("talk")).scalar_subquery()
_TALK = select(Conversation, _LAST).where(Conversation.id == bindparam("talk"))
_WHOSE = select(Account, Debtor).join(Debtor).where(Account.id == bindparam("account"))


def person_of(work: UnitOfWork, conversation_id: str) -> str | None:
    """The id of the debtor whom a conversation is with; None: no such conversation."""
    found: str | None = work.session.connection().execute(_PERSON, {"talk": conversation_id}).scalar()
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
