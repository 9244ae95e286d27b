"""A mapping held against the header of a table: every formula understood, before any row is read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from ledger.importing.mapping.definition import ACCOUNT, FileMapping, Source, Where
from ledger.importing.mapping.formula import BadFormula, Formula, find_column, parse, whole_column
from ledger.importing.mapping.yaml_parts import MappingError
from ledger.importing.parsing import CURRENCIES

PROTECTED_WORDS = frozenset(
    (
        *("age", "birth", "birthday", "birthdate", "caste", "child", "children", "citizenship", "dependents"),
        *("disability", "disabled", "dob", "education", "ethnic", "ethnicity", "family", "female", "foreign", "gender"),
        *("male", "marital", "marriage", "married", "maternity", "nationality", "party", "pregnancy", "pregnant"),
        *("race", "religion", "sex", "union"),
    )
)
"""A column whose name has one of these words is no feature, unless somebody looked and wrote `not_protected: true`."""

PROTECTED_CHINESE = (
    *("性别", "年龄", "学历", "教育", "文化程度", "婚姻", "民族"),
    *("宗教", "生日", "出生", "子女", "籍贯", "户籍"),
)
"""The same in Chinese, where words have no gaps between them."""

MONTH_FIELDS = (*(f"billed_{month}" for month in range(1, 7)), *(f"paid_{month}" for month in range(1, 7)))
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


class Bound:
    """The formulas of a mapping by the place where each stands, for one header."""

    def __init__(self, mapping: FileMapping, header: Sequence[str]) -> None:
        """:raises MappingError: a column is not there, a formula is wrong, or a protected trait would be a feature."""
        self.mapping, self.header = mapping, header
        self.formulas: dict[Where, Formula] = {}
        self.constants: dict[Where, str | date] = {}
        known: set[str] = set(MONTH_FIELDS)
        for name, source in _in_order(mapping):
            self._bind(name, source, known)
            if name in ACCOUNT:
                known.add(name)
            if name == "balance" or (name == "credit_limit" and mapping.collects):
                known.add("balance")
        self._check_traits()
        self.unused = self._check_unused()

    def _bind(self, name: str, source: Source, known: set[str]) -> None:
        if source.formula:
            if name == "as_of" and (day := _iso_day(source.formula)):
                self.constants[source.where] = day
                return
            whole = whole_column(source.formula, self.header)
            if whole is None and name == "currency" and source.formula.upper() in CURRENCIES:
                self.constants[source.where] = source.formula.upper()
                return
            if whole is None and name == "product" and re.fullmatch(r"[\w -]+", source.formula):
                self.constants[source.where] = source.formula
                return
            try:
                formula = parse(source.formula, self.header)
            except BadFormula as bad:
                raise MappingError(source.where, str(bad)) from None
            late = sorted(formula.fields - known)
            if late:
                told = f"this.{late[0]} is not known here; there are: {', '.join(sorted(known))}"
                raise MappingError(source.where, told)
            self.formulas[source.where] = formula
        elif name == "as_of":
            day = _iso_day(str(source.value))
            if day is None:
                raise MappingError(source.where, "is not a date such as 2005-09-30")
            self.constants[source.where] = day

    def _check_traits(self) -> None:
        mapping = self.mapping
        traits = {column for trait in mapping.protected for column in self.columns(trait.source)}
        for source in [*mapping.account.values(), *([mapping.overdue] if mapping.overdue else [])]:
            for column in sorted(self.columns(source) & traits):
                raise MappingError(source.where, f"{column!r} is a protected trait and is used for nothing else")
        for feature in mapping.features:
            for column in sorted(self.columns(feature.source)):
                if column in traits:
                    raise MappingError(feature.source.where, f"{column!r} is a protected trait and can be no feature")
                if not feature.not_protected and (words := trait_words(column)):
                    told = f"{column!r} reads like a protected trait ({', '.join(sorted(words))})"
                    mend = "put it in `protected`, or write `not_protected: true` if it is none"
                    raise MappingError(feature.source.where, f"{told}: {mend}")

    def _check_unused(self) -> tuple[str, ...]:
        used = {column for formula in self.formulas.values() for column in formula.columns}
        ignored = set()
        for name in self.mapping.ignore or ():
            column = find_column(name, self.header)
            if column is None:
                raise MappingError(replace(self.mapping.where, field="ignore"), f"there is no column {name!r}")
            ignored.add(column)
        unused = tuple(column for column in self.header if column not in used | ignored)
        if unused and self.mapping.ignore is not None:
            told = f"these columns are neither used nor ignored: {', '.join(unused)}"
            raise MappingError(replace(self.mapping.where, field="ignore"), told)
        return unused

    def columns(self, source: Source) -> set[str]:
        """The table's columns that a source reads."""
        formula = self.formulas.get(source.where)
        return set(formula.columns) if formula else set()


def _in_order(mapping: FileMapping) -> Iterator[tuple[str, Source]]:
    """Every source by the name of its field, in the order in which they are worked out."""
    if mapping.long:
        long = mapping.long
        yield from (("", each) for each in (long.source, long.billed, long.paid) if each)
    if mapping.months:
        yield from (("", each) for each in (*mapping.months.billed, *mapping.months.paid) if each)
    yield from ((name, mapping.account[name]) for name in ACCOUNT if name in mapping.account)
    rules = mapping.outcomes
    outcomes = [each for each in (rules.pays, rules.covers, rules.paid) if each] if rules else []
    features = [feature.source for feature in mapping.features]
    traits = [trait.source for trait in mapping.protected]
    others = [*([mapping.overdue] if mapping.overdue else []), *features, *outcomes, *traits, *mapping.people.values()]
    yield from (("", each) for each in others)


def trait_words(column: str) -> set[str]:
    """What in a column's name reads like a protected trait."""
    words = {word.lower() for word in _WORD.findall(column)}
    return (words & PROTECTED_WORDS) | {word for word in PROTECTED_CHINESE if word in column}


def _iso_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
