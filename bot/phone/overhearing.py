"""What a debtor says while no talk goes on: wishes and danger alone are listened for, and both are followed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from bot.phone.engine.listening import Listening
from bot.phone.ports import Hears, Talks
from bot.phone.turn_rules import USUAL
from bot.reply import Reply
from speech.audio import Samples

Told = Callable[[Reply], Awaitable[None]]


class Overhearing:
    """One line that is waited on. Nothing is answered here; `told` gets what came of sensitive words."""

    def __init__(self, rate: int, hears: Hears, talks: Talks, conversation_id: str, language: str, told: Told) -> None:
        self._hears = hears
        self._talks = talks
        self._talk = conversation_id
        self._language = language
        self._told = told
        self._listening = Listening(rate)
        self._going: set[asyncio.Task[None]] = set()

    def sound(self, pcm: bytes) -> None:
        """Take what came from the debtor; an utterance that is over is recognised beside it."""
        for chunk in self._listening.chunks(pcm):
            event = self._listening.step(chunk)
            over = self._listening.in_turn and self._listening.silence_seconds >= USUAL
            if over or event in ("speech_ended", "speech_too_long"):
                self.end_turn()

    def end_turn(self) -> None:
        """What is being said is over, for the line is down or somebody else listens now."""
        samples = self._listening.so_far()
        self._listening.end_turn()
        if samples.size:
            self._begin(self._hear(samples))

    def key_nine(self) -> None:
        """The wish for no more calls, as a key."""
        self._begin(self._follow(lambda: self._talks.key(self._talk, "9")))

    async def settle(self) -> None:
        """Until all that was said has been followed."""
        while self._going:
            await asyncio.wait(self._going)

    async def _hear(self, samples: Samples) -> None:
        hearing = self._hears.begin(samples, self._language)
        hearing.commit()
        heard = await hearing.result()
        if heard.clear and heard.text:
            await self._follow(lambda: self._talks.overheard(self._talk, heard.text))

    async def _follow(self, step: Callable[[], Reply]) -> None:
        reply = await asyncio.to_thread(step)
        if reply.record or reply.lines:
            await self._told(reply)

    def _begin(self, step: Awaitable[None]) -> None:
        task = asyncio.ensure_future(self._safely(step))
        self._going.add(task)
        task.add_done_callback(self._going.discard)

    async def _safely(self, step: Awaitable[None]) -> None:
        try:
            await step
        except Exception as fault:
            structlog.get_logger().error("overhearing_failed", conversation_id=self._talk, code=type(fault).__name__)
