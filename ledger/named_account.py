"""Finding an account by what people call it."""

from __future__ import annotations

from sqlmodel import col, or_, select

from ledger.ledger import UnitOfWork
from ledger.tables import Account


def account_called(work: UnitOfWork, name: str) -> Account | None:
    """The account of that reference in the bank's own system, or of that id; always the same one, should two fit."""
    named = or_(col(Account.external_ref) == name, col(Account.id) == name)
    return work.session.exec(select(Account).where(named).order_by(col(Account.id))).first()
