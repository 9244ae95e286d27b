"""Reading a table whose columns have fixed names: delimited text or Parquet, in any order of columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from ledger.importing.cells import Cells
from ledger.importing.reading import PARQUET, content_of, decode, parquet_frame, parted, refuse_what_is_no_table
from ledger.importing.rows import ImportRefused, RowError

T = TypeVar("T")

_SEPARATORS = ",;\t"


def rows_named(content: bytes, must: Sequence[str], may: Sequence[str]) -> Iterator[tuple[int, Cells] | RowError]:
    """The rows of a file, each with its line (a Parquet file: its number from 1), by column.

    :param must: columns that must be there.
    :param may: columns that may be.
    :raises ImportRefused: not a table we can read, or a column is missing, doubled or of another name. Reading on may
        raise it too, when a quotation mark never closes.
    """
    refuse_what_is_no_table(content)
    if content.startswith(PARQUET):
        frame = parquet_frame(content)
        names = _checked(frame.columns, must, may)
        frame.columns = list(names)
        return iter([*enumerate(frame.iter_rows(named=True), start=1)])
    text = decode(content)
    first = text.lstrip().splitlines()[0]
    separator = max(_SEPARATORS, key=first.count)
    try:
        header = next(csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=separator))
    except csv.Error:
        raise ImportRefused("the header has a misplaced quotation mark") from None
    return _of_text(text, separator, _checked(header, must, may))


def read_file(
    path: Path, must: Sequence[str], may: Sequence[str], read_row: Callable[[int, Cells], T | RowError]
) -> tuple[list[T], list[RowError]]:
    """What the rows of a file say, and what is wrong with those that cannot be read; the columns as in `rows_named`.

    :raises ImportRefused: the file cannot be read at all, or has no rows.
    """
    content = content_of(path)
    try:
        read = [row if isinstance(row, RowError) else read_row(*row) for row in rows_named(content, must, may)]
    except ImportRefused as refused:
        raise ImportRefused(f"{path.name}: {refused}") from None
    if not read:
        raise ImportRefused(f"{path.name}: the file has a header but no rows")
    return [row for row in read if not isinstance(row, RowError)], [row for row in read if isinstance(row, RowError)]


def _of_text(text: str, separator: str, names: Sequence[str]) -> Iterator[tuple[int, Cells] | RowError]:
    for row in parted(text, separator, 1, len(names)):
        yield row if isinstance(row, RowError) else (row[0], dict(zip(names, row[1], strict=True)))


def _checked(header: Sequence[str], must: Sequence[str], may: Sequence[str]) -> Sequence[str]:
    names = [name.strip().strip("\ufeff").lower() for name in header]
    if missing := [name for name in must if name not in names]:
        raise ImportRefused(f"the header lacks: {', '.join(missing)}")
    # An unknown column may be a misspelt one, and what it says would be lost.
    if unknown := sorted({name or "(no name)" for name in names} - {*must, *may}):
        raise ImportRefused(f"no such column is known, please leave out or rename: {', '.join(unknown)}")
    if doubled := sorted({name for name in names if names.count(name) > 1}):
        raise ImportRefused(f"these columns are there twice: {', '.join(doubled)}")
    return names
