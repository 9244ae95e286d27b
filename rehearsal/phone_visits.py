"""Simulated debtors answer the phone: their words become sound, travel the real voice pipeline, and are recognised."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from bot.phone.call import Voicebox, run_call
from bot.phone.ports import Talks
from bot.phrases import Line
from bot.session import Reply
from rehearsal.debtors import SimulatedDebtor
from rehearsal.visits import Visits
from speech.audio import RATE, Samples, silence
from speech.dtmf import key_tones
from speech.speak import Speaker
from strategy.dispatch.reservation import Reserved

CHUNK = 512
"""Samples handed over at a time: 32 ms."""
PATIENCE = 10 * RATE // CHUNK
"""Chunks of quiet (10 s) after which a debtor hangs up."""


@dataclass
class Overheard:
    """The bot's talks, remembering which sentences were said last: a simulated debtor reads them off here."""

    talks: Talks
    last: tuple[Line, ...] = ()

    def start(self, account_id: str, channel: str, language: str, attempt_id: str | None = None) -> Reply:
        return self._heard(self.talks.start(account_id, channel, language, attempt_id))

    def turn(self, conversation_id: str, text: str) -> Reply:
        return self._heard(self.talks.turn(conversation_id, text))

    def unheard(self, conversation_id: str, in_a_row: int) -> Reply:
        return self._heard(self.talks.unheard(conversation_id, in_a_row))

    def hung_up(self, conversation_id: str) -> None:
        self.talks.hung_up(conversation_id)

    def _heard(self, reply: Reply) -> Reply:
        self.last = reply.lines
        return reply


@dataclass
class DebtorsPhone:
    """A call leg with a simulated debtor at its far end. Digits of the identity answer are keyed, not spoken.

    After an answer the line is quiet until the bot speaks again; a debtor who waits too long hangs up.
    """

    debtor: SimulatedDebtor
    speaker: Speaker
    overheard: Overheard
    _coming: Samples = field(default_factory=lambda: silence(0.2))
    _asked: bool = True
    _quiet: int = 0

    def receive(self) -> Samples | None:
        """The next chunk of the debtor's side; None once they have hung up."""
        if len(self._coming) >= CHUNK:
            chunk, self._coming = self._coming[:CHUNK], self._coming[CHUNK:]
            return chunk
        if not self._asked:
            self._quiet += 1
            return silence(CHUNK / RATE) if self._quiet < PATIENCE else None
        words = self.debtor.reply(self.overheard.last)
        if words is None:
            return None
        self._asked, self._quiet = False, 0
        self._coming = np.concatenate([self._coming, self._sound(words)])
        return self.receive()

    def play(self, samples: Samples) -> None:  # noqa: ARG002  (a CallLeg hears sound; this one reads the talk)
        """The debtor hears the bot; what was said is read off the talk."""
        self._asked = True

    def hang_up(self) -> None:
        """Nothing to do: nobody is on a line."""

    def _sound(self, words: str) -> Samples:
        digits = self.debtor.identity_answer
        return key_tones(digits) if digits and digits in words else self.speaker.say(words, self.debtor.language)


@dataclass(frozen=True)
class PhoneVisits:
    """What places a voice contact in a rehearsal."""

    visits: Visits
    talks: Talks
    voicebox: Voicebox
    speaker: Speaker

    def place(self, reserved: Reserved) -> str:
        """Ring a simulated debtor, play the whole call in sound, and return the outcome."""
        debtor = self.visits.debtor(reserved.account_id)
        # The recogniser makes errors of its own.
        debtor.noise = "none"
        if not debtor.opens_chat():
            return "ring_no_answer"
        overheard = Overheard(self.talks)
        run_call(
            DebtorsPhone(debtor, self.speaker, overheard),
            sessions=overheard,
            voicebox=self.voicebox,
            account_id=reserved.account_id,
            language=debtor.language,
            attempt_id=reserved.attempt_id,
        )
        return "conversation"
