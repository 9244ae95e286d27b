"""A telephone that nobody holds: its far end is recorded or made up, and time passes as fast as the bot thinks."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator

from bot.phone.seam import HungUp, LegEvent, Played, Sound
from speech.audio import RATE

TICK_SECONDS = 0.02
TICK_BYTES = 2 * round(TICK_SECONDS * RATE)
AHEAD_SECONDS = 0.5
"""So much of what was sent may lie ahead of what is heard."""
SILENCE = bytes(TICK_BYTES)


class RecordedLeg(ABC):
    """A call in ticks of 20 ms: each lets the debtor hear what is due, and then gives what the far end does.

    :param polite: the far end stands still while the bot speaks, so that each utterance answers the words before it.
    :param real_time: run on the machine's clock; else as fast as the bot makes up its mind.
    """

    rate = RATE

    def __init__(self, *, polite: bool = True, real_time: bool = False) -> None:
        self._polite = polite
        self._real_time = real_time
        self._coming = bytearray()
        self._room = asyncio.Event()
        self._sent = self._heard = 0
        self._marks: list[tuple[int, str]] = []
        self.bot = bytearray()
        """What the debtor has heard, on the clock of the call: 16-bit samples, silent where the bot was."""
        self._up = True

    @abstractmethod
    async def far_end(self) -> list[LegEvent]:
        """What the far end does in the next 20 ms: sound of that length first, keys, or that it has hung up."""

    @property
    def waits_for_the_bot(self) -> bool:
        """Whether time in the call stands still while the bot thinks."""
        return not self._real_time

    @property
    def seconds(self) -> float:
        """How long the call has lasted."""
        return len(self.bot) / 2 / RATE

    async def events(self) -> AsyncIterator[LegEvent]:
        loop = asyncio.get_running_loop()
        began, ticks = loop.time(), 0
        while self._up:
            ticks += 1
            await asyncio.sleep(began + ticks * TICK_SECONDS - loop.time() if self._real_time else 0)
            bot_speaks = bool(self._coming)
            for name in self._played():
                yield Played(name)
            if bot_speaks and self._polite:
                yield Sound(SILENCE)
                continue
            for event in await self.far_end():
                yield event
                if isinstance(event, HungUp):
                    return
        yield HungUp()

    async def play(self, pcm: bytes) -> None:
        self._coming += pcm
        self._sent += len(pcm)
        while self._up and len(self._coming) > 2 * RATE * AHEAD_SECONDS:
            self._room.clear()
            await self._room.wait()

    async def mark(self, name: str) -> None:
        self._marks.append((self._sent, name))

    async def clear(self) -> None:
        self._sent -= len(self._coming)
        self._coming.clear()
        self._marks = [(at, name) for at, name in self._marks if at <= self._heard]
        self._room.set()

    async def hang_up(self) -> None:
        self._up = False
        self._room.set()

    def _played(self) -> list[str]:
        """Let 20 ms of the bot be heard; the marks that were reached."""
        piece = bytes(self._coming[:TICK_BYTES])
        del self._coming[:TICK_BYTES]
        self._heard += len(piece)
        self.bot += piece + bytes(TICK_BYTES - len(piece))
        self._room.set()
        reached = [name for at, name in self._marks if at <= self._heard]
        self._marks = [(at, name) for at, name in self._marks if at > self._heard]
        return reached
