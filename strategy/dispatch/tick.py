"""One beat of the dispatcher: every planned contact that is due is decided, and placed when it is allowed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

import structlog

from ledger.ledger import Ledger, UnitOfWork
from strategy.contact_outcome import finish
from strategy.dispatch.attempts import set_out
from strategy.dispatch.due import Claimed, claim, settle
from strategy.dispatch.pace import TOO_OLD, Due
from strategy.dispatch.reservation import Refused, Reserved, Wanted, reserve_many
from strategy.dispatch.turnstile import Turnstile
from strategy.policy.packs import Packs
from strategy.treatment_of import accounts_of_the_bot
from strategy.versions import StrategyUnreadable

Place = Callable[[Reserved], str | None]
"""Makes one contact and returns its outcome (strategy.policy.facts.OUTCOMES), outside any transaction.

None: it is under way and takes longer than a beat may, as a call does. Whoever carries it tells its outcome to
strategy.contact_outcome; until then it stands as 'placing', counts toward every cap, and nobody places it again.
"""

AT_ONCE: Final = 50
"""Contacts one beat takes on, so that a backlog does not keep the other beats waiting."""
QUICK: Final = timedelta(seconds=15)
"""What is reserved together must be begun long before the reservations run out."""


@dataclass(slots=True)
class Ticked:
    """What one beat did. `left` counts contacts that may not begin yet, by reason; `released` those that could not be
    begun in time or that the gate denied in the end; `faults` what broke: placed contacts stand as 'unknown';
    `under_way` those that were begun and whose outcome comes later."""

    due: int = 0
    allowed: int = 0
    denied: int = 0
    superseded: int = 0
    released: int = 0
    faults: int = 0
    under_way: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)


class AnythingMayBegin:
    """A turnstile that leaves nothing for later."""

    def __init__(self, _work: UnitOfWork) -> None:
        pass

    def campaign(self, _channel: str, _treatment: str) -> str | None:
        return None

    def contact(self, _due: Due) -> str | None:
        return None


def tick(
    ledger: Ledger, packs: Packs, place: Place, at_once: int = AT_ONCE, turnstile: Turnstile = AnythingMayBegin
) -> Ticked:
    """Work through what is due at the ledger's now, oldest slot first. Any number of processes may do so at once.

    One write transaction holds claim, facts, decisions, reservations and audit entries of some contacts. Each is then
    set out for in a transaction of its own, placed, and its outcome recorded in a third. A crash leaves a reserved
    attempt, which `reconcile` gives back, or one that was being placed, which nobody dials again.

    :param turnstile: says in each transaction which contacts are left for later (strategy/dispatch/turnstile.py).
    :raises StrategyUnreadable: whose an account is cannot be told; nothing more is placed then.
    """
    done = Ticked()
    together, broken = 1, set[str]()
    while done.due < at_once:
        began = ledger.clock()
        taken = _Taken()
        try:
            with ledger.begin_for() as work:
                most = min(together, at_once - done.due)
                _reserve_some(ledger, work, packs, claim(work, most, turnstile(work), broken, taken.left), taken)
        except StrategyUnreadable:
            raise
        except Exception as error:
            if not taken.due:
                raise
            # One record that cannot be read must not keep everybody else waiting: it is looked for, and left out.
            if len(taken.due) == 1:
                broken.add(taken.due[0].planned_id)
                done.due += 1
                done.faults += 1
                structlog.get_logger().error(
                    "contact.reserve_failed", account_id=taken.due[0].account_id, exc_info=error
                )
            together = 1
            continue
        done.left = taken.left
        if not taken.due:
            break
        _count(done, taken)
        for contact in taken.reserved:
            _set_out_and_place(ledger, packs, place, contact, done)
        together = together * 2 if ledger.clock() - began < QUICK else max(together // 2, 1)
    return done


@dataclass(slots=True)
class _Taken:
    """What one transaction has claimed and what became of it; of use only once that has committed."""

    due: list[Due] = field(default_factory=list)
    left: Counter[str] = field(default_factory=Counter)
    superseded: int = 0
    reserved: list[Reserved] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


def _reserve_some(ledger: Ledger, work: UnitOfWork, packs: Packs, claimed: Sequence[Claimed], taken: _Taken) -> None:
    """Decide about what this transaction has claimed, and say what became of it."""
    taken.due = [each.due for each in claimed]
    if not claimed:
        return
    work = ledger.with_people(work, {each.debtor_id for each in claimed})
    # Since they were planned, a new tier or a broken feed may have given accounts to people, or chance to nobody.
    bots = accounts_of_the_bot(work, {due.account_id for due in taken.due if due.agent == "bot"})
    wanted, unwanted = [], []
    for due in taken.due:
        late = work.now - due.slot > TOO_OLD
        if late or (due.agent == "bot" and due.account_id not in bots):
            unwanted.append(due.planned_id)
        else:
            wanted.append(Wanted(due.account_id, due.channel, due.agent, due.planned_id))
    statuses: dict[str, list[str]] = {"superseded": unwanted, "allowed": [], "denied": []}
    for each, answer in zip(wanted, reserve_many(work, packs, wanted), strict=True):
        if isinstance(answer, Reserved):
            taken.reserved.append(answer)
            statuses["allowed"].append(each.planned_id or "")
        else:
            taken.refused.append(answer)
            statuses["denied"].append(each.planned_id or "")
    settle(work, statuses)
    taken.superseded = len(unwanted)


def _count(done: Ticked, taken: _Taken) -> None:
    done.due += len(taken.due)
    done.superseded += taken.superseded
    done.allowed += len(taken.reserved)
    done.denied += len(taken.refused)
    for refused in taken.refused:
        done.reasons.update(refused.codes)


def _set_out_and_place(ledger: Ledger, packs: Packs, place: Place, contact: Reserved, done: Ticked) -> None:
    if not set_out(ledger, packs, contact.attempt_id):
        done.released += 1
        return
    outcome = _placed(place, contact, done)
    if outcome is None:
        done.under_way += 1
        return
    done.outcomes[outcome] += 1
    with ledger.begin_for() as work:
        finish(work, contact.attempt_id, outcome)


def _placed(place: Place, contact: Reserved, done: Ticked) -> str | None:
    try:
        return place(contact)
    except Exception as error:
        # Whether the phone rang is not known, so it counts as if it had; the others due must not wait for the cause.
        done.faults += 1
        structlog.get_logger().error(
            "contact.place_failed", attempt_id=contact.attempt_id, channel=contact.channel, exc_info=error
        )
        return "unknown"
