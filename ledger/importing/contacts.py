"""The port through which an import asks for contact data that the file does not have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ledger.importing.rows import Person


@dataclass(frozen=True, slots=True)
class MadeContact:
    """A made-up contact person; the debtor's record says `contact_data_synthetic`."""

    person: Person
    language: str
    """'zh' or 'en'."""
    jurisdictions: tuple[str, ...]
    """Contact-policy pack ids."""
    tz_candidates: tuple[str, ...]
    """IANA zones; empty for unknown."""
    consents: tuple[tuple[str, str], ...]
    """(kind, 'granted' or 'revoked')."""


class ContactMaker(Protocol):
    """Makes up the person behind an account reference: the same reference always gives the same person."""

    def contact_for(self, external_ref: str) -> MadeContact:
        """The made-up person who owes this account."""
        ...
