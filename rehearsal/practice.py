"""A practice ground: one made-up debtor in a ledger of their own, to talk to by hand or by phone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl
from sqlmodel import select

from ledger.importing.portfolio import import_file
from ledger.ledger import Ledger
from ledger.tables import Account
from rehearsal.people import MadeUpPeople
from rehearsal.portfolio import make_book

ENOUGH_ROWS = 2_000
"""About one row in twelve is overdue; among these are people of both languages."""


@dataclass(frozen=True, slots=True)
class PracticeDebtor:
    """`identity_answer` is what the debtor answers to the right-party question: nobody else knows it."""

    account_id: str
    language: str
    identity_answer: str


def practice_debtor(ledger: Ledger, home: Path, language: str, seed: int, today: date) -> PracticeDebtor:
    """Import one overdue account of a made-up person who speaks `language` ("zh" or "en") and can be found.

    The same seed and language always give the same person. The file it is imported from is left in `home`.
    """
    people = MadeUpPeople(seed)
    row = _row(people, language, today)
    external_ref = row["external_ref"][0]
    file = home / "practice.parquet"
    home.mkdir(parents=True, exist_ok=True)
    row.write_parquet(file)
    import_file(ledger, file, people, home)
    with ledger.read() as work:
        account_id = work.session.exec(select(Account.id).where(Account.external_ref == external_ref)).one()
    return PracticeDebtor(account_id, language, people.identity_last4(external_ref))


def practice_identity(language: str, seed: int, today: date) -> str:
    """The identity answer of the practice debtor of that seed and language."""
    people = MadeUpPeople(seed)
    return people.identity_last4(_row(people, language, today)["external_ref"][0])


def _row(people: MadeUpPeople, language: str, today: date) -> pl.DataFrame:
    """The first overdue row of a made-up book whose person speaks `language`."""
    book = make_book(ENOUGH_ROWS, people.seed, today).filter(pl.col("dpd") > 0)
    for row in book.iter_slices(1):
        contact = people.contact_for(row["external_ref"][0])
        if contact.language == language and contact.tz_candidates:
            return row
    raise LookupError(f"nobody among {book.height} made-up debtors speaks {language}")
