"""A leg that is lent to the bot: when the bot has done, the line stays up for whoever speaks next."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from typing import Final

from bot.phone.seam import CallLeg, HungUp, LegEvent, Sound

MOST_WAITING_S: Final = 30.0
"""Sound that nobody has taken yet is kept so long; then the oldest goes. Keys, marks and the end always stay."""


class _Events:
    """What the far end told and nobody has taken yet, in its order."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._waiting: deque[LegEvent] = deque()
        self._bytes = 0
        self._any = asyncio.Event()

    def put(self, event: LegEvent) -> None:
        self._waiting.append(event)
        if isinstance(event, Sound):
            self._bytes += len(event.pcm)
        while self._bytes > self._most:
            oldest = next(each for each in self._waiting if isinstance(each, Sound))
            self._waiting.remove(oldest)
            self._bytes -= len(oldest.pcm)
        self._any.set()

    async def get(self) -> LegEvent:
        while not self._waiting:
            self._any.clear()
            await self._any.wait()
        event = self._waiting.popleft()
        if isinstance(event, Sound):
            self._bytes -= len(event.pcm)
        return event


class KeptLeg:
    """A `CallLeg` around another. Hanging up, or :meth:`part`, ends the bot's share of the call and nothing more."""

    def __init__(self, leg: CallLeg) -> None:
        self._leg = leg
        most = round(MOST_WAITING_S * leg.rate) * 2
        self._bots, self._rest = _Events(most), _Events(most)
        self._parted = False
        self.gone = False
        """Whether the debtor has hung up."""

    @property
    def rate(self) -> int:
        return self._leg.rate

    @property
    def waits_for_the_bot(self) -> bool:
        """Whether it is a recording that runs as fast as the machine allows."""
        return bool(getattr(self._leg, "waits_for_the_bot", False))

    async def pump(self) -> None:
        """Hand on what comes from the debtor, to the bot or to who came after; to be run beside the call."""
        async for event in self._leg.events():
            self.gone = isinstance(event, HungUp)
            if not self._parted:
                self._bots.put(event)
            # Who comes after must hear of the end, whenever it was.
            if self._parted or self.gone:
                self._rest.put(event)

    def part(self) -> None:
        """Let the bot believe that the line is down."""
        if not self._parted:
            self._parted = True
            self._bots.put(HungUp())

    async def events(self) -> AsyncIterator[LegEvent]:
        async for event in _until_hung_up(self._bots):
            yield event

    async def rest(self) -> AsyncIterator[LegEvent]:
        """What comes after the bot's share, up to the end of the call."""
        async for event in _until_hung_up(self._rest):
            yield event

    async def play(self, pcm: bytes) -> None:
        if not self._parted:
            await self._leg.play(pcm)

    async def mark(self, name: str) -> None:
        if not self._parted:
            await self._leg.mark(name)

    async def clear(self) -> None:
        if not self._parted:
            await self._leg.clear()

    async def hang_up(self) -> None:
        self.part()


async def _until_hung_up(events: _Events) -> AsyncIterator[LegEvent]:
    while True:
        event = await events.get()
        yield event
        if isinstance(event, HungUp):
            return
