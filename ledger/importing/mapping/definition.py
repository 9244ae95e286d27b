"""What a mapping file says, as values. data/README.md is the reference for whoever writes one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ledger.importing.mapping.formula import plain

Constant = str | float | bool | None
HEADS = ("willingness", "ability")
OUTCOMES = ("pays", "covers", "paid")
ACCOUNT = ("ref", "product", "currency", "as_of", "credit_limit", "balance", "dpd", "amount_due")
"""The fields of an account, in the order in which they are worked out: a later one may use `this.<earlier one>`."""
MONTH_MARKS = ("month", "month_number", "months_back")
"""How a long table says which month a row is about: a date, a number that rises with time, or months back from now."""


@dataclass(frozen=True, slots=True)
class Where:
    """A place in the mapping file, for the error that says what is wrong there."""

    file: str
    line: int
    field: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value comes from: a column, a formula over columns, or one value for every row."""

    where: Where
    formula: str = ""
    """A column's name, or a formula; empty where `value` is given."""
    value: Constant = None
    words: Mapping[str, Constant] | None = None
    """What the words of the column stand for, by the word in small letters."""
    otherwise: Constant = None
    """What every other word stands for."""
    has_otherwise: bool = False
    """Without it a word that is not listed makes the row unreadable."""
    missing: frozenset[str] = frozenset()
    """Codes such as -999 that mean: not known."""
    format: str = ""
    """Of a date, as in strptime; empty for YYYY-MM-DD."""
    times: float = 1.0
    default: Constant = None
    """What an unknown value is taken for."""


@dataclass(frozen=True, slots=True)
class FileStyle:
    """How cells are written."""

    separator: str = ""
    """Empty: found out. 'spaces': any run of blanks."""
    encoding: str = ""
    """Empty: UTF-8, else GB18030."""
    header: int = 1
    """The line that holds the names of the columns; 0 for none."""
    columns: tuple[str, ...] = ()
    """The names, where the file has none."""
    null: frozenset[str] = frozenset({"", "na", "n/a", "nan", "null", "none"})
    """Words, in small letters, that mean: not known."""
    decimal: Literal[".", ","] = "."
    thousands: str = ","
    symbols: str = ""
    """Characters to leave out of numbers, such as $ and %."""


@dataclass(frozen=True, slots=True)
class Months:
    """The statement months of a wide table, newest first; a None stands for a month without such a column."""

    billed: tuple[Source | None, ...] = ()
    paid: tuple[Source | None, ...] = ()


@dataclass(frozen=True, slots=True)
class LongMonth:
    """What one row of a long table says of one month."""

    mark: str
    """One of :data:`MONTH_MARKS`."""
    source: Source
    billed: Source | None
    paid: Source | None
    history: bool = False
    """Whether the book also gets every account as it stood in earlier months, to learn from what followed."""
    repeated: Literal["refuse", "add"] = "refuse"
    """What several rows of an account for one month are: a fault, or parts to be added up."""


@dataclass(frozen=True, slots=True)
class Missed:
    """Days past due where the table has none: so many for each of the latest months in a row that were missed."""

    below: float
    """A payment below this share of the bill it answers is a miss."""
    days: int


@dataclass(frozen=True, slots=True)
class OwnFeature:
    """An extra column for the models: becomes `x_<name>` in the book, or one `x_<name>_<level>` for each level."""

    name: str
    source: Source
    group: str
    signs: Mapping[str, int]
    """By head: 1 where more of it never lowers the score, -1 where it never raises it."""
    levels: tuple[str, ...] = ()
    not_protected: bool = False
    """Somebody looked: the column's name reads like a protected trait, and it is none."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The book's columns, in the order of `levels`."""
        return tuple(f"x_{self.name}_{plain(level)}" for level in self.levels) or (f"x_{self.name}",)


@dataclass(frozen=True, slots=True)
class Trait:
    """A protected trait: sealed, kept apart, used to measure fairness and for nothing else."""

    name: str
    source: Source
    bands: tuple[float, ...] = ()
    """Lower edges of number bands: (25, 40) gives '<25', '25-39', '40+'."""


@dataclass(frozen=True, slots=True)
class OutcomeRules:
    """What happened in the cycle after as_of, for tables that say it themselves."""

    pays: Source | None = None
    covers: Source | None = None
    paid: Source | None = None
    pays_share: float = 0.005
    """Where only the amount is given: more than this share of the balance is a payment ..."""
    covers_share: float = 0.05
    """... and this share covers what is due."""


@dataclass(frozen=True, slots=True)
class FileMapping:
    """One mapping file."""

    name: str
    sha256: str
    file: FileStyle
    account: Mapping[str, Source]
    """By the names of :data:`ACCOUNT`; 'ref' is absent where rows are numbered."""
    missed: Missed | None
    overdue: Source | None
    months: Months | None
    long: LongMonth | None
    features: tuple[OwnFeature, ...]
    outcomes: OutcomeRules | None
    protected: tuple[Trait, ...]
    people: Mapping[str, Source]
    ignore: tuple[str, ...] | None
    """Columns that are left out on purpose; with a list, every other column must be used. None: leave out the rest."""
    where: Where = field(default_factory=lambda: Where("", 1, ""))

    @property
    def collects(self) -> bool:
        """Whether the table says who is overdue; one that does not is for training alone."""
        return self.overdue is not None or self.missed is not None or "dpd" in self.account

    def features_json(self) -> str:
        """Group and signs of each column `x_*`, for the book; empty without any."""
        told = {}
        for feature in self.features:
            for column in feature.columns:
                told[column] = {"group": feature.group, "signs": dict(feature.signs)}
        return json.dumps(told) if told else ""

    @property
    def layout(self) -> str:
        """What the batch remembers: the name, and which state of the mapping file it was."""
        return f"mapping:{self.name}:{self.sha256[:12]}"
