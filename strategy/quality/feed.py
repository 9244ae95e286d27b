"""Feed checks in the ledger: writing one down, what state the feed is in, and a person's word against a finding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from sqlmodel import case, col, func, select

from ledger.ledger import UnitOfWork
from ledger.tables import Account, FeedCheck, ImportBatch
from strategy.quality.findings import Finding, broken_parts, from_json, status_of

IMPORT = "import"
SCORE = "score"
LONGEST_REASON = 500


class NotAcceptable(Exception):
    """There is nothing to accept under that id, or nobody says why; the message is one clear line."""


@dataclass(frozen=True, slots=True)
class FeedState:
    """Whether what the feed brought may be acted upon.

    While `broken`, nothing gets a new score. The accounts of `broken_batches` belong to people, whatever else is known
    of them; that may be so of an older batch while the feed itself is well again. Scores and tiers of all other
    accounts stay. Where the latest scoring run found its own scores worth nothing, that is so of every batch, until a
    scoring run finds otherwise.
    """

    status: str
    """Of the latest import: 'ok', 'warned', 'broken', or 'accepted' where a person accepted what was broken."""
    check_id: str | None
    """The latest import's check; None where nothing was imported with a check yet."""
    broken_imports: frozenset[str]
    """Import batches that were found broken and that nobody accepted."""
    broken_batches: frozenset[str]
    """Those whose accounts belong to people: the broken imports, or all while scores are broken."""

    @property
    def broken(self) -> bool:
        return self.status == "broken"


def feed_state(work: UnitOfWork) -> FeedState:
    """The state of the feed now. An import newer than a broken one, and good, heals the accounts that it describes."""
    columns = select(FeedCheck.id, FeedCheck.batch_id, FeedCheck.status, FeedCheck.accepted_by)
    # Of two at one moment the broken one counts.
    oldest_first = columns.where(FeedCheck.kind == IMPORT).order_by(
        col(FeedCheck.at), case((col(FeedCheck.status) == "broken", 1), else_=0)
    )
    checks = work.session.exec(oldest_first).all()
    latest = {batch_id: (status, accepted_by) for _, batch_id, status, accepted_by in checks}
    broken = frozenset(batch_id for batch_id, (status, by) in latest.items() if status == "broken" and not by)
    of_people = frozenset(work.session.exec(select(ImportBatch.id))) if _scores_broken(work) else broken
    if not checks:
        return FeedState("ok", None, broken, of_people)
    check_id, _, status, accepted_by = checks[-1]
    known = "accepted" if status == "broken" and accepted_by else status
    return FeedState(known, check_id, broken, of_people)


def _scores_broken(work: UnitOfWork) -> bool:
    latest = latest_check(work, SCORE)
    return latest is not None and latest.status == "broken" and not latest.accepted_by


def came_in_broken(work: UnitOfWork, account_id: str) -> bool:
    """Whether what is known of this account came in broken, so that only people may act on it."""
    checks = (
        select(FeedCheck.status, FeedCheck.accepted_by)
        .join(Account, col(Account.batch_id) == FeedCheck.batch_id)
        .where(Account.id == account_id, FeedCheck.kind == IMPORT)
    )
    return any(status == "broken" and not by for status, by in work.session.exec(checks)) or _scores_broken(work)


def waiting_accounts(work: UnitOfWork, state: FeedState) -> int:
    """How many open accounts wait for people because what is known of them came in broken."""
    count = select(func.count()).select_from(Account).where(Account.status == "open")
    return work.session.exec(count.where(col(Account.batch_id).in_(state.broken_batches))).one()


def record(work: UnitOfWork, batch_id: str, kind: str, findings: Sequence[Finding]) -> FeedCheck:
    """Write a check down, in the transaction of what it is about, and say aloud what is not well.

    What a person accepted of one scoring run is accepted of the next ones, for as long as no more than that is broken.
    """
    status = status_of(findings)
    check = FeedCheck(
        id=work.new_id(),
        batch_id=batch_id,
        kind=kind,
        status=status,
        findings=[finding.to_json() for finding in findings],
        at=work.now,
    )
    if kind == SCORE and status == "broken":
        before = latest_check(work, SCORE)
        if before is not None and before.accepted_by and broken_parts(findings) <= broken_parts(findings_of(before)):
            check.accepted_by, check.accepted_reason = before.accepted_by, before.accepted_reason
    work.session.add(check)
    work.session.flush()
    work.audit("feed.checked", check.id, {"batch": batch_id, "kind": kind, "status": status})
    odd = sorted({f"{found.check}:{found.column}" for found in findings if found.level != "ok"})
    log = structlog.get_logger()
    if status == "broken" and not check.accepted_by:
        log.error("feed.broken", batch_id=batch_id, check=check.id, status=status, reasons=odd)
    elif odd:
        log.warning("feed.warned", batch_id=batch_id, check=check.id, status=status, reasons=odd)
    return check


def accept(work: UnitOfWork, check_id: str, by: str, reason: str) -> FeedCheck:
    """A person takes the data of a broken check as they are; the next scoring run works with them again.

    :raises NotAcceptable: no such check, it is not broken, it was accepted before, or name or reason is missing.
    """
    by, reason = by.strip(), reason.strip()
    check = work.session.get(FeedCheck, check_id)
    if check is None:
        raise NotAcceptable(f"there is no check {check_id}; `amends quality` shows them")
    if check.status != "broken":
        raise NotAcceptable(f"check {check_id} is {check.status}: there is nothing to accept")
    if check.accepted_by:
        raise NotAcceptable(f"check {check_id} was accepted before, by {check.accepted_by}")
    if not by or not reason or len(reason) > LONGEST_REASON:
        raise NotAcceptable(f"a name and a reason of 1 to {LONGEST_REASON} characters are needed")
    check.accepted_by, check.accepted_reason = by, reason
    work.session.add(check)
    work.audit("feed.accepted", check.id, {"by": by})
    return check


def latest_check(work: UnitOfWork, kind: str) -> FeedCheck | None:
    """The newest check of a kind."""
    newest = select(FeedCheck).where(FeedCheck.kind == kind).order_by(col(FeedCheck.at).desc())
    return work.session.exec(newest.limit(1)).first()


def findings_of(check: FeedCheck) -> list[Finding]:
    """Its findings, as values."""
    return [from_json(found) for found in check.findings]
