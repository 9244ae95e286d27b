"""From a file's bytes to rows of cells: encodings, separators, quotation marks, and files that break off."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from ledger.importing.cells import Cells
from ledger.importing.layouts import Layout, detect
from ledger.importing.rows import ImportRefused, RowError

PARQUET = b"PAR1"
"""How every Parquet file begins."""
_SEPARATORS = ",;\t"
_NOT_TEXT = {
    b"\xd0\xcf\x11\xe0": "an .xls workbook; save it as CSV (UTF-8)",
    b"PK\x03\x04": "an .xlsx workbook or a zip archive; save it as CSV (UTF-8)",
    b"\x1f\x8b": "compressed; unpack it first",
    b"\xff\xfe": "UTF-16 text; save it as CSV (UTF-8)",
    b"\xfe\xff": "UTF-16 text; save it as CSV (UTF-8)",
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file with a known layout. `rows` can be walked once; `about` is how many rows to expect, for progress."""

    layout: Layout
    rows: Iterator[tuple[int, Cells] | RowError]
    about: int


def content_of(path: Path) -> bytes:
    """The bytes of a file.

    :raises ImportRefused: it cannot be read, or is called Parquet and is not: taken for text, it would be refused for a
        header that nobody wrote.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ImportRefused(f"{path.name}: the file cannot be read ({error.strerror})") from error
    if content and path.suffix.lower() == ".parquet" and not content.startswith(PARQUET):
        raise ImportRefused(f"{path.name}: the file cannot be read as Parquet; if it is text, call it .csv")
    return content


def read(content: bytes) -> Sheet:
    """Recognise the file and open its rows.

    :raises ImportRefused: not a table we can read, or an unknown layout. Reading on may raise it too, when a
        quotation mark never closes: what follows it cannot be told apart into rows.
    """
    refuse_what_is_no_table(content)
    if content.startswith(PARQUET):
        return _parquet(content)
    return _delimited(decode(content))


def refuse_what_is_no_table(content: bytes) -> None:
    """:raises ImportRefused: the file is empty, a workbook, an archive or UTF-16 text."""
    if not content.strip():
        raise ImportRefused("the file is empty")
    for magic, what in _NOT_TEXT.items():
        if content.startswith(magic):
            raise ImportRefused(f"this is {what}")


def decode(content: bytes) -> str:
    """The text of a file in UTF-8 (with or without a byte order mark) or GB18030.

    A UTF-8 file with a few damaged characters stays UTF-8: read as GB18030 it would turn into plausible nonsense. The
    damage stays visible as U+FFFD, and the rows that have it are rejected one by one.
    """
    text = content.decode("utf-8-sig", errors="replace")
    damaged = text.count("\ufffd")
    if damaged:
        sound = sum(character > "\x7f" for character in text) - damaged
        if damaged > max(1, sound // 10):
            try:
                return content.decode("gb18030")
            except UnicodeDecodeError:
                raise ImportRefused("the text is neither UTF-8 nor GB18030") from None
    return text


def parquet_frame(content: bytes) -> pl.DataFrame:
    """:raises ImportRefused: it cannot be read."""
    try:
        return pl.read_parquet(io.BytesIO(content))
    except (OSError, pl.exceptions.PolarsError) as error:
        raise ImportRefused("the Parquet file cannot be read; it may be truncated") from error


def _parquet(content: bytes) -> Sheet:
    frame = parquet_frame(content)
    layout = detect(frame.columns)
    kept = [(column, ours) for column, ours in zip(frame.columns, layout.columns, strict=True) if ours is not None]
    frame = frame.select(pl.col(column).alias(ours) for column, ours in kept)
    return Sheet(layout, iter(enumerate(frame.iter_rows(named=True), start=1)), frame.height)


def _delimited(text: str) -> Sheet:
    refusal: ImportRefused | None = None
    for separator in _SEPARATORS:
        reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=separator)
        first, second = _peek(reader), _peek(reader)
        try:
            layout = detect(first, second)
        except ImportRefused as refused:
            # The separator that parts the header into most columns knows best what is missing.
            if refusal is None or len(first) > 1:
                refusal = refused
            continue
        return Sheet(layout, _lines(text, separator, layout), text.count("\n"))
    raise refusal or ImportRefused("the file is empty")


def _peek(reader: Any) -> list[str]:
    try:
        return next(reader, [])
    except csv.Error:
        return []


def _lines(text: str, separator: str, layout: Layout) -> Iterator[tuple[int, Cells] | RowError]:
    for row in parted(text, separator, layout.header_rows, len(layout.columns)):
        if isinstance(row, RowError):
            yield row
        else:
            line, cells = row
            yield line, {ours: cell for ours, cell in zip(layout.columns, cells, strict=True) if ours is not None}


def parted(text: str, separator: str, skip: int, width: int) -> Iterator[tuple[int, list[str]] | RowError]:
    """The rows below the first `skip` ones, each with the line on which it starts; empty lines are passed over.

    :raises ImportRefused: a quotation mark never closes.
    """
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=separator)
    for _ in range(skip):
        next(reader, None)
    ends_open = not text.endswith(("\n", "\r"))
    last = text.count("\n") + 1
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "unexpected end" in str(error):
                raise ImportRefused(
                    f"a quotation mark opened in line {line} never closes; the file may be truncated"
                ) from error
            until = f" (up to line {reader.line_num})" if reader.line_num > line else ""
            yield RowError(line, "", f"a quotation mark is misplaced{until}")
            continue
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != width:
            broke_off = len(row) < width and ends_open and reader.line_num >= last
            why = "the line breaks off, the file may be truncated: " if broke_off else ""
            yield RowError(line, "", f"{why}{len(row)} cells, the header has {width}")
            continue
        yield line, row
