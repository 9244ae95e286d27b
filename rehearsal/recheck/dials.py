"""The dial log, which a carrier writes for itself: was anything dialled that nobody had set out for, or twice?

One JSON object a line, written to the disk before the phone rings:

* ``attempt``, ``account``, ``number``, ``channel``: what was dialled; ``number`` is the blind index, never a number.
* ``at``: ISO 8601 with a zone, by the carrier's clock.
* ``committed`` (optional): the attempt's status and its decision as any other reader of the database saw them at that
  moment, ``{"status": "placing", "allowed": true}``. It tells for certain what clocks that disagree cannot.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from rehearsal.recheck.lookup import Lookup
from rehearsal.recheck.rows import Row, Rows
from rehearsal.recheck.told import Told
from rehearsal.recheck.violation import Violation

NAMED = ("attempt", "account", "number", "channel", "at")


def read(log: Iterable[Path], into: Lookup) -> Iterator[Violation | None]:
    """For each line None, or why it cannot be read.

    :param log: the files of the dial log; each carrier process may write its own.
    """
    for path in log:
        with path.open(encoding="utf-8", errors="replace") as lines:
            for number, line in enumerate(lines, start=1):
                dial = _dial(line)
                if dial is None:
                    yield Violation("dial.unreadable", f"{path.name}:{number}", None, "somebody may have been called")
                else:
                    into.note_dial(dial)
                    yield None


def _dial(line: str) -> dict[str, Any] | None:
    try:
        dial = json.loads(line)
        if not all(isinstance(dial[name], str) for name in NAMED) or datetime.fromisoformat(dial["at"]).tzinfo is None:
            return None
    except (ValueError, KeyError, TypeError):
        return None
    return dict(dial)


def check(rows: Rows, told: Told) -> Iterator[Violation]:
    """Every breach between the attempts and what was dialled for them."""
    for attempt in rows.attempts:
        if attempt["direction"] != "outbound":
            continue
        dials = told.dials.get(attempt["id"], [])
        if len(dials) > 1:
            yield _of(attempt, "dial.twice", f"dialled {len(dials)} times")
        if not dials and attempt["status"] == "finished" and attempt["outcome"] != "unknown":
            yield _of(attempt, "dial.missing", f"ended as {attempt['outcome']}, but nothing was dialled")
        for dial in dials:
            yield from _dial_of(attempt, dial)


def _dial_of(attempt: Row, dial: Row) -> Iterator[Violation]:
    if attempt["placing_at"] is None or attempt["status"] in ("reserved", "released"):
        yield _of(attempt, "dial.not_set_out", f"dialled, but the attempt is {attempt['status']}")
    elif (seen := dial.get("committed")) is not None:
        if seen.get("status") != "placing" or seen.get("allowed") is not True:
            yield _of(attempt, "dial.not_set_out", f"when it was dialled the attempt was {seen.get('status')}")
    elif datetime.fromisoformat(dial["at"]) < attempt["placing_at"]:
        yield _of(attempt, "dial.not_set_out", "dialled before anybody had set out")
    for name, column in (("account", "account_id"), ("number", "number_index"), ("channel", "channel")):
        if dial[name] != attempt[column]:
            yield _of(attempt, "dial.other_contact", f"another {name} than the one that was allowed")


def strangers(lookup: Lookup) -> Iterator[Violation]:
    """Dials of attempts that the ledger does not have; after everything else has been looked at."""
    for dial in lookup.strangers():
        at = datetime.fromisoformat(dial["at"])
        yield Violation("dial.without_attempt", dial["attempt"], at, "dialled, and the ledger knows nothing of it")


def _of(attempt: Row, rule: str, what: str) -> Violation:
    return Violation(rule, attempt["id"], attempt["reserved_at"], what)
