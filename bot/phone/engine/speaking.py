"""Sentences become sound, one after another; a sentence that was interrupted is not made to its end."""

from __future__ import annotations

import structlog
from pipecat.frames.frames import Frame, OutputAudioRawFrame
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from bot.phone.engine.breaking import broken
from bot.phone.engine.frames import Say, SentenceEnd
from bot.phone.engine.leg_output import PIECE_SECONDS
from bot.phone.engine.state import CallState
from bot.phone.ports import Speaks
from speech.spoken import spoken

BREATH_SECONDS = 0.25
"""Between two sentences."""


class Speaking(FrameProcessor):
    """The mouth of one call."""

    def __init__(self, state: CallState, speaks: Speaks, rate: int) -> None:
        super().__init__()
        self._state = state
        self._speaks = speaks
        self._rate = rate

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if not isinstance(frame, Say):
            await self.push_frame(frame, direction)
        elif self._state.air.coming(frame.sentence.mark) is not None:
            await self._say(frame)

    async def _say(self, frame: Say) -> None:
        sentence = frame.sentence
        sound = bytes(2 * round(BREATH_SECONDS * self._rate)) if sentence.breath else b""
        try:
            text = spoken(sentence.line.text, sentence.language)
            async for piece in self._speaks.synthesize(text, sentence.language, self._rate):
                sound = await self._push(sound + piece, frame)
        except Exception as fault:
            structlog.get_logger().error("speaking_failed", code=type(fault).__name__)
            await broken(self._state, self)
            return
        # The output sends whole pieces only, and the mark belongs behind the last of them.
        await self._push(sound + bytes(-len(sound) % self._piece), frame)
        await self.push_frame(SentenceEnd(sentence))

    @property
    def _piece(self) -> int:
        return 2 * round(PIECE_SECONDS * self._rate)

    async def _push(self, sound: bytes, frame: Say) -> bytes:
        """Hand on the whole pieces of `sound`; what is left of it is returned."""
        whole = len(sound) // self._piece * self._piece
        if whole:
            audio = OutputAudioRawFrame(sound[:whole], self._rate, 1)
            audio.interruptible = frame.interruptible
            frame.sentence.seconds += whole / 2 / self._rate
            await self.push_frame(audio)
        return sound[whole:]
