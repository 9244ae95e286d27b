"""Read the tables of `tests/golden/`: what people say, and what must be understood."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

FOLDER = Path(__file__).parent / "golden"


@dataclass(frozen=True, slots=True)
class Row:
    """One expression and its meaning in the signs that the head of its table explains.

    `today` is the day on which it is said, `payday` the known day of the month, where the table names them; `heard`:
    by a recogniser, not typed.
    """

    said: str
    meant: str
    today: date | None
    payday: int | None
    heard: bool


def rows(name: str) -> Iterator[Row]:
    """The rows of `tests/golden/NAME.txt`, in order.

    :raises ValueError: a line without " => ".
    """
    today, payday, heard = None, None, False
    for line in (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("@"):
            sign, _, value = line[1:].partition(" ")
            if sign == "today":
                today, payday = date.fromisoformat(value), None
            elif sign == "payday":
                payday = int(value)
            else:
                heard = value == "yes"
        elif line and not line.startswith("#"):
            said, arrow, meant = line.partition(" => ")
            if not arrow:
                raise ValueError(f"{name}.txt: no arrow in one line")
            yield Row(said, meant, today, payday, heard)
