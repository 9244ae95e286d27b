"""A file as a table of cells, whatever its columns are called, and its columns as numbers, words and days."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from itertools import islice

import polars as pl

from ledger.importing import reading
from ledger.importing.cells import LARGEST
from ledger.importing.mapping.arff import as_rows, is_arff
from ledger.importing.mapping.definition import FileStyle
from ledger.importing.rows import ImportRefused, RowError

LINE = "#line"
_SEPARATORS = ",;\t|"
_AT_ONCE = 100_000
_CODE = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
_HEAD = 65_536
_SIGNS = "%$€£¥￥元"
"""What is written beside amounts; an error may name it, since it tells nothing of anybody."""


class Table:
    """The rows that could be parted into cells, and what is wrong with the others.

    Columns are read when somebody asks; a cell that cannot be read is noted in `errors` and is null.
    """

    def __init__(self, frame: pl.DataFrame, style: FileStyle, errors: Sequence[RowError] = ()) -> None:
        """:param frame: the cells, and the column :data:`LINE`."""
        self.frame, self.style = frame, style
        self.header: list[str] = [name for name in frame.columns if name != LINE]
        self.broken: list[RowError] = list(errors)
        self.wrong: list[tuple[pl.Series, str, str]] = []
        """(rows, column, reason)"""
        thousands, decimal = re.escape(style.thousands), re.escape(style.decimal)
        grouped = rf"|\d{{1,3}}({thousands}\d{{3}})+" if thousands else ""
        self._number_form = rf"^[+-]?((\d+{grouped})({decimal}\d*)?|{decimal}\d+)([eE][+-]?\d{{1,3}})?$"
        self._texts: dict[str, pl.Series] = {}
        self._numbers: dict[str, pl.Series] = {}

    @property
    def height(self) -> int:
        """Rows."""
        return self.frame.height

    @property
    def lines(self) -> pl.Series:
        """Where each row starts in a text file, or its number from 1."""
        return self.frame[LINE]

    def note(self, rows: pl.Series, field: str, reason: str) -> None:
        """These rows cannot be imported; the first thing noted of a row is what is told."""
        if rows.fill_null(False).any():
            self.wrong.append((rows.fill_null(False), field, reason))

    def text(self, column: str) -> pl.Series:
        """As text without outer blanks; null for the words that mean not known. Whole numbers have no '.0'."""
        if column not in self._texts:
            cells = self.frame[column]
            if cells.dtype.is_float():
                whole = cells.round(0) == cells
                cells = pl.select(
                    pl.when(cells.is_nan())
                    .then(None)
                    .when(whole & (cells.abs() < 1e15))
                    .then(cells.fill_nan(None).cast(pl.Int64, strict=False).cast(pl.String))
                    .otherwise(cells.cast(pl.String))
                ).to_series()
            cells = cells.cast(pl.String).str.strip_chars()
            unknown = cells.str.to_lowercase().is_in(list(self.style.null)).fill_null(True)
            found = pl.select(pl.when(~unknown).then(cells)).to_series()
            self.note(found.str.contains(r"[\p{Cc}\p{Cf}\x{FFFD}]"), column, "has a character that cannot be read")
            self._texts[column] = found
        return self._texts[column]

    def number(self, column: str, missing: frozenset[str] = frozenset()) -> pl.Series:
        """As Float64.

        :param missing: further codes of this column, words or numbers, that mean not known.
        """
        key = f"{column}|{sorted(missing)}"
        if key not in self._numbers:
            words = self.text(column)
            if missing:
                words = pl.select(pl.when(~words.is_in(list(missing))).then(words)).to_series()
            cells = self.frame[column]
            if cells.dtype.is_numeric() or cells.dtype == pl.Boolean:
                found = cells.cast(pl.Float64).fill_nan(None)
                found = pl.select(pl.when(words.is_not_null()).then(found)).to_series()
            else:
                found = self._parsed(column, words)
            codes = [float(code) for code in missing if _CODE.fullmatch(code)]
            if codes:
                found = pl.select(pl.when(~found.is_in(codes)).then(found)).to_series()
            self.note(found.abs() >= float(LARGEST), column, "is too large to be true")
            self._numbers[key] = found
        return self._numbers[key]

    def _parsed(self, column: str, words: pl.Series) -> pl.Series:
        bare = words
        for character in self.style.symbols:
            bare = bare.str.replace_all(character, "", literal=True)
        # As ledgers and SAP write what is below zero: (12.50) and 12.50-
        bare = bare.str.strip_chars().str.replace(r"^\(([^()+-]+)\)$", "-$1").str.replace(r"^(\d[^+-]*)-$", "-$1")
        good = pl.select(pl.when(bare.str.contains(self._number_form)).then(bare)).to_series()
        if self.style.thousands:
            good = good.str.replace_all(self.style.thousands, "", literal=True)
        if self.style.decimal == ",":
            good = good.str.replace_all(",", ".", literal=True)
        found = good.cast(pl.Float64, strict=False)
        wrong = words.is_not_null() & found.is_null()
        signs = [sign for sign in _SIGNS if wrong.any() and bare.filter(wrong).str.contains(sign, literal=True).any()]
        for sign in signs:
            told = f"is not a number: it has {sign}, which `symbols` of `file` would leave out"
            self.note(wrong & bare.str.contains(sign, literal=True), column, told)
        self.note(wrong, column, "is not a number")
        return found

    def day(self, column: str, format: str) -> pl.Series:
        """As Date. Without a format: YYYY-MM-DD or YYYY/MM/DD. A format without a day gives the month's last one."""
        cells = self.frame[column]
        if cells.dtype.is_temporal():
            return cells.cast(pl.Date)
        words = self.text(column)
        if not format:
            ours = words.str.replace_all("/", "-").str.replace(r"[ T]00:00(:00(\.0+)?)?$", "")
            found = ours.str.to_date("%Y-%m-%d", strict=False)
            told = "is not a date such as 2026-11-30; say how dates are written with `format`"
        elif "%d" in format or "%j" in format:
            found = words.str.to_date(format, strict=False)
            told = f"is not a date as in {format}"
        else:
            found = (words + " 01").str.to_date(f"{format} %d", strict=False).dt.month_end()
            told = f"is not a month as in {format}"
        self.note(words.is_not_null() & found.is_null(), column, told)
        return found

    def rejects(self) -> tuple[pl.Series, list[RowError]]:
        """Which rows are wrong, and the errors of all rows, in the order of the file."""
        bad = pl.repeat(False, self.height, dtype=pl.Boolean, eager=True)
        errors = list(self.broken)
        for rows, field, reason in self.wrong:
            new = rows & ~bad
            errors += [RowError(line, field, reason) for line in self.lines.filter(new).to_list()]
            bad = bad | rows
        return bad, sorted(errors, key=lambda error: error.line)


