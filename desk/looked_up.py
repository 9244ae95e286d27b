"""Staff who look at people's data leave an entry in the audit chain, written before anything is shown."""

from __future__ import annotations

from desk.queue import counts
from ledger.ledger import UnitOfWork
from ledger.named_account import account_called
from ledger.tables import Case

CASE = (
    "name_masked",
    "phone_masked",
    "account",
    "scores",
    "talk",
    "packet",
    "promises",
    "holds",
    "consents",
    "wishes",
    "contacts",
    "note",
)
"""What the page of a case shows of its person."""
EXPLANATION = ("scores", "reasons", "tier", "moves")
"""What an explanation shows of an account."""
CONTACTS = ("plan", "contacts", "holds", "decision")
"""What somebody sees who asks why an account is or is not contacted."""
HOLDS, CONSENTS, WISHES = ("holds",), ("consents",), ("wishes",)


def opened_case(work: UnitOfWork, case_id: str, by: str) -> None:
    """A case is about to be shown to `by`; nothing is noted where there is no such case."""
    case = work.session.get(Case, case_id)
    if case is not None:
        facts = {"by": by, "case": case_id, "account": case.account_id, "shown": list(CASE)}
        work.audit("person.looked_up", case.debtor_id, facts)


def listed_queue(work: UnitOfWork, queue: str | None, by: str) -> None:
    """The waiting cases of a queue (None: of all) are about to be listed, each with the masked name of its person."""
    waiting = counts(work)
    count = sum(waiting.values()) if queue is None else waiting.get(queue, 0)
    work.audit("queue.listed", queue or "all", {"by": by, "cases": count})


def asked_about(work: UnitOfWork, ref: str, shown: tuple[str, ...], by: str) -> None:
    """An account is about to be told of, by its id or the bank's reference; nothing is noted where there is none."""
    account = account_called(work, ref)
    if account is not None:
        work.audit("person.looked_up", account.debtor_id, {"by": by, "account": account.id, "shown": list(shown)})


def listed_holds(work: UnitOfWork, count: int, by: str) -> None:
    """The holds of everybody are about to be listed, each with its reason."""
    work.audit("holds.listed", "all", {"by": by, "holds": count})
