"""Simulated collectors: they take cases in order, ask the gate before they call, and wrap up what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Final

from desk.queue import Leased, lease, release, waiting
from desk.wrap_up import wrap_up
from ledger.ledger import Ledger
from ledger.tables import Case
from strategy.contact_outcome import finish
from strategy.dispatch.attempts import set_out
from strategy.dispatch.reservation import Refused, reserve
from strategy.policy.packs import Packs

ENDS: Final = {
    "cease_request": "cease_recorded",
    "dispute_not_mine": "dispute_opened",
    "hardship_unemployment": "hardship_referred",
    "self_harm": "support_given",
    "third_party_answering": "wrong_person",
    "complaint_regulator": "complaint_opened",
}
"""How a case of a trigger is wrapped up when the debtor need not, or may not, be called."""
REACHED: Final = 0.45
"""How likely a call by a person reaches the debtor: an assumption."""


@dataclass(frozen=True)
class Collectors:
    """`count` people, each of whom finishes one case every time `work_on` is called during their shift.

    `shift`: from and until (aware). What comes in later waits in the queue.
    """

    ledger: Ledger
    packs: Packs
    count: int
    seed: int
    shift: tuple[datetime, datetime]

    def work_on(self) -> int:
        """Everybody takes the most urgent case that is free and finishes it; how many were finished."""
        if not self.shift[0] <= self.ledger.clock() < self.shift[1]:
            return 0
        return sum(self._one_case(f"collector-{number}") for number in range(1, self.count + 1))

    def _one_case(self, name: str) -> bool:
        with self.ledger.begin() as work:
            entry = next((entry for entry in waiting(work) if entry.leased_by is None), None)
            if entry is None or not isinstance(lease(work, entry.case_id, name), Leased):
                return False
            case = work.session.get_one(Case, entry.case_id)
            if case.trigger in ENDS:
                wrap_up(work, case.id, name, ENDS[case.trigger], "")
                return True
            called = reserve(work, self.packs, case.account_id, "voice", "human")
            if isinstance(called, Refused):
                wrap_up(work, case.id, name, "no_action_needed", f"The gate denied a call: {', '.join(called.codes)}")
                return True
        if not set_out(self.ledger, self.packs, called.attempt_id):
            # What came between the two answers forbids the call; the case is taken up again.
            with self.ledger.begin() as work:
                release(work, case.id, name)
            return False
        # The call itself happens outside any transaction, like every contact.
        reached = Random(f"{self.seed}|collector|{case.account_id}").random() < REACHED
        with self.ledger.begin() as work:
            finish(work, called.attempt_id, "conversation" if reached else "ring_no_answer")
            wrap_up(work, case.id, name, "callback_agreed" if reached else "not_reached", "")
        return True
