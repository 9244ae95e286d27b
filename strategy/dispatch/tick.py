"""One beat of the dispatcher: every planned contact that is due is decided, and placed when it is allowed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

import structlog
from sqlmodel import col, select

from ledger.ledger import Ledger
from ledger.tables import PlannedContact
from strategy.dispatch.attempts import finish
from strategy.dispatch.reservation import Refused, Reserved, reserve
from strategy.policy.packs import Packs
from strategy.treatment_of import bot_may_begin

Place = Callable[[Reserved], str]
"""Makes one contact and returns its outcome (strategy.policy.facts.OUTCOMES). It is called outside any transaction."""

TOO_OLD: Final = timedelta(hours=12)
"""A slot missed by this much belongs to another day; the account is planned anew."""
AT_ONCE: Final = 50
"""Contacts one beat takes on, so that a backlog does not keep the other beats waiting."""


@dataclass(slots=True)
class Ticked:
    """What one beat did. `faults` counts contacts that broke while being placed; each stands as 'unknown'."""

    due: int = 0
    allowed: int = 0
    denied: int = 0
    superseded: int = 0
    faults: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)


def tick(ledger: Ledger, packs: Packs, place: Place, at_once: int = AT_ONCE) -> Ticked:
    """Work through what is due at the ledger's now, oldest slot first.

    For each contact one write transaction holds facts, decision, reservation and audit entry; only then is it placed,
    and a second transaction records the outcome. A crash in between leaves a reserved attempt, which `reconcile`
    marks and nobody dials again.

    :raises StrategyUnreadable: whose an account is cannot be told; nothing more is placed then.
    """
    done = Ticked()
    with ledger.read() as work:
        due = work.session.exec(
            select(PlannedContact.id)
            .where(PlannedContact.status == "planned", col(PlannedContact.slot) <= work.now)
            .order_by(col(PlannedContact.slot), col(PlannedContact.id))
            .limit(at_once)
        ).all()
    for planned_id in due:
        done.due += 1
        result = _decide(ledger, packs, planned_id)
        if isinstance(result, Reserved):
            done.allowed += 1
            outcome = _placed(place, result, done)
            done.outcomes[outcome] += 1
            with ledger.begin() as work:
                finish(work, result.attempt_id, outcome)
        elif isinstance(result, Refused):
            done.denied += 1
            done.reasons.update(result.codes)
        else:
            done.superseded += 1
    return done


def _decide(ledger: Ledger, packs: Packs, planned_id: str) -> Reserved | Refused | None:
    """None when it is no longer wanted: taken by another beat, of another day, or the account is not the bot's."""
    with ledger.begin() as work:
        planned = work.session.get_one(PlannedContact, planned_id)
        # Read again inside the write transaction: a second dispatcher may have been quicker.
        if planned.status != "planned":
            return None
        if work.now - planned.slot > TOO_OLD:
            planned.status = "superseded"
            return None
        # Since it was planned, a new tier or a broken feed may have given the account to people, or chance to nobody.
        if planned.agent == "bot" and not bot_may_begin(work, planned.account_id):
            planned.status = "superseded"
            return None
        result = reserve(work, packs, planned.account_id, planned.channel, planned.agent, planned.id)
        planned.status = "allowed" if isinstance(result, Reserved) else "denied"
        return result


def _placed(place: Place, contact: Reserved, done: Ticked) -> str:
    try:
        return place(contact)
    except Exception as error:
        # Whether the phone rang is not known, so it counts as if it had; the others due must not wait for the cause.
        done.faults += 1
        structlog.get_logger().error(
            "contact.place_failed", attempt_id=contact.attempt_id, channel=contact.channel, exc_info=error
        )
        return "unknown"
