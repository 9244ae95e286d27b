"""Who owes, what is owed, and where we know it from."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from ledger.columns import Cents, UtcDateTime


class ImportBatch(SQLModel, table=True):
    """One file, read once: the hash of its bytes, seen before, makes a second import a no-op."""

    id: str = Field(primary_key=True)
    source_name: str
    source_sha256: str = Field(index=True)
    layout: str
    """'uci' or 'amends'."""
    as_of: date
    account_limit: int | None = None
    """How many overdue accounts were asked for at most; None for all. A wider import of the same file may follow."""
    rows_read: int
    accounts: int
    rejected: int
    created_at: datetime = Field(sa_type=UtcDateTime)


class Debtor(SQLModel, table=True):
    """One person. Name, phone and e-mail are sealed; the right-party answer is kept only as a keyed hash."""

    id: str = Field(primary_key=True)
    external_ref: str = Field(unique=True)
    name_sealed: bytes
    phone_sealed: bytes
    phone_index: str = Field(index=True)
    email_sealed: bytes
    identity_hash: str
    """Blind index of the last four digits of the ID document, purpose 'identity:<debtor id>'."""
    language: str
    """'zh' or 'en': the language the first line is spoken in."""
    jurisdictions: list[str] = Field(sa_column=Column(JSON, nullable=False))
    """Contact-policy packs that apply, as an overlay stack."""
    tz_candidates: list[str] = Field(sa_column=Column(JSON, nullable=False))
    """Every plausible IANA zone; empty means unknown, and unknown is never contacted."""
    contact_data_synthetic: bool
    """True when name, phone, e-mail and identity were made up because the source has none."""
    created_at: datetime = Field(sa_type=UtcDateTime)


class Account(SQLModel, table=True):
    """One overdue account, as of the batch that last described it."""

    id: str = Field(primary_key=True)
    debtor_id: str = Field(foreign_key="debtor.id", index=True)
    batch_id: str = Field(foreign_key="importbatch.id")
    external_ref: str = Field(unique=True)
    product: str
    currency: str
    balance: Decimal = Field(sa_type=Cents)
    amount_due: Decimal = Field(sa_type=Cents)
    """What must be paid now to cure the account (the minimum due); at most the balance."""
    credit_limit: Decimal = Field(sa_type=Cents)
    dpd: int
    """Days past due on `as_of`."""
    as_of: date
    status: str = "open"
    """'open', 'cured' or 'closed'."""


class AccountSnapshot(SQLModel, table=True):
    """An account's statements as of `Account.as_of`, wide: one row to read and to write, where six would be slower.

    Month 1 is the latest, 6 the oldest kept; null where the bank sent no statement.
    """

    account_id: str = Field(primary_key=True, foreign_key="account.id")
    billed_1: Decimal | None = Field(default=None, sa_type=Cents)
    """The balance at the end of the month; below zero is a credit."""
    billed_2: Decimal | None = Field(default=None, sa_type=Cents)
    billed_3: Decimal | None = Field(default=None, sa_type=Cents)
    billed_4: Decimal | None = Field(default=None, sa_type=Cents)
    billed_5: Decimal | None = Field(default=None, sa_type=Cents)
    billed_6: Decimal | None = Field(default=None, sa_type=Cents)
    paid_1: Decimal | None = Field(default=None, sa_type=Cents)
    """What was paid during the month."""
    paid_2: Decimal | None = Field(default=None, sa_type=Cents)
    paid_3: Decimal | None = Field(default=None, sa_type=Cents)
    paid_4: Decimal | None = Field(default=None, sa_type=Cents)
    paid_5: Decimal | None = Field(default=None, sa_type=Cents)
    paid_6: Decimal | None = Field(default=None, sa_type=Cents)
    own: dict[str, float] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """What a mapped file brings beyond that, by name; the book calls the column `x_<name>`."""
