"""The two layouts a portfolio file may have, told apart by their header. Pure. data/README.md is their document."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ledger.importing.rows import ImportRefused

MONTHS = range(1, 7)
LayoutName = Literal["uci", "amends"]

UCI: tuple[str, ...] = (
    "ID",
    "LIMIT_BAL",
    "PAY_0",
    *(f"BILL_AMT{month}" for month in MONTHS),
    *(f"PAY_AMT{month}" for month in MONTHS),
)
"""Every column of the UCI file that an account is made of. The label and the older payment statuses are not read."""
UCI_TRAITS: tuple[str, ...] = ("SEX", "EDUCATION", "MARRIAGE", "AGE")
"""Read where they are there, sealed, and kept apart (ledger/traits.py): no account, book or model has them."""

OWN: tuple[str, ...] = (
    "external_ref",
    "product",
    "currency",
    "balance",
    "amount_due",
    "credit_limit",
    "dpd",
    "as_of",
    *(f"billed_{month}" for month in MONTHS),
    *(f"paid_{month}" for month in MONTHS),
)
OWN_PERSON: tuple[str, ...] = ("name", "phone", "email", "identity_last4")
"""All four or none: a real phone must never stand beside a made-up identity."""
CONSENT_KINDS: tuple[str, ...] = ("artificial_voice", "chat", "sms", "email")
OWN_TRAITS: tuple[str, ...] = ("sex", "age", "education", "marital_status")
"""Protected traits; sealed and kept apart, as those of the UCI file are."""
OWN_OPTIONAL: tuple[str, ...] = (
    *OWN_PERSON,
    "language",
    "jurisdictions",
    "tz",
    *(f"consent_{kind}" for kind in CONSENT_KINDS),
    "flags",
    *OWN_TRAITS,
)

_UCI_SPELLINGS = {name.lower(): name for name in (*UCI, *UCI_TRAITS)} | {"pay_1": "PAY_0"}
# The spreadsheet that UCI publishes carries these codes above the names; some copies have kept only the codes.
_UCI_CODES = (
    {"": "ID", "unnamed:_0": "ID", "id": "ID", "x1": "LIMIT_BAL", "x6": "PAY_0"}
    | {f"x{11 + month}": f"BILL_AMT{month}" for month in MONTHS}
    | {f"x{17 + month}": f"PAY_AMT{month}" for month in MONTHS}
    | {f"x{number}": trait for number, trait in enumerate(UCI_TRAITS, start=2)}
)


@dataclass(frozen=True, slots=True)
class Layout:
    """A recognised header: for each column of the file, in order, the name we read it under, or None to skip it."""

    name: LayoutName
    columns: tuple[str | None, ...]
    header_rows: int = 1

    @property
    def has_person(self) -> bool:
        """Whether the file says who the people are."""
        return OWN_PERSON[0] in self.columns


def detect(first: Sequence[str], second: Sequence[str] = ()) -> Layout:
    """The layout of a file whose first two rows are given.

    :raises ImportRefused: names what is missing, doubled or unknown.
    """
    by_name = _mapped(first, _UCI_SPELLINGS)
    if _complete(by_name):
        return Layout("uci", _single(by_name, "UCI"))
    below = _mapped(second, _UCI_SPELLINGS)
    if _complete(below):
        return Layout("uci", _single(below, "UCI"), header_rows=2)
    by_code = _mapped(first, _UCI_CODES)
    if _complete(by_code):
        return Layout("uci", _single(by_code, "UCI"))
    own = [_plain(name) for name in first]
    if len(set(own) & set(OWN)) >= 2:
        return _own(own)
    if max(len(set(found) - {None, "ID"}) for found in (by_name, below, by_code)) >= 2:
        nearest = max((by_name, below, by_code), key=lambda found: len(set(found)))
        raise ImportRefused(f"this looks like the UCI layout, but lacks: {_names(UCI, nearest)}")
    raise ImportRefused(
        "the header fits no known layout (see data/README.md): Amends' own needs "
        f"{', '.join(OWN)}; UCI's needs {', '.join(UCI)}; any other needs --mapping, and --guess drafts one"
    )


def _own(plain: list[str]) -> Layout:
    missing = _names(OWN, plain)
    if missing:
        raise ImportRefused(f"this looks like Amends' own layout, but lacks: {missing}")
    # An unknown column may be a misspelt one, and a lost 'flags' column would mean contacts that must not be made.
    unknown = sorted({name or "(no name)" for name in plain} - set(OWN) - set(OWN_OPTIONAL))
    if unknown:
        raise ImportRefused(f"Amends' own layout has no such column, please leave out or rename: {', '.join(unknown)}")
    if set(OWN_PERSON) & set(plain) and (missing := _names((*OWN_PERSON, "language"), plain)):
        raise ImportRefused(f"a file that names people must say all of it; this one lacks: {missing}")
    return Layout("amends", _single(plain, "Amends"))


def _mapped(header: Sequence[str], spellings: dict[str, str]) -> tuple[str | None, ...]:
    return tuple(spellings.get(_plain(name)) for name in header)


def _complete(found: Sequence[str | None]) -> bool:
    return set(UCI) <= set(found)


def _single(found: Sequence[str | None], layout: str) -> tuple[str | None, ...]:
    doubled = sorted({name for name in found if name is not None and found.count(name) > 1})
    if doubled:
        raise ImportRefused(f"the {layout} layout has these columns twice: {', '.join(doubled)}")
    return tuple(found)


def _plain(name: str) -> str:
    return re.sub(r"[\s.\-]+", "_", name.strip().strip("\ufeff").lower())


def _names(wanted: Sequence[str], found: Sequence[str | None]) -> str:
    return ", ".join(name for name in wanted if name not in found)
