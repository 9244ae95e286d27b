"""What the audit chain and the dial log say, findable by the id they speak of; in a temporary file, not in memory."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Self

AT_ONCE = 500
KEPT = ("contact.", "attempt.", "hold.", "consent.")
"""Kinds of entries that somebody may ask for; the others only have to be in the chain."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the audit chain: where it stands and what it says."""

    seq: int
    kind: str
    facts: dict[str, Any]


@dataclass(slots=True)
class Lookup:
    """Opened with `with`; the file is gone afterwards."""

    folder: TemporaryDirectory[str] = field(default_factory=lambda: TemporaryDirectory(prefix="amends-recheck-"))
    file: sqlite3.Connection = field(init=False)

    def __enter__(self) -> Self:
        self.file = sqlite3.connect(f"{self.folder.name}/lookup.db", isolation_level=None)
        self.file.executescript(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; BEGIN;"
            "CREATE TABLE entry (subject TEXT, kind TEXT, seq INTEGER, facts TEXT);"
            "CREATE TABLE dial (attempt TEXT, line TEXT, asked INTEGER DEFAULT 0)"
        )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.file.close()
        self.folder.cleanup()

    def note_entry(self, entry: dict[str, Any]) -> None:
        """Keep an entry of the chain, given in the order of the chain."""
        if entry["kind"].startswith(KEPT):
            values = (entry["subject"], entry["kind"], entry["seq"], json.dumps(entry["facts"]))
            self.file.execute("INSERT INTO entry VALUES (?, ?, ?, ?)", values)

    def note_dial(self, dial: dict[str, Any]) -> None:
        """Keep a line of the dial log."""
        self.file.execute("INSERT INTO dial (attempt, line) VALUES (?, ?)", (dial["attempt"], json.dumps(dial)))

    def sort(self) -> None:
        """To be called once everything is noted and before anything is asked."""
        self.file.execute("CREATE INDEX entries ON entry (subject, seq)")
        self.file.execute("CREATE INDEX dials ON dial (attempt)")

    def entries(self, subjects: Iterable[str]) -> dict[str, list[Entry]]:
        """By subject, in the order of the chain."""
        found = defaultdict[str, list[Entry]](list)
        for keys in _portions(subjects):
            asked = f"SELECT subject, seq, kind, facts FROM entry WHERE subject IN ({_marks(keys)}) ORDER BY seq"
            for subject, seq, kind, facts in self.file.execute(asked, keys):
                found[subject].append(Entry(seq, kind, json.loads(facts)))
        return found

    def dials(self, attempts: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
        """By attempt. What is never asked for belongs to no attempt that there is: see :meth:`strangers`."""
        found = defaultdict[str, list[dict[str, Any]]](list)
        for keys in _portions(attempts):
            for attempt, line in self.file.execute(
                f"SELECT attempt, line FROM dial WHERE attempt IN ({_marks(keys)})", keys
            ):
                found[attempt].append(json.loads(line))
            self.file.execute(f"UPDATE dial SET asked = 1 WHERE attempt IN ({_marks(keys)})", keys)
        return found

    def strangers(self) -> Iterable[dict[str, Any]]:
        """The dials that nobody has asked for."""
        return (json.loads(line) for (line,) in self.file.execute("SELECT line FROM dial WHERE asked = 0"))


def _portions(keys: Iterable[str]) -> Iterable[list[str]]:
    listed = list(keys)
    return (listed[start : start + AT_ONCE] for start in range(0, len(listed), AT_ONCE))


def _marks(keys: list[str]) -> str:
    return ",".join("?" * len(keys))
