"""The reject file: which rows were left out, and why, in a form that is safe to open in a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from ledger.importing.rows import RowError

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(text: str) -> str:
    """Text that no spreadsheet takes for a formula (OWASP: CSV injection)."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def reject_file(errors: Sequence[RowError], home: Path, name: str) -> Path | None:
    """Where the rejected rows were written down, in the order of their lines; None when there are none."""
    if not errors:
        return None
    path = home / "rejects" / f"{name}.csv"
    write_rejects(errors, path)
    return path


def write_rejects(errors: Sequence[RowError], path: Path) -> None:
    """Write line, field and reason of each rejected row; UTF-8 with a byte order mark, so that Excel reads it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow(("line", "field", "reason"))
        writer.writerows((error.line, safe_cell(error.field), safe_cell(error.reason)) for error in errors)
