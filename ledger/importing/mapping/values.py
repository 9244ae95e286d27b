"""The values of a source over a whole table: numbers, words, conditions and days, unknowns included."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl

from ledger.importing.mapping.binding import Bound
from ledger.importing.mapping.definition import Constant, Source
from ledger.importing.mapping.formula import NO, YES, BadFormula, Column, Evaluation, Formula, Value
from ledger.importing.mapping.table import Table
from ledger.importing.mapping.yaml_parts import MappingError

NUMBER, TEXT, TRUTH, DAY = pl.Float64(), pl.String(), pl.Boolean(), pl.Date()


class Values:
    """Reads the sources of a bound mapping from one table; what cannot be read is noted in the table."""

    def __init__(self, bound: Bound, table: Table, fields: dict[str, pl.Series] | None = None) -> None:
        """:param fields: what `this.<field>` stands for; fields that are worked out later may be added."""
        self.bound, self.table = bound, table
        self.fields: dict[str, pl.Series] = {} if fields is None else fields

    def number(self, source: Source) -> pl.Series:
        """As Float64."""
        found = self._worked_out(source, NUMBER).cast(pl.Float64)
        found = pl.select(pl.when(found.is_finite()).then(found)).to_series()
        return found if source.times == 1 else found * source.times

    def number_or_truth(self, source: Source) -> pl.Series:
        """As Float64; a column that says nothing but yes and no is 1 and 0."""
        formula = self.bound.formulas.get(source.where)
        if formula and isinstance(formula.tree, Column) and source.words is None and not source.missing:
            cells = self.table.text(formula.tree.name)
            known = cells.drop_nulls().str.to_lowercase()
            if len(known) and known.is_in([*YES, *NO]).all() and not known.is_in(["1", "0"]).all():
                return self.truth(source).cast(pl.Float64)
        return self.number(source)

    def text(self, source: Source) -> pl.Series:
        """As String."""
        return self._worked_out(source, TEXT).cast(pl.String)

    def truth(self, source: Source) -> pl.Series:
        """As Boolean; null where it cannot be told."""
        return self._worked_out(source, TRUTH).cast(pl.Boolean)

    def day(self, source: Source) -> pl.Series:
        """As Date."""
        fixed = self.bound.constants.get(source.where)
        if isinstance(fixed, date):
            return self._everywhere(fixed, DAY)
        formula = self.bound.formulas[source.where]
        if not isinstance(formula.tree, Column):
            raise MappingError(source.where, "must be one column, or a fixed date")
        return self.table.day(formula.tree.name, source.format)

    def name(self, source: Source, otherwise: str) -> str:
        """What an error calls the source: its column, where it is one."""
        formula = self.bound.formulas.get(source.where)
        return formula.tree.name if formula and isinstance(formula.tree, Column) else otherwise

    def _worked_out(self, source: Source, kind: pl.DataType) -> pl.Series:
        fixed = self.bound.constants.get(source.where, source.value)
        formula = self.bound.formulas.get(source.where)
        try:
            found = self._everywhere(fixed, kind) if formula is None else self._of(source, formula, kind)
        except (BadFormula, pl.exceptions.PolarsError, TypeError, ValueError) as bad:
            raise MappingError(source.where, str(bad).splitlines()[0]) from None
        return found if source.default is None else found.fill_null(self._constant(source.default, kind))

    def _of(self, source: Source, formula: Formula, kind: pl.DataType) -> pl.Series:
        work = Evaluation(formula, self.table, self.fields)
        raw = work.raw()
        if source.words is not None:
            words = work.series(work.text(raw), TEXT)
            return self._by_words(source, _without(words, source.missing), source.words, kind)
        if kind == NUMBER:
            if isinstance(raw, Column) and source.missing:
                return self.table.number(raw.name, source.missing)
            return _without_codes(work.series(work.number(raw), NUMBER), source.missing)
        if kind == TEXT:
            return _without(work.series(work.text(raw), TEXT), source.missing)
        if isinstance(raw, Column) and source.missing:
            known = _without(self.table.text(raw.name), source.missing).is_not_null()
            return pl.select(pl.when(known).then(work.truth(raw))).to_series()
        return work.series(work.truth(raw), TRUTH)

    def _by_words(
        self, source: Source, words: pl.Series, stand_for: Mapping[str, Constant], kind: pl.DataType
    ) -> pl.Series:
        small = words.str.to_lowercase()
        table = {word: self._constant(value, kind) for word, value in stand_for.items()}
        found = small.replace_strict(table, default=None, return_dtype=kind)
        strange = small.is_not_null() & ~small.is_in(list(table))
        if source.has_otherwise:
            other = self._everywhere(source.otherwise, kind)
            return pl.select(pl.when(strange).then(other).otherwise(found)).to_series()
        self.table.note(strange, self.name(source, source.where.field), "is a word that the mapping does not list")
        return found

    def _everywhere(self, value: Value | date, kind: pl.DataType) -> pl.Series:
        fixed = value if isinstance(value, date) else self._constant(value, kind)
        return pl.repeat(fixed, self.table.height, dtype=kind, eager=True)

    @staticmethod
    def _constant(value: object, kind: pl.DataType) -> str | float | bool | None:
        if value is None:
            return None
        if kind == TEXT:
            return f"{value:g}" if isinstance(value, float) else str(value)
        return float(value) if kind == NUMBER else bool(value)  # type: ignore[arg-type]


def _without(words: pl.Series, missing: frozenset[str]) -> pl.Series:
    if not missing:
        return words
    return pl.select(pl.when(~words.is_in(list(missing))).then(words)).to_series()


def _without_codes(numbers: pl.Series, missing: frozenset[str]) -> pl.Series:
    if not missing:
        return numbers
    codes = [float(code) for code in missing]
    return pl.select(pl.when(~numbers.is_in(codes)).then(numbers)).to_series()
