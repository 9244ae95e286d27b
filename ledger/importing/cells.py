"""Reading one cell. Pure; every refusal carries the column and a reason that does not quote the value."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

Cell = str | int | float | bool | Decimal | date | None
Cells = Mapping[str, Cell]

LARGEST = Decimal(10) ** 13
"""Above this an amount in any currency is a slip of the file, and hundredths would not fit the column."""

_NUMBER = re.compile(r"[+-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?", re.ASCII)
_DATE = re.compile(r"(\d{4})([-/])(\d{1,2})\2(\d{1,2})(?:[ T]00:00(?::00)?)?", re.ASCII)
_PHONE = re.compile(r"\+\d{8,15}", re.ASCII)
_UNREADABLE = "\ufffd"


class BadCell(Exception):
    """A cell that cannot be read; it ends the reading of its row and becomes a RowError there."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


def text(cells: Cells, field: str, longest: int = 200) -> str:
    """The cell as text without outer spaces; empty when there is nothing. Whole floats lose their '.0'."""
    value = cells.get(field)
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    found = str(value).strip()
    if _UNREADABLE in found:
        raise BadCell(field, "has a character that cannot be read in the file's encoding")
    if any(unicodedata.category(character) in ("Cc", "Cf") for character in found):
        raise BadCell(field, "has a control character")
    if len(found) > longest:
        raise BadCell(field, f"is longer than {longest} characters")
    return found


def required(cells: Cells, field: str, longest: int = 200) -> str:
    """Text that must be there."""
    found = text(cells, field, longest)
    if not found:
        raise BadCell(field, "is empty")
    return found


def number(cells: Cells, field: str) -> Decimal | None:
    """An exact number, or None for an empty cell. Thousands may be grouped with commas, decimals follow a point."""
    value = cells.get(field)
    if value is None:
        return None
    if isinstance(value, bool | date):
        raise BadCell(field, "is not a number")
    if isinstance(value, str):
        found = value.strip()
        if not found:
            return None
        if not _NUMBER.fullmatch(found):
            raise BadCell(field, "is not a number such as 1234.56 or 1,234.56")
        exact = Decimal(found.replace(",", ""))
    else:
        # The shortest decimal that gives this float back is what the writer of the file meant.
        exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not exact.is_finite():
        raise BadCell(field, "is not a finite number")
    if abs(exact) >= LARGEST:
        raise BadCell(field, "is too large to be true")
    return exact


def money(cells: Cells, field: str) -> Decimal | None:
    """An amount with at most two decimals, or None for an empty cell."""
    found = number(cells, field)
    if found is None:
        return None
    cents = found.quantize(Decimal("0.01"))
    if cents != found:
        raise BadCell(field, "has more than two decimals")
    return cents


def required_money(cells: Cells, field: str) -> Decimal:
    """An amount that must be there."""
    found = money(cells, field)
    if found is None:
        raise BadCell(field, "is empty")
    return found


def whole(cells: Cells, field: str, lowest: int, highest: int) -> int:
    """A whole number within limits, both included."""
    found = number(cells, field)
    if found is None:
        raise BadCell(field, "is empty")
    if found != found.to_integral_value():
        raise BadCell(field, "is not a whole number")
    if not lowest <= found <= highest:
        raise BadCell(field, f"is not between {lowest} and {highest}")
    return int(found)


def day(cells: Cells, field: str) -> date:
    """A date as YYYY-MM-DD or YYYY/MM/DD; other orders are refused, since 03/04 is two different days."""
    value = cells.get(field)
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    match = _DATE.fullmatch(required(cells, field))
    if not match:
        raise BadCell(field, "is not a date such as 2026-11-30")
    try:
        return date(int(match[1]), int(match[3]), int(match[4]))
    except ValueError:
        raise BadCell(field, "is not a day of the calendar") from None


def moment(cells: Cells, field: str, now: datetime) -> datetime:
    """ISO 8601 with a zone, as aware UTC; not after `now`."""
    value = cells.get(field)
    try:
        at = value if isinstance(value, datetime) else datetime.fromisoformat(required(cells, field))
        if at.tzinfo is None:
            raise BadCell(field, "has no zone, so nobody can say which hour it was")
        at = at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadCell(field, "is not a time such as 2026-03-04T17:05:00+08:00") from None
    if at > now:
        raise BadCell(field, "lies in the future")
    return at


def word(cells: Cells, field: str, known: Collection[str]) -> str:
    """One of the words known, in small letters."""
    found = required(cells, field).lower()
    if found not in known:
        raise BadCell(field, f"is none of {', '.join(sorted(known))}")
    return found


def phone_number(cells: Cells, field: str) -> str:
    """E.164, or empty. It is personal: keep a blind index of it and nothing else."""
    found = text(cells, field).replace(" ", "").replace("-", "")
    if found and not _PHONE.fullmatch(found):
        raise BadCell(field, "is not a number with its country code, such as +8613800000000")
    return found


def listed(cells: Cells, field: str) -> tuple[str, ...] | None:
    """Values parted by ';' or '|', or None for an empty cell."""
    found = text(cells, field)
    if not found:
        return None
    return tuple(part.strip() for part in re.split(r"[;|]", found) if part.strip())
