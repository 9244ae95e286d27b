"""Who owes, what is owed, and where we know it from."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import JSON, Column, UniqueConstraint
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


class Statement(SQLModel, table=True):
    """One month of an account: billed at its end, paid during it."""

    __table_args__ = (UniqueConstraint("account_id", "months_back"),)

    id: str = Field(primary_key=True)
    account_id: str = Field(foreign_key="account.id", index=True)
    months_back: int
    """1 is the latest month on the account's as-of date, 6 the oldest kept."""
    billed: Decimal = Field(sa_type=Cents)
    paid: Decimal = Field(sa_type=Cents)
