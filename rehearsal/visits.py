"""Simulated debtors follow their chat links: the same door, the same bot, the same records as a real visit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import col, select

from bot.chat.door import ChatDoor, Shown
from bot.chat.invites import make_invite
from bot.phrases import Line
from ledger.ledger import Ledger
from ledger.tables import Account, Debtor, Score
from rehearsal.clock import VirtualClock
from rehearsal.debtor_personas import cast
from rehearsal.debtors import SimulatedDebtor, chance_to_open
from rehearsal.people import MadeUpPeople
from strategy.dispatch.reservation import Reserved

A_LINE_TAKES = timedelta(seconds=2)
"""Virtual time between two lines. Short, because visits follow one another on one clock."""
UNSCORED = (0.5, 0.5)


@dataclass(frozen=True)
class Visits:
    """What places a contact in a rehearsal: the link is made as in earnest, and a simulated debtor may open it.

    `tell` is called with the running number of talks.
    """

    ledger: Ledger
    clock: VirtualClock
    door: ChatDoor
    people: MadeUpPeople
    invite_hours: int
    tell: Callable[[int], None] = lambda _talks: None

    def place(self, reserved: Reserved) -> str:
        """Send one reserved contact, play the debtor's side to its end, and return the outcome."""
        with self.ledger.begin() as work:
            token = make_invite(work, reserved.account_id, reserved.attempt_id, self.invite_hours).token
        debtor = self.debtor(reserved.account_id)
        if not debtor.opens_chat():
            return "delivered"
        shown = self.door.open(token, "", "zh" if debtor.language == "zh" else "en")
        if not isinstance(shown, Shown):
            return "failed"
        self._talk(token, shown, debtor)
        return "conversation"

    def debtor(self, account_id: str) -> SimulatedDebtor:
        """The person behind an account. What they would and could do is their score, which the bot cannot see."""
        with self.ledger.read() as work:
            account = work.session.get_one(Account, account_id)
            language = work.session.get_one(Debtor, account.debtor_id).language
            newest = select(Score).where(Score.account_id == account_id).order_by(col(Score.created_at).desc())
            score = work.session.exec(newest).first()
        willingness = UNSCORED[0] if score is None else score.willingness
        ability = UNSCORED[1] if score is None or score.ability is None else score.ability
        seed = self.people.seed
        persona = cast(seed, account.external_ref, willingness, ability)
        return SimulatedDebtor(
            persona=persona,
            language=language,
            seed=f"{seed}|{account.external_ref}",
            identity_answer=self.people.identity_last4(account.external_ref),
            amount_due=account.amount_due,
            today=self.clock().date(),
            chance_to_open=chance_to_open(willingness, ability),
            willingness=willingness,
            ability=ability,
            noise="typed",
        )

    def _talk(self, token: str, shown: Shown, debtor: SimulatedDebtor) -> None:
        count = 0
        while shown.stage not in ("closed", "with_person"):
            self.clock.advance(A_LINE_TAKES)
            spoken = [bubble for bubble in shown.bubbles if bubble.speaker == "bot"]
            words = debtor.reply([Line(bubble.template or "", bubble.text) for bubble in spoken])
            if words is None:
                return
            count += 1
            after = max((bubble.seq or 0 for bubble in shown.bubbles), default=0)
            answered = self.door.say(token, shown.browser, words, f"line-{count}", after)
            if not isinstance(answered, Shown):
                return
            shown = answered
