"""The talk of one call: each answer of the debtor goes to the session, in a thread, and its lines go on the air."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

import structlog
from pipecat.frames.frames import Frame
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from bot.disclosures import told_by
from bot.phone.answering import who_answered
from bot.phone.engine.frames import DebtorTurn, Say
from bot.phone.engine.notes import TurnNote
from bot.phone.engine.on_air import Sentence
from bot.phone.engine.state import CallState, ms_since
from bot.phone.expecting import READS_BACK, expected_after
from bot.phone.ports import LastIntent, Talks
from bot.phone.record import Outcome, Understood
from bot.phone.turn_rules import is_yes
from bot.phrases import say
from bot.session import Reply

MENU = {"0": "person", "9": "stop"}
MOST_INTRODUCED = 2
"""So often a machine that asks who is calling is told."""


@dataclass(frozen=True)
class CallOf:
    """Whose call it is, as the talk is opened with it."""

    account_id: str
    language: str
    attempt_id: str | None


class Conversing(FrameProcessor):
    """What stands between the ears and the mouth."""

    def __init__(self, state: CallState, talks: Talks, call: CallOf, last_intent: LastIntent) -> None:
        super().__init__()
        self._state = state
        self._talks = talks
        self._call = call
        self._last_intent = last_intent
        self._unclear = 0  # answers in a row that were not clear
        self._silent = 0  # silences in a row
        self._screened = 0  # times that a machine was told who calls
        self._answered_by: Outcome | None = None
        self._escalated = self._broken = False
        self._read_back: Sentence | None = None
        """The promise that was read back last, whether or not it was heard."""

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if not isinstance(frame, DebtorTurn):
            await self.push_frame(frame, direction)
            return
        try:
            if frame.understood.by == "hung_up":
                await self._hung_up()
            elif self._state.ending is None or frame.understood.by == "fault":
                await self._answer(frame.understood)
            elif frame.understood.by == "voice" and frame.understood.clear and frame.understood.text:
                await self._overheard(frame.understood)
        finally:
            self._state.end_work()
            self._state.end_if_said()

    async def _answer(self, understood: Understood) -> None:
        state, began = self._state, perf_counter()
        reply = await self._reply(understood)
        if reply is None:
            return
        self._escalated = self._escalated or reply.escalated
        state.conversation_id, state.language, state.stage = reply.conversation_id, reply.language, reply.stage
        if understood.by == "opening":
            state.taping.begin(reply.conversation_id)
        state.expecting = expected_after(reply.lines, state.expecting)
        self._tell_tape(understood, reply)
        acted_on = understood.clear and understood.by in ("voice", "keys")
        intent = await self._intent(reply) if acted_on else None
        note = TurnNote(understood, reply, intent, ms_since(began), perf_counter())
        state.notes.append(note)
        if reply.ended:
            state.ending = self._outcome(understood)
        if not state.gone:
            note.sentences = self._on_air(reply)
            read_back = [each for each in note.sentences if each.line.template in READS_BACK]
            self._read_back = read_back[-1] if read_back else self._read_back
            for sentence in note.sentences:
                await self.push_frame(Say(sentence))

    async def _overheard(self, understood: Understood) -> None:
        """What was said over the bot's last words: sensitive words are still followed."""
        state, began = self._state, perf_counter()
        try:
            reply = await asyncio.to_thread(self._talks.overheard, state.conversation_id, understood.text)
        except Exception as fault:
            structlog.get_logger().error(
                "late_words_not_recorded", conversation_id=state.conversation_id, code=type(fault).__name__
            )
            return
        if not reply.record and not reply.lines:
            return
        self._tell_tape(understood, reply)
        note = TurnNote(understood, reply, None, ms_since(began), perf_counter())
        state.notes.append(note)
        state.language, state.stage = reply.language, reply.stage
        self._escalated = self._escalated or reply.escalated
        if not reply.ended:
            # Somebody is in danger: the bot is not the first to hang up.
            state.ending = None
        elif reply.escalated and state.ending in ("completed", "no_input"):
            state.ending = "escalated"
        if not state.gone:
            note.sentences = self._on_air(reply)
            for sentence in note.sentences:
                await self.push_frame(Say(sentence))

    async def _intent(self, reply: Reply) -> str | None:
        """How the debtor's words were read. The answer is spoken even where that cannot be looked up."""
        try:
            return await asyncio.to_thread(self._last_intent, reply.conversation_id)
        except Exception as fault:
            structlog.get_logger().error(
                "intent_not_read", conversation_id=reply.conversation_id, code=type(fault).__name__
            )
            return None

    def _tell_tape(self, understood: Understood, reply: Reply) -> None:
        said = next((turn for turn in reply.record if turn.speaker == "debtor"), None)
        if said is not None and understood.by == "voice":
            self._state.taping.said(said.id, understood.begins, understood.ends)

    def _on_air(self, reply: Reply) -> list[Sentence]:
        turn_ids = [turn.id for turn in reply.record if turn.speaker == "bot"]
        known = len(turn_ids) == len(reply.lines)
        return [
            self._state.air.queue(
                line,
                reply.language,
                locked=reply.ended or bool(told_by(line.template, "voice")),
                turn_id=turn_ids[at] if known else None,
                breath=at > 0,
            )
            for at, line in enumerate(reply.lines)
        ]

    async def _reply(self, understood: Understood) -> Reply | None:
        """What the talk answers; None when there is no talk."""
        try:
            return await asyncio.to_thread(self._step(understood))
        except Exception as fault:
            structlog.get_logger().error(
                "call_failed", conversation_id=self._state.conversation_id, code=type(fault).__name__
            )
            if understood.by == "opening":
                self._state.fault = fault
                self._state.finish("failed")
                return None
            return await self._apology()

    async def _apology(self) -> Reply:
        """The session answers its failures itself; this is what is left when even that did not work."""
        state, self._broken = self._state, True
        try:
            return await asyncio.to_thread(self._talks.broke, state.conversation_id)
        except Exception as fault:
            structlog.get_logger().error(
                "failure_not_recorded", conversation_id=state.conversation_id, code=type(fault).__name__
            )
            lines = (say("system_failure", state.language),)
            return Reply(state.conversation_id, lines, state.language, "closed", True, False)

    def _step(self, understood: Understood) -> Callable[[], Reply]:
        """Which step of the talk an answer is. What is not clear is never acted on, so that nothing is guessed."""
        talks, talk = self._talks, self._state.conversation_id
        if understood.by == "opening":
            call = self._call
            return lambda: talks.start(call.account_id, "voice", call.language, call.attempt_id)
        if understood.by == "fault":
            return lambda: talks.broke(talk)
        if understood.by == "silence" and self._state.patient:
            self._answered_by = "screened"
            return lambda: talks.machine_answered(talk)
        if understood.by == "silence":
            self._silent += 1
            silent = self._silent
            return lambda: talks.nobody_spoke(talk, silent)
        self._silent = 0
        if understood.by == "voice" and (machine := self._machine(understood)):
            return machine
        self._state.patient = False
        if not understood.clear:
            self._unclear += 1
            unclear = self._unclear
            return lambda: talks.unheard(talk, unclear)
        self._unclear = 0
        if understood.by == "keys":
            keys = understood.text.removesuffix("#")
            if wish := self._wish(understood.text):
                return lambda: talks.key(talk, wish)
            return lambda: talks.turn(talk, keys)
        # A bare yes is no answer to what was not said yet; in more words it is one, but binds nobody.
        too_early = self._too_early(understood)
        text = "" if too_early and understood.cut_in and is_yes(understood.text) else understood.text
        sure = understood.sure and not too_early
        return (lambda: talks.turn(talk, text)) if sure or not text else (lambda: talks.half_heard(talk, text))

    def _machine(self, understood: Understood) -> Callable[[], Reply] | None:
        """What follows where no person has answered. Whoever has shown who they are is one."""
        state = self._state
        if state.stage != "verifying":
            return None
        talks, talk = self._talks, state.conversation_id
        answered = who_answered(understood.text, understood.speech_seconds, beeped=state.beeped)
        state.patient = answered == "screening"
        if answered == "voicemail" or (answered == "screening" and self._screened >= MOST_INTRODUCED):
            self._answered_by = "voicemail" if answered == "voicemail" else "screened"
            return lambda: talks.machine_answered(talk)
        if answered == "screening":
            self._screened += 1
            return lambda: talks.machine_asked(talk)
        return None

    def _wish(self, keys: str) -> str | None:
        """A single 0 or 9 is a wish, unless a 9 was closed with the hash key where an amount was asked for."""
        if keys == "9#" and self._state.expecting == "amount":
            return None
        single = keys.removesuffix("#")
        return single if single in MENU else None

    def _too_early(self, understood: Understood) -> bool:
        """Whether the debtor has not heard all of the promise that was last read back."""
        if self._read_back is None:
            return False
        last_words = self._read_back in self._state.notes[-1].sentences
        return self._read_back not in self._state.air.heard or (understood.cut_in and last_words)

    def _outcome(self, understood: Understood) -> Outcome:
        if understood.by == "fault" or self._broken:
            return "failed"
        if self._answered_by is not None:
            return self._answered_by
        if self._escalated:
            return "escalated"
        return "no_input" if understood.by == "silence" else "completed"

    async def _hung_up(self) -> None:
        state = self._state
        if state.ending is None and state.conversation_id:
            try:
                await asyncio.to_thread(self._talks.hung_up, state.conversation_id)
            except Exception as fault:
                structlog.get_logger().error(
                    "hang_up_not_recorded", conversation_id=state.conversation_id, code=type(fault).__name__
                )
        state.finish(state.ending or ("escalated" if self._escalated else "debtor_hung_up"))
