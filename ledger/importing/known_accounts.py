"""The accounts that the rows of a file are about, found many at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple, TypeVar

from sqlalchemy import select
from sqlmodel import col

from ledger.ledger import UnitOfWork
from ledger.tables import Account, Debtor

T = TypeVar("T")

AT_ONCE: Final = 5_000
"""Rows a statement; well under SQLite's limit of bound values."""


class KnownAccount(NamedTuple):
    """`number`: the blind index of the number on file of the person who owes it."""

    account_id: str
    debtor_id: str
    number: str


def known_accounts(work: UnitOfWork, refs: Iterable[str]) -> dict[str, KnownAccount]:
    """By the account's reference; one that nobody knows is not there."""
    columns = select(col(Account.external_ref), col(Account.id), col(Account.debtor_id), col(Debtor.phone_index)).join(
        Debtor, col(Debtor.id) == Account.debtor_id
    )
    connection = work.session.connection()
    return {
        ref: KnownAccount(*account)
        for some in chunks(sorted(set(refs)))
        for ref, *account in connection.execute(columns.where(col(Account.external_ref).in_(some)))
    }


def chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """The same items in order, so many at a time that one statement takes them."""
    for start in range(0, len(items), AT_ONCE):
        yield items[start : start + AT_ONCE]
