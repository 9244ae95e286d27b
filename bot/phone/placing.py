"""Calls that the dispatcher places: from an attempt that the gate has allowed to the outcome that is told.

A call lasts minutes, and the beat that began it does not wait: the attempt stands as 'placing', so that it counts
toward every cap and is never placed again, until the call tells what came of it.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import structlog

from bot.phone.call import Voicebox, run_call
from bot.phone.handing_over import People, call_with_people
from bot.phone.ports import LastIntent, Talks, Tape
from bot.phone.record import CallRecord
from bot.phone.seam import Carrier, Dial, NotReached
from bot.phone.unwanted import wants_no_calls
from bot.talk import OpenCase
from ledger.ledger import Ledger
from ledger.tables import Account, Attempt, Debtor
from strategy.contact_outcome import finish
from strategy.policy.packs import Packs

MakeTape = Callable[[str], Tape | None]
"""The recording of a call, by its attempt's id; None where the call is not recorded."""
Start = Callable[[Coroutine[Any, Any, None]], object]
"""Run a coroutine beside all other calls (`bot.phone.loop.PhoneLoop.start`); returns at once."""


TRIES = 3
"""So often a wish to be left alone is written down before people are called to do it."""
AGAIN_AFTER_S = 1.0


class Contact(Protocol):
    """A reserved attempt that somebody has set out for (`strategy.dispatch.reservation.Reserved`)."""

    @property
    def attempt_id(self) -> str: ...
    @property
    def account_id(self) -> str: ...
    @property
    def debtor_id(self) -> str: ...


@dataclass(frozen=True, slots=True)
class CallParts:
    """What every call is made of.

    :param rings_at: whether anything could ring at this person now; may be asked from any thread.
    :param expects: whether a call to this person is worth planning; may be asked from any thread.
    :param alarm: pages whoever is on duty: why, and the attempt.
    :param people: who may be put on the line; None: the bot alone.
    :param most: calls this machine carries at a time.
    """

    carrier: Carrier
    talks: Talks
    voicebox: Voicebox
    packs: Packs
    open_case: OpenCase
    last_intent: LastIntent = lambda _: None
    tape: MakeTape = lambda _: None
    people: People | None = None
    alarm: Callable[[str, str], object] = lambda *_: None
    rings_at: Callable[[str], bool] = lambda _: True
    expects: Callable[[str], bool] = lambda _: True
    most: int = 15
    ring_seconds: float = 30.0


class Calls:
    """The dispatcher's carrier of voice contacts, and its lines (`strategy.dispatch.lines.Lines`)."""

    def __init__(self, ledger: Ledger, parts: CallParts, start: Start) -> None:
        self._ledger = ledger
        self._parts = parts
        self._start = start
        self._guard = threading.Lock()
        self._with: set[str] = set()
        self._log = structlog.get_logger()

    def free(self) -> int:
        with self._guard:
            return self._parts.most - len(self._with)

    def reachable(self, debtor_id: str) -> bool:
        with self._guard:
            if debtor_id in self._with:
                return False
        return self._parts.rings_at(debtor_id)

    def expected(self, debtor_id: str) -> bool:
        return self._parts.expects(debtor_id)

    def place(self, contact: Contact) -> str | None:
        """Let a call begin and return None: its outcome is told when it is over.

        'failed' when no line is free or the person is in a call: nothing rang.
        """
        with self._guard:
            if contact.debtor_id in self._with or len(self._with) >= self._parts.most:
                return "failed"
            self._with.add(contact.debtor_id)
        try:
            self._start(self._carry(contact))
        except BaseException:
            self._ended(contact)
            raise
        return None

    async def _carry(self, contact: Contact) -> None:
        outcome = "unknown"
        try:
            outcome = await self._call(contact)
        except Exception as fault:
            # Whether it rang is not known, so it counts as if it had.
            self._log.error("call.failed", attempt_id=contact.attempt_id, exc_info=fault)
        finally:
            self._ended(contact)
        try:
            await asyncio.to_thread(self._finish, contact.attempt_id, outcome)
        except Exception as fault:
            # It stays as being placed, and `reconcile` ends it as unknown.
            self._log.error("call.not_recorded", attempt_id=contact.attempt_id, exc_info=fault)

    async def _call(self, contact: Contact) -> str:
        """Ring, talk, and say what came of it."""
        parts = self._parts
        dial = await asyncio.to_thread(self._dial, contact)
        leg = await parts.carrier.originate(dial)
        if isinstance(leg, NotReached):
            if leg.unwanted:
                await self._kept_alone(contact)
            self._log.info("call.not_reached", attempt_id=contact.attempt_id, outcome=leg.outcome, code=leg.cause)
            return leg.outcome
        call = run_call if parts.people is None else partial(call_with_people, people=parts.people)
        done = await call(
            leg,
            talks=parts.talks,
            voicebox=parts.voicebox,
            account_id=contact.account_id,
            language=dial.language,
            attempt_id=contact.attempt_id,
            last_intent=parts.last_intent,
            tape=parts.tape(contact.attempt_id),
        )
        return outcome_of(done)

    async def _kept_alone(self, contact: Contact) -> None:
        """Write down that no more calls are wanted; when that fails again and again, whoever is on duty must."""
        for at in range(TRIES):
            try:
                await asyncio.to_thread(self._leave_alone, contact)
            except Exception as fault:
                self._log.error("call.wish_not_recorded", attempt_id=contact.attempt_id, code=type(fault).__name__)
                await asyncio.sleep(AGAIN_AFTER_S * (at + 1))
            else:
                return
        await asyncio.to_thread(self._parts.alarm, "record_failed", contact.attempt_id)

    def _dial(self, contact: Contact) -> Dial:
        with self._ledger.read() as work:
            account = work.session.get_one(Account, contact.account_id)
            debtor = work.session.get_one(Debtor, account.debtor_id)
            number = work.open("debtor", "phone_sealed", debtor.id, debtor.phone_sealed)
            return Dial(contact.attempt_id, account.id, number, debtor.language, self._parts.ring_seconds)

    def _leave_alone(self, contact: Contact) -> None:
        with self._ledger.begin_for([contact.debtor_id]) as work:
            wants_no_calls(work, contact.account_id, self._parts.packs, self._parts.open_case)

    def _finish(self, attempt_id: str, outcome: str) -> None:
        with self._ledger.begin_for() as work:
            # A talk tells its own outcome when it closes; what it told stands.
            if work.session.get_one(Attempt, attempt_id, with_for_update=True).status == "placing":
                finish(work, attempt_id, outcome)

    def _ended(self, contact: Contact) -> None:
        with self._guard:
            self._with.discard(contact.debtor_id)


def outcome_of(done: CallRecord) -> str:
    """The outcome of an attempt whose call was answered, where the talk itself has told none."""
    match done.outcome:
        case "voicemail" | "screened":
            # Nothing was left on it, but somebody's telephone has answered.
            return "voicemail_left"
        case "failed":
            return "unknown"
        case _:
            return "conversation"
