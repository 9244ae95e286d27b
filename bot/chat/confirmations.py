"""Confirmations in writing: what a debtor has agreed to, for the bank's message gateway, one JSON object a line.

A message is a contact of its own, so the gate is asked when it would leave, it waits for as long as the gate says no,
and once it has left it counts like any other. What it says is approved; the gateway adds the address, which we do not
write down. The file is readable by its owner alone.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from sqlmodel import col, select

from bot.phrases import say
from ledger import private_lines
from ledger.ledger import Ledger, UnitOfWork
from ledger.money import Money
from ledger.tables import Account, Confirmation, Debtor, InstalmentPlan, Promise, ReportedContact
from strategy.permission import permitted
from strategy.policy.decision import Allow
from strategy.policy.packs import Packs

CHANNEL: Final = "chat"
LONGEST_WAIT: Final = timedelta(days=3)
"""A confirmation that may not leave for this long comes too late to confirm anything."""


@dataclass(frozen=True, slots=True)
class ConfirmationOutbox:
    """Hands confirmations over by writing them to `file`."""

    ledger: Ledger
    file: Path
    packs: Packs

    def hand_over(self) -> Counter[str]:
        """Look at each that waits: hand it over, let it lapse, or leave it waiting; how many of each.

        A line is written before that is recorded: after a crash it comes a second time, under the same id, rather than
        not at all. One that cannot be settled waits for the next time and keeps back no other.

        :raises Exception: the first fault, after the last of them has been tried.
        """
        counts: Counter[str] = Counter()
        faults: list[Exception] = []
        with self.ledger.read() as work:
            waiting = work.session.exec(
                select(Confirmation.id).where(Confirmation.status == "waiting").order_by(col(Confirmation.made_at))
            ).all()
        for confirmation_id in waiting:
            try:
                with self.ledger.begin() as work:
                    counts[self._settle(work, work.session.get_one(Confirmation, confirmation_id))] += 1
            except Exception as fault:
                faults.append(fault)
        if faults:
            raise faults[0]
        return counts

    def _settle(self, work: UnitOfWork, confirmation: Confirmation) -> str:
        agreed = _agreed(work, confirmation)
        if agreed is None or work.now - confirmation.made_at > LONGEST_WAIT:
            return _settled(work, confirmation, "lapsed")
        if not isinstance(permitted(work, confirmation.account_id, CHANNEL, "bot", self.packs), Allow):
            return "waiting"
        account = work.session.get_one(Account, confirmation.account_id)
        private_lines.append(
            self.file,
            {
                "confirmation_id": confirmation.id,
                "external_ref": account.external_ref,
                "language": confirmation.language,
                "reference": confirmation.reference,
                "text": _words(agreed, confirmation),
            },
        )
        _counted(work, account, confirmation)
        return _settled(work, confirmation, "handed_over")


def _agreed(work: UnitOfWork, confirmation: Confirmation) -> list[Promise] | None:
    """The promises confirmed, in order; None when they are no longer what was agreed to."""
    if confirmation.plan_id is not None:
        plan = work.session.get_one(InstalmentPlan, confirmation.plan_id)
        parts = select(Promise).where(Promise.plan_id == plan.id).order_by(col(Promise.part))
        return list(work.session.exec(parts)) if plan.status == "open" else None
    promise = work.session.get_one(Promise, confirmation.promise_id)
    return [promise] if promise.status == "open" else None


def _words(agreed: list[Promise], confirmation: Confirmation) -> str:
    lines = [
        say(
            "written_confirmation",
            confirmation.language,
            amount=Money(each.amount, each.currency),
            due_on=each.due_on,
        )
        for each in agreed
    ]
    lines.append(say("written_reference", confirmation.language, reference=confirmation.reference))
    return " ".join(line.text for line in lines)


def _counted(work: UnitOfWork, account: Account, confirmation: Confirmation) -> None:
    """Tell the gate of the message, as of any contact that the bank makes outside the dispatcher."""
    work.session.add(
        ReportedContact(
            id=work.new_id(),
            debtor_id=account.debtor_id,
            account_id=account.id,
            reported_ref=work.blind_index("reported_contact", f"confirmation|{confirmation.id}"),
            by="bank",
            channel=CHANNEL,
            direction="outbound",
            outcome="delivered",
            target="consumer",
            number_index=work.session.get_one(Debtor, account.debtor_id).phone_index,
            at=work.now,
            recorded_at=work.now,
        )
    )


def _settled(work: UnitOfWork, confirmation: Confirmation, status: str) -> str:
    confirmation.status, confirmation.settled_at = status, work.now
    work.audit("confirmation.settled", confirmation.id, {"status": status})
    return status
