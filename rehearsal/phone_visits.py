"""Simulated debtors answer the phone: their words become sound, travel the real voice pipeline, and are recognised."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.phone.call import Voicebox, run_call
from bot.phone.legs.recorded import SILENCE, TICK_BYTES, TICK_SECONDS, RecordedLeg
from bot.phone.loop import PhoneLoop
from bot.phone.ports import Talks
from bot.phone.seam import HungUp, Key, LegEvent, Sound
from bot.phrases import Line
from bot.session import Reply
from rehearsal.debtors import SimulatedDebtor
from rehearsal.visits import Visits
from speech.audio import Samples, to_pcm16
from strategy.dispatch.reservation import Reserved

PATIENCE = round(10 / TICK_SECONDS)
"""Ticks of quiet (10 s) after which a debtor hangs up."""
Say = Callable[[str, str], Samples]
"""Words and their language ("zh" or "en") as sound, at 16 kHz."""


class Overheard:
    """The bot's talks, remembering which sentences were said last: a simulated debtor reads them off here."""

    def __init__(self, talks: Talks) -> None:
        self._talks = talks
        self.last: tuple[Line, ...] = ()

    def start(self, account_id: str, channel: str, language: str, attempt_id: str | None = None) -> Reply:
        return self._heard(self._talks.start(account_id, channel, language, attempt_id))

    def turn(self, conversation_id: str, text: str) -> Reply:
        return self._heard(self._talks.turn(conversation_id, text))

    def half_heard(self, conversation_id: str, text: str) -> Reply:
        return self._heard(self._talks.half_heard(conversation_id, text))

    def unheard(self, conversation_id: str, in_a_row: int) -> Reply:
        return self._heard(self._talks.unheard(conversation_id, in_a_row))

    def overheard(self, conversation_id: str, text: str) -> Reply:
        return self._heard(self._talks.overheard(conversation_id, text))

    def nobody_spoke(self, conversation_id: str, in_a_row: int) -> Reply:
        return self._heard(self._talks.nobody_spoke(conversation_id, in_a_row))

    def key(self, conversation_id: str, key: str) -> Reply:
        return self._heard(self._talks.key(conversation_id, key))

    def machine_answered(self, conversation_id: str) -> Reply:
        return self._heard(self._talks.machine_answered(conversation_id))

    def machine_asked(self, conversation_id: str) -> Reply:
        return self._heard(self._talks.machine_asked(conversation_id))

    def broke(self, conversation_id: str) -> Reply:
        return self._heard(self._talks.broke(conversation_id))

    def heard_to_end(self, conversation_id: str, heard: Sequence[str], cut_off: Sequence[str]) -> None:
        self._talks.heard_to_end(conversation_id, heard, cut_off)

    def hung_up(self, conversation_id: str) -> None:
        self._talks.hung_up(conversation_id)

    def _heard(self, reply: Reply) -> Reply:
        self.last = reply.lines
        return reply


class DebtorsPhone(RecordedLeg):
    """A call leg with a simulated debtor at its far end. Digits of the identity answer are keyed, not spoken.

    After an answer the line is quiet until the bot has spoken again; a debtor who waits too long hangs up.
    """

    def __init__(self, debtor: SimulatedDebtor, say: Say, overheard: Overheard) -> None:
        super().__init__()
        self._debtor = debtor
        self._say = say
        self._overheard = overheard
        self._words = b""
        self._asked = False
        self._quiet = 0

    async def play(self, pcm: bytes) -> None:
        """The debtor hears the bot; what was said is read off the talk."""
        self._asked = True
        await super().play(pcm)

    async def far_end(self) -> list[LegEvent]:
        if not self._words and self._asked:
            words = self._debtor.reply(self._overheard.last)
            if words is None:
                return [HungUp()]
            self._asked, self._quiet = False, 0
            digits = self._debtor.identity_answer
            if digits and digits in words:
                return [Sound(SILENCE), *map(Key, f"{digits}#")]
            self._words = to_pcm16(await asyncio.to_thread(self._say, words, self._debtor.language))
        if self._words:
            pcm, self._words = self._words[:TICK_BYTES], self._words[TICK_BYTES:]
            return [Sound(pcm + bytes(TICK_BYTES - len(pcm)))]
        self._quiet += 1
        return [Sound(SILENCE)] if self._quiet < PATIENCE else [HungUp()]


@dataclass(frozen=True)
class PhoneVisits:
    """What places a voice contact in a rehearsal."""

    visits: Visits
    talks: Talks
    voicebox: Voicebox
    phones: PhoneLoop
    say: Say

    def place(self, reserved: Reserved) -> str:
        """Ring a simulated debtor, play the whole call in sound, and return the outcome."""
        debtor = self.visits.debtor(reserved.account_id)
        # The recogniser makes errors of its own.
        debtor.noise = "none"
        if not debtor.opens_chat():
            return "ring_no_answer"
        self.phones.run(self._call(debtor, reserved))
        return "conversation"

    async def _call(self, debtor: SimulatedDebtor, reserved: Reserved) -> None:
        overheard = Overheard(self.talks)
        await run_call(
            DebtorsPhone(debtor, self.say, overheard),
            talks=overheard,
            voicebox=self.voicebox,
            account_id=reserved.account_id,
            language=debtor.language,
            attempt_id=reserved.attempt_id,
        )
