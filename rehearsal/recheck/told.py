"""What was written down about some contacts outside their rows: the entries of the audit chain, and the dials."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from rehearsal.recheck.lookup import Entry, Lookup
from rehearsal.recheck.rows import Row, Rows


@dataclass(frozen=True, slots=True)
class Told:
    """By subject and by attempt, about the people of one `Rows`."""

    entries: dict[str, list[Entry]]
    dials: dict[str, list[Row]]

    def first(self, subject: str | None, kind: str) -> Entry | None:
        """The first entry of this kind about it, if there is one."""
        of_subject = self.entries.get(subject, []) if subject is not None else []
        return next((entry for entry in of_subject if entry.kind == kind), None)

    def before(self, attempt: Row, subject: str, kind: str, at: datetime) -> bool | None:
        """Whether something was recorded before the gate was last asked about an attempt; None when both came at once.

        It is asked when the attempt is reserved, and once more when somebody sets out. The chain knows it for certain.
        Clocks of several processes disagree, so they are believed only where it is silent.
        """
        recorded = self.first(subject, kind)
        asked = self.first(attempt["id"], "attempt.set_out") or self.first(attempt["decision_id"], "contact.decided")
        if recorded is not None and asked is not None:
            return recorded.seq < asked.seq
        return None if at == attempt["reserved_at"] else at < attempt["reserved_at"]


def told(lookup: Lookup, rows: Rows) -> Told:
    """Everything that was told about these people."""
    attempts = [attempt["id"] for attempt in rows.attempts]
    others = (row["id"] for row in (*rows.holds, *rows.consents, *rows.reported))
    return Told(lookup.entries([*rows.decisions, *attempts, *others]), lookup.dials(attempts))
