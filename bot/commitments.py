"""What a debtor has agreed to, written down: a promise or a plan, and the confirmation they are to get in writing."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Final

from sqlmodel import bindparam, col, select

from bot.instalments import Plan
from bot.promises import Offer
from bot.talk import Talk
from ledger.tables import Confirmation, InstalmentPlan, Promise

DISPOSITION: Final = "promise_to_pay"

_OPEN = (
    select(Promise)
    .where(Promise.account_id == bindparam("account"), Promise.status == "open")
    .order_by(col(Promise.due_on), col(Promise.confirmed_at).desc())
)


_ANY_OPEN = select(Promise.id).where(Promise.account_id == bindparam("account"), Promise.status == "open").limit(1)


def has_open_promise(talk: Talk) -> bool:
    """Whether anything promised on the account is still to be kept."""
    asked = {"account": talk.conversation.account_id}
    talk.work.session.flush()
    return talk.work.session.connection().execute(_ANY_OPEN, asked).first() is not None


def open_promise(talk: Talk) -> Promise | None:
    """The account's promise that is still to be kept, if any; of a plan, the part that comes next."""
    found: Promise | None = talk.work.session.execute(_OPEN, {"account": talk.account.id}).scalars().first()
    return found


def record_promise(talk: Talk, offer: Offer, read_back_at: str) -> str:
    """Record a promise read back at `read_back_at` (ISO 8601) and confirmed now; it replaces what was open before.

    :returns: the reference that the debtor is told.
    """
    _replace_earlier(talk)
    promise = Promise(
        id=talk.work.new_id(),
        account_id=talk.account.id,
        conversation_id=talk.conversation.id,
        amount=offer.amount.amount,
        currency=offer.amount.currency,
        due_on=offer.due_on,
        read_back_at=datetime.fromisoformat(read_back_at),
        confirmed_at=talk.work.now,
    )
    talk.work.session.add(promise)
    talk.work.session.flush()
    talk.work.audit("promise.recorded", promise.id, {"clears_due": offer.clears_due})
    return _confirm(talk, promise_id=promise.id)


def record_plan(talk: Talk, plan: Plan, read_back_at: str) -> str:
    """Record a plan and a promise for each part, read back and confirmed like :func:`record_promise`."""
    _replace_earlier(talk)
    session, told = talk.work.session, datetime.fromisoformat(read_back_at)
    due = talk.account.amount_due
    recorded = InstalmentPlan(
        id=talk.work.new_id(),
        account_id=talk.account.id,
        conversation_id=talk.conversation.id,
        parts=len(plan.parts),
        every=plan.every,
        amount=due,
        currency=talk.account.currency,
        read_back_at=told,
        confirmed_at=talk.work.now,
    )
    session.add(recorded)
    session.flush()
    talk.work.audit("plan.recorded", recorded.id, {"parts": recorded.parts, "every": recorded.every})
    for number, part in enumerate(plan.parts, 1):
        promise = Promise(
            id=talk.work.new_id(),
            account_id=talk.account.id,
            conversation_id=talk.conversation.id,
            amount=part.amount.amount,
            currency=part.amount.currency,
            due_on=part.due_on,
            read_back_at=told,
            confirmed_at=talk.work.now,
            plan_id=recorded.id,
            part=number,
        )
        session.add(promise)
        session.flush()
        talk.work.audit("promise.recorded", promise.id, {"clears_due": False})
    return _confirm(talk, plan_id=recorded.id)


def last_reference(talk: Talk) -> str | None:
    """The reference of what was agreed to last on this account, if it is still to be kept."""
    if open_promise(talk) is None:
        return None
    found = select(Confirmation.reference).where(Confirmation.account_id == talk.account.id)
    return talk.work.session.exec(found.order_by(col(Confirmation.made_at).desc()).limit(1)).first()


def _replace_earlier(talk: Talk) -> None:
    session = talk.work.session
    open_ones = select(Promise).where(Promise.account_id == talk.account.id, Promise.status == "open")
    for promise in session.exec(open_ones):
        promise.status = "superseded"
    plans = select(InstalmentPlan).where(InstalmentPlan.account_id == talk.account.id, InstalmentPlan.status == "open")
    for plan in session.exec(plans):
        plan.status = "superseded"


def _confirm(talk: Talk, *, promise_id: str | None = None, plan_id: str | None = None) -> str:
    """Have a confirmation wait for the gateway (bot/chat/confirmations.py); its reference."""
    reference = reference_of(promise_id or plan_id or "")
    talk.work.session.add(
        Confirmation(
            id=talk.work.new_id(),
            account_id=talk.account.id,
            promise_id=promise_id,
            plan_id=plan_id,
            reference=reference,
            language=talk.language,
            made_at=talk.work.now,
        )
    )
    talk.conversation.stage, talk.conversation.disposition = "talking", DISPOSITION
    talk.work.session.flush()
    return reference


def reference_of(record_id: str) -> str:
    """Six figures, "481 507": short enough to be said, and the same whenever they are worked out."""
    number = int.from_bytes(hashlib.sha256(record_id.encode()).digest()[:6], "big") % 1_000_000
    return f"{number // 1000:03d} {number % 1000:03d}"
