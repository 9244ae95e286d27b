"""What a row of a portfolio file becomes: an account, or an error that says where and why. Pure values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


class ImportRefused(Exception):
    """The file as a whole cannot be imported; the message is one clear line for whoever sent it."""


@dataclass(frozen=True, slots=True)
class RowError:
    """A row that was not imported.

    `line` is where the row starts in a text file, or the row's number from 1 in a Parquet file; `field` is the column,
    empty when the whole row is wrong. `reason` never quotes the value: it may be somebody's phone number.
    """

    line: int
    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class Month:
    """One statement month: the balance billed at its end and what was paid during it, in the account's currency."""

    billed: Decimal | None
    paid: Decimal | None
    """Either may be unknown where a mapped file says the other alone."""


@dataclass(frozen=True, slots=True)
class Person:
    """How to reach a person and how to know them, as a bank's own file gives it."""

    name: str
    phone: str
    """E.164: '+', country code, number."""
    email: str
    """Empty when the bank has none."""
    identity_last4: str
    """Last four characters of the ID document on file: digits, the last may be X."""


@dataclass(frozen=True, slots=True)
class Given:
    """What the file says about the person; None where it is silent and a contact maker must be asked."""

    person: Person | None = None
    language: str | None = None
    jurisdictions: tuple[str, ...] | None = None
    tz_candidates: tuple[str, ...] | None = None
    consents: tuple[tuple[str, str], ...] = ()
    """(kind, 'granted' or 'revoked')."""
    flags: tuple[str, ...] = ()
    """Reasons why automated contact must wait for a person, known before we were told the account."""


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One readable row, overdue or not. Money in whole units of `currency`, at most two decimals."""

    line: int
    external_ref: str
    product: str
    currency: str
    balance: Decimal
    amount_due: Decimal
    credit_limit: Decimal
    dpd: int
    as_of: date
    months: tuple[Month | None, ...]
    """Six, the latest first; None where the bank sent no statement."""
    given: Given = field(default_factory=Given)
    own: Mapping[str, float] = field(default_factory=dict)
    """What a mapped file brings for the models beyond that, by name."""
    traits: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Protected traits; on their way to being sealed and kept apart, and nowhere else."""

    @property
    def overdue(self) -> bool:
        """Past due and something is owed. Past due alone is not enough: a late payer may owe nothing by now."""
        return self.dpd >= 1 and self.balance > 0