def open_table(content: bytes, style: FileStyle) -> Table:
    """The table in a file's bytes.

    :raises ImportRefused: there is none that can be read.
    """
    if content.startswith(reading.PARQUET):
        frame = reading.parquet_frame(content)
        names = _distinct(frame.columns)
        return Table(frame.rename(dict(zip(frame.columns, names, strict=True))).with_row_index(LINE, 1), style)
    text = _decoded(content, style)
    if is_arff(text):
        text, style = as_rows(text, style)
    separator = style.separator or _found_separator(text, style)
    first = max(style.header - 1, 0)
    if separator == "spaces":
        top = next((line.split() for line in text.splitlines()[first:] if line.strip()), [])
        rows = _by_spaces(text, style.header, len(style.columns or top))
    else:
        top = _line(text, separator, first)
        rows = reading.parted(text, separator, style.header, len(style.columns or top))
    names = _distinct([name.strip().strip("\ufeff") for name in (style.columns or top)])
    return _gathered(rows, names, style)


def _decoded(content: bytes, style: FileStyle) -> str:
    if not style.encoding:
        reading.refuse_what_is_no_table(content)
        return reading.decode(content)
    try:
        return content.decode(style.encoding).removeprefix("\ufeff")
    except (UnicodeDecodeError, LookupError) as error:
        raise ImportRefused(f"the text is not in the encoding {style.encoding}") from error


def _line(text: str, separator: str, skip: int) -> list[str]:
    """The cells of the row after `skip` others."""
    try:
        return next(islice(csv.reader(io.StringIO(text[:_HEAD], newline=""), delimiter=separator), skip, None), [])
    except csv.Error:
        return []


def _found_separator(text: str, style: FileStyle) -> str:
    skip = max(style.header - 1, 0)
    return max(_SEPARATORS, key=lambda separator: len(_line(text, separator, skip)))


def _by_spaces(text: str, skip: int, width: int) -> Iterator[tuple[int, list[str]] | RowError]:
    for number, line in enumerate(text.splitlines(), start=1):
        cells = line.split()
        if number > skip and cells:
            yield (number, cells) if len(cells) == width else RowError(number, "", f"{len(cells)} cells, not {width}")


def _gathered(rows: Iterator[tuple[int, list[str]] | RowError], names: list[str], style: FileStyle) -> Table:
    errors: list[RowError] = []
    frames: list[pl.DataFrame] = []
    schema = {LINE: pl.UInt32(), **dict.fromkeys(names, pl.String())}
    while some := list(islice(rows, _AT_ONCE)):
        good = []
        for row in some:
            if isinstance(row, RowError):
                errors.append(row)
            else:
                good.append((row[0], *row[1]))
        frames.append(pl.DataFrame(good, schema=schema, orient="row"))
    return Table(pl.concat(frames) if frames else pl.DataFrame(schema=schema), style, errors)


def _distinct(names: Sequence[str]) -> list[str]:
    """Names that are empty or taken get one of their own: column_1, name_2."""
    found: list[str] = []
    for number, name in enumerate(names, start=1):
        own = name or f"column_{number}"
        copy = 2
        while own in found or own == LINE:
            own, copy = f"{name}_{copy}", copy + 1
        found.append(own)
    return found
