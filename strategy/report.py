"""The day in figures: each is a count over records, so that anybody can count again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func
from sqlalchemy.orm import Mapped
from sqlmodel import col, select

from ledger.latest import is_latest_assignment
from ledger.ledger import UnitOfWork
from ledger.tables import (
    Account,
    Attempt,
    Case,
    Conversation,
    Decision,
    Hold,
    PlannedContact,
    Promise,
    Score,
    TierAssignment,
    WrapUp,
)
from strategy.quality.feed import feed_state, waiting_accounts


@dataclass(frozen=True, slots=True)
class Contacts:
    """Planned contacts of the period and what the gate said of them; one denial may have several reasons."""

    planned: int
    allowed: int
    denied: int
    denied_by_reason: dict[str, int]
    outcomes: dict[str, int]


@dataclass(frozen=True, slots=True)
class Report:
    """From `since` (inclusive) to `until` (exclusive), aware UTC; accounts, scores and tiers as they stand."""

    since: datetime
    until: datetime
    accounts: int
    scored: int
    feed: str
    """'ok', 'warned', 'accepted' or 'broken': what the latest import was found to be."""
    waiting_for_feed: int
    """Open accounts that are with people because what is known of them came in broken."""
    tiers: dict[str, int]
    arms: dict[str, int]
    """Open accounts by arm: whom chance, and not the grid, decides about."""
    contacts: Contacts
    conversations: int
    right_party_contacts: int
    dispositions: dict[str, int]
    promises: int
    promised: dict[str, Decimal]
    holds: int
    holds_by_reason: dict[str, int]
    escalations: dict[str, int]
    cases_waiting: int
    wrap_ups: dict[str, int]


def report(work: UnitOfWork, since: datetime, until: datetime) -> Report:
    """Count the records of one period."""
    session = work.session
    feed = feed_state(work)
    open_accounts = session.exec(select(func.count()).select_from(Account).where(Account.status == "open")).one()
    scored = session.exec(
        select(func.count(func.distinct(Score.account_id)))
        .join(Account, col(Account.id) == Score.account_id)
        .where(Account.status == "open")
    ).one()
    talks = session.exec(
        select(Conversation).where(col(Conversation.opened_at) >= since, col(Conversation.opened_at) < until)
    ).all()
    promises = session.exec(
        select(Promise).where(col(Promise.confirmed_at) >= since, col(Promise.confirmed_at) < until)
    ).all()
    promised: dict[str, Decimal] = {}
    for promise in promises:
        promised[promise.currency] = promised.get(promise.currency, Decimal(0)) + promise.amount
    holds = session.exec(select(Hold.reason).where(col(Hold.created_at) >= since, col(Hold.created_at) < until)).all()
    cases = session.exec(select(Case.trigger).where(col(Case.opened_at) >= since, col(Case.opened_at) < until)).all()
    wrapped = session.exec(select(WrapUp.disposition).where(col(WrapUp.at) >= since, col(WrapUp.at) < until)).all()
    return Report(
        since=since,
        until=until,
        accounts=open_accounts,
        scored=scored,
        feed=feed.status,
        waiting_for_feed=waiting_accounts(work, feed),
        tiers=_placed(work, col(TierAssignment.tier)),
        arms=_placed(work, col(TierAssignment.arm)),
        contacts=_contacts(work, since, until),
        conversations=len(talks),
        right_party_contacts=sum(talk.verified for talk in talks),
        dispositions=_counted(talk.disposition or "unfinished" for talk in talks),
        promises=len(promises),
        promised=promised,
        holds=len(holds),
        holds_by_reason=_counted(holds),
        escalations=_counted(cases),
        cases_waiting=session.exec(select(func.count()).select_from(Case).where(Case.status != "wrapped")).one(),
        wrap_ups=_counted(wrapped),
    )


def _placed(work: UnitOfWork, by: Mapped[str]) -> dict[str, int]:
    """Open accounts by one column of their latest assignment."""
    rows = work.session.exec(
        select(by)
        .join(Account, col(Account.id) == TierAssignment.account_id)
        .where(is_latest_assignment(), Account.status == "open")
    ).all()
    return _counted(rows)


def _contacts(work: UnitOfWork, since: datetime, until: datetime) -> Contacts:
    planned = work.session.exec(
        select(func.count())
        .select_from(PlannedContact)
        .where(PlannedContact.slot >= since, PlannedContact.slot < until)
    ).one()
    decisions = work.session.exec(
        select(Decision.allowed, Decision.reasons).where(
            col(Decision.planned_id).is_not(None), Decision.at >= since, Decision.at < until
        )
    ).all()
    outcomes = work.session.exec(
        select(Attempt.outcome).where(
            col(Attempt.planned_id).is_not(None), col(Attempt.reserved_at) >= since, col(Attempt.reserved_at) < until
        )
    ).all()
    denied = [reasons for allowed, reasons in decisions if not allowed]
    return Contacts(
        planned=planned,
        allowed=len(decisions) - len(denied),
        denied=len(denied),
        denied_by_reason=_counted(code for reasons in denied for code in {reason["code"] for reason in reasons}),
        outcomes=_counted(outcome or "unfinished" for outcome in outcomes),
    )


def _counted(values: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(values).items(), key=lambda item: (-item[1], item[0])))
