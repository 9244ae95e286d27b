"""Where an ordeal takes place: small enough to be handed to every process."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from ledger.keys import Keys
from ledger.ledger import Clock, Ledger, postgres_engine, sqlite_engine

KEYS: Final = Keys(b"f" * 32, b"i" * 32, b"a" * 32)
START: Final = datetime(2026, 11, 17, 20, 0, tzinfo=UTC)
"""Wednesday morning has begun in Sydney, and nowhere else."""


@dataclass(frozen=True, slots=True)
class Setting:
    """`url` is an SQLAlchemy URL of an empty PostgreSQL database, or None for an SQLite file in `folder`."""

    folder: Path
    url: str | None = None
    seed: int = 1
    flaw: str = ""
    """The mistake that workers make (bench/faults/flaws.py); none but where it is to be found."""

    @property
    def clock_file(self) -> Path:
        return self.folder / "clock"

    @property
    def stop_file(self) -> Path:
        """Once it is there, workers end after the tick they are in."""
        return self.folder / "stop"

    def dial_log(self) -> list[Path]:
        """One file for each life of each worker."""
        return sorted(self.folder.glob("dials-*.jsonl"))

    def open(self, clock: Clock, who: str) -> Ledger:
        """The ledger, with an engine of one's own; ids begin with `who`, which nobody else may use."""
        engine = postgres_engine(self.url) if self.url else sqlite_engine(self.folder / "ledger.db")
        numbers = itertools.count(1)
        return Ledger(engine, KEYS, clock, lambda: f"{who}-{next(numbers)}")
