"""What goes to the debtor: sound as fast as the leg takes it, a mark behind each sentence, and an end at once when the
debtor speaks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from time import perf_counter

import structlog
from pipecat.frames.frames import Frame, InterruptionFrame, OutputAudioRawFrame, StartFrame
from pipecat.processors.frame_processor import FrameDirection
from pipecat.transports.base_output import BaseOutputTransport
from pipecat.transports.base_transport import TransportParams

from bot.phone.engine.breaking import broken
from bot.phone.engine.frames import SentenceEnd
from bot.phone.engine.state import CallState
from bot.phone.seam import CallLeg

PIECE_SECONDS = 0.1
"""So much sound goes to the leg at a time."""
STUCK_AFTER = 20.0
"""A leg that has not taken a piece for so many seconds of the wall clock takes none any more: a page that never says
what it has heard must not keep a line for ever."""
MARK_WITHIN = 5.0
"""So many seconds of the call after a sentence should be over, its mark is no longer waited for."""


class LegOutput(BaseOutputTransport):
    """The way out of one call."""

    def __init__(self, leg: CallLeg, state: CallState) -> None:
        super().__init__(
            TransportParams(
                audio_out_enabled=True,
                audio_out_10ms_chunks=round(PIECE_SECONDS * 100),
                audio_out_end_silence_secs=0,
                audio_out_write_timeout_secs=60.0,
            )
        )
        self._leg = leg
        self._state = state
        # A recording stands still while the bot thinks, however long.
        self._patience = None if getattr(leg, "waits_for_the_bot", False) else STUCK_AFTER

    async def start(self, frame: StartFrame) -> None:
        await super().start(frame)
        await self.set_transport_ready(frame)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, InterruptionFrame) and self._state.interrupting:
            await self._leg.clear()
            self._state.taping.cleared(self._state.now)
            self._state.interrupting = False
            self._state.changed()

    async def write_audio_frame(self, frame: OutputAudioRawFrame) -> bool:
        while self._state.interrupting:
            if frame.interruptible:
                return True  # it was on its way when the debtor began to speak
            await self._state.until_changed()
        sentence = self._state.air.being_sent
        begins = self._state.taping.sent(self._state.now, frame.audio)
        if sentence is not None and sentence.begun_at is None:
            sentence.begun_at, sentence.begins = perf_counter(), begins
        await self._sent(self._leg.play(frame.audio))
        return True

    async def write_transport_frame(self, frame: Frame) -> None:
        if not isinstance(frame, SentenceEnd) or self._state.air.coming(frame.sentence.mark) is None:
            return
        frame.sentence.due = self._state.now + frame.sentence.seconds + MARK_WITHIN
        if await self._sent(self._leg.mark(frame.sentence.mark)):
            frame.sentence.sent = True
        self._state.changed()

    async def _sent(self, sending: Awaitable[None]) -> bool:
        """Whether the leg took it. One that cannot would leave the debtor in a silence that nothing ends."""
        try:
            with self._state.sending():
                async with asyncio.timeout(self._patience):
                    await sending
        except Exception as fault:
            structlog.get_logger().error(
                "leg_failed", conversation_id=self._state.conversation_id, code=type(fault).__name__
            )
            await broken(self._state, self)
            return False
        return True
