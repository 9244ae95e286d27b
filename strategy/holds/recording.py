"""Writing holds and their lifting down: the one way in for the bot, the desk, files and the command line.

A hold is in the records before anybody is told of it: call `place` first and speak afterwards, in one transaction. When
it cannot be written, the exception keeps the words from being said.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlmodel import col, select

from ledger.ledger import UnitOfWork
from ledger.tables import Account, Debtor, Hold
from strategy.holds.kinds import kind_of
from strategy.holds.lifting import Held, Lifted, Refused, is_person, may_ask, may_lift
from strategy.holds.placing import About, NewHold, new_hold, stands_already


def place(work: UnitOfWork, debtor_id: str, wanted: NewHold, by: str, conversation_id: str | None = None) -> Hold:
    """Write a hold down. `by`: 'bot', 'import', 'system' or a staff name.

    :raises sqlalchemy.exc.SQLAlchemyError: it could not be written, and nothing may be confirmed.
    """
    hold = Hold(
        id=work.new_id(),
        debtor_id=debtor_id,
        account_id=wanted.account_id,
        conversation_id=conversation_id,
        scope=wanted.scope,
        scope_value=wanted.scope_value,
        reason=wanted.reason,
        created_at=work.now,
        placed_by=by,
        until=wanted.until,
    )
    work.session.add(hold)
    work.session.flush()
    until = wanted.until and wanted.until.isoformat()
    work.audit("hold.placed", hold.id, {"reason": wanted.reason, "scope": wanted.scope, "until": until, "by": by})
    return hold


def place_by_hand(
    work: UnitOfWork,
    account_id: str,
    kind: str,
    by: str,
    *,
    scope: str | None = None,
    channel: str | None = None,
    until: datetime | None = None,
    since: date | None = None,
    treatment_ends: date | None = None,
) -> Hold | Refused:
    """Place a hold of a kind that people may place, on the person who owes `account_id`; the rest as in `new_hold`.

    The same hold is not placed twice: one that stands already, open like it or as long in days, is refused as such.

    :raises sqlalchemy.exc.NoResultFound: there is no such account.
    """
    if not is_person(by):
        return Refused("no_name")
    if not kind_of(kind).by_hand:
        return Refused("hold_kind")
    account = work.session.get_one(Account, account_id)
    number = work.session.get_one(Debtor, account.debtor_id).phone_index
    wanted = new_hold(
        kind,
        About(account.id, channel or "", number),
        work.now,
        scope=scope,
        until=until,
        since=since,
        treatment_ends=treatment_ends,
    )
    if isinstance(wanted, Refused):
        return wanted
    if _stands(work, account.debtor_id, wanted):
        return Refused("stands_already")
    return place(work, account.debtor_id, wanted, by)


def ask_lift(work: UnitOfWork, hold_id: str, by: str, why: str) -> Hold | Refused:
    """Ask for a hold to be lifted, for a reason of LIFT_REASONS; a later asker takes an earlier one's place."""
    hold = work.session.get(Hold, hold_id)
    if hold is None:
        return Refused("no_hold")
    if refused := may_ask(held(hold), by, why, work.now):
        return refused
    hold.lift_asked_at, hold.lift_asked_by, hold.lift_why = work.now, by, why
    work.session.add(hold)
    work.session.flush()
    work.audit("hold.lift_asked", hold.id, {"by": by, "why": why})
    return hold


def lift(work: UnitOfWork, hold_id: str, by: str, why: str = "") -> Hold | Refused:
    """Lift a hold, or say why not; an attempt that was refused is on record, too.

    :param why: a reason of LIFT_REASONS; needed unless somebody gave one when asking.
    """
    hold = work.session.get(Hold, hold_id)
    if hold is None:
        return Refused("no_hold")
    answer = may_lift(held(hold), by, work.now)
    reason = hold.lift_why or why
    if isinstance(answer, Lifted) and (refused := may_ask(held(hold), by, reason, work.now)):
        answer = refused
    if isinstance(answer, Refused):
        work.audit("hold.lift_refused", hold.id, {"by": by, "why": answer.why})
        return answer
    hold.lifted_at, hold.lifted_by, hold.lift_why = answer.at, answer.by, reason
    work.session.add(hold)
    work.session.flush()
    work.audit("hold.lifted", hold.id, {"by": by, "asked_by": hold.lift_asked_by, "why": reason})
    return hold


def held(hold: Hold) -> Held:
    """A recorded hold, as far as lifting goes."""
    return Held(hold.reason, hold.until, hold.lift_asked_by, hold.lifted_at)


def _stands(work: UnitOfWork, debtor_id: str, wanted: NewHold) -> bool:
    same = select(Hold.until).where(
        Hold.debtor_id == debtor_id,
        Hold.reason == wanted.reason,
        Hold.scope == wanted.scope,
        Hold.scope_value == wanted.scope_value,
        col(Hold.lifted_at).is_(None),
    )
    return stands_already(work.session.exec(same).all(), wanted.until)
