"""Paging whoever is on duty: one JSON line a page, for the bank's own pager to pick up.

A page is written with its case, in one transaction, and sent right after; what a crash kept back is sent by the next
beat. So none is lost, and one may come twice. A line names the case and nothing about anybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlmodel import col, select
from sqlmodel.sql.expression import Select

from ledger import private_lines
from ledger.ledger import Ledger
from ledger.tables import Case, Page


@dataclass(frozen=True, slots=True)
class Pager:
    """Sends the pages of `ledger` by writing them to `file`, which its owner alone may read."""

    ledger: Ledger
    file: Path

    def send(self) -> int:
        """Send every page that waits, oldest first, and say how many there were.

        :raises OSError: a line could not be written; that page and the later ones wait for the next call.
        """
        with self.ledger.read() as work:
            if work.session.exec(_waiting().limit(1)).first() is None:
                return 0
        with self.ledger.begin() as work:
            found = work.session.exec(_waiting()).all()
            for page, case in found:
                private_lines.append(
                    self.file,
                    {
                        "case": case.id,
                        "trigger": case.trigger,
                        "priority": case.priority,
                        "queue": case.queue,
                        "notify": page.notify,
                        "at": page.made_at.isoformat(),
                    },
                )
                page.sent_at = work.now
                work.session.add(page)
                work.audit("case.paged", case.id, {"notify": page.notify})
        return len(found)

    def alarm(self, reason: str, conversation_id: str) -> None:
        """Page about a talk of which nothing could be recorded, not even a case.

        :raises OSError: not even that could be written.
        """
        told = {"conversation": conversation_id, "trigger": reason, "priority": "P0", "notify": ["on_call"]}
        private_lines.append(self.file, {**told, "at": self.ledger.clock().isoformat()})


def _waiting() -> Select[Page, Case]:
    return (
        select(Page, Case)
        .join(Case, col(Case.id) == Page.case_id)
        .where(col(Page.sent_at).is_(None))
        .order_by(col(Page.made_at), col(Page.id))
    )
