"""What stands about a person, for those who look at it: the desk and the command line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from ledger.ledger import UnitOfWork
from ledger.tables import Account, Hold
from strategy.holds.facts import in_force
from strategy.holds.kinds import Binds, Lift, kind_of
from strategy.holds.lifting import lifters
from strategy.holds.said import wishes_of


@dataclass(frozen=True, slots=True)
class HeldNow:
    """One hold as people see it.

    `what`: the account's reference or the channel that the scope means; empty for a person or a number. `account`: the
    reference of one of the person's accounts. `binding`: whether it stands now.
    """

    id: str
    account: str
    reason: str
    scope: str
    what: str
    binds: Binds
    lift: Lift
    placed_at: datetime
    placed_by: str
    until: datetime | None
    asked_by: str | None
    why: str | None
    lifted_at: datetime | None
    lifted_by: str | None
    binding: bool


def holds_of(work: UnitOfWork, debtor_id: str | None = None, *, only_binding: bool = True) -> tuple[HeldNow, ...]:
    """The holds of one person or of everybody, the latest first."""
    query = select(Hold).order_by(col(Hold.created_at).desc(), col(Hold.id))
    if debtor_id is not None:
        query = query.where(Hold.debtor_id == debtor_id)
    if only_binding:
        query = query.where(col(Hold.lifted_at).is_(None))
    holds = [hold for hold in work.session.exec(query) if not only_binding or in_force(hold, work.now)]
    references = _references(work, {hold.debtor_id for hold in holds})
    return tuple(_seen(hold, references, work.now) for hold in holds)


@dataclass(frozen=True, slots=True)
class WishNow:
    """One wish as people see it; `account` is the reference of the debt it was said about, if any."""

    id: str
    kind: str
    days: tuple[str, ...]
    hours: str
    value: str
    account: str
    given_at: datetime
    until: datetime | None
    source: str


def wishes_seen(work: UnitOfWork, debtor_id: str) -> tuple[WishNow, ...]:
    """What one person wishes now, the latest first."""
    own = _references(work, {debtor_id}).get(debtor_id, {})
    return tuple(
        WishNow(
            wish.id,
            wish.kind,
            tuple(wish.days),
            wish.hours,
            wish.value,
            own.get(wish.account_id or "", ""),
            wish.given_at,
            wish.until,
            wish.source,
        )
        for wish in wishes_of(work, debtor_id)
    )


def _seen(hold: Hold, references: dict[str, dict[str, str]], now: datetime) -> HeldNow:
    own = references.get(hold.debtor_id, {})
    debt = hold.scope_value or hold.account_id or ""
    return HeldNow(
        id=hold.id,
        account=own.get(debt) or min(own.values(), default=""),
        reason=hold.reason,
        scope=hold.scope,
        what={"debt": own.get(debt, debt), "channel": hold.scope_value}.get(hold.scope, ""),
        binds=kind_of(hold.reason).binds,
        lift=lifters(hold.reason, hold.until),
        placed_at=hold.created_at,
        placed_by=hold.placed_by,
        until=hold.until,
        asked_by=hold.lift_asked_by,
        why=hold.lift_why,
        lifted_at=hold.lifted_at,
        lifted_by=hold.lifted_by,
        binding=in_force(hold, now),
    )


def _references(work: UnitOfWork, debtor_ids: set[str]) -> dict[str, dict[str, str]]:
    """By person: the references of their accounts, by id."""
    columns = select(Account.debtor_id, Account.id, Account.external_ref)
    if len(debtor_ids) <= 1_000:
        columns = columns.where(col(Account.debtor_id).in_(debtor_ids))
    found: dict[str, dict[str, str]] = {}
    for debtor_id, account_id, reference in work.session.exec(columns):
        found.setdefault(debtor_id, {})[account_id] = reference
    return found
