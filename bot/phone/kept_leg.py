"""A leg that is lent to the bot: when the bot has done, the line stays up for whoever speaks next."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from bot.phone.seam import CallLeg, HungUp, LegEvent


class KeptLeg:
    """A `CallLeg` around another. Hanging up, or :meth:`part`, ends the bot's share of the call and nothing more."""

    def __init__(self, leg: CallLeg) -> None:
        self._leg = leg
        self._bots: asyncio.Queue[LegEvent] = asyncio.Queue()
        self._rest: asyncio.Queue[LegEvent] = asyncio.Queue()
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
                self._bots.put_nowait(event)
            # Who comes after must hear of the end, whenever it was.
            if self._parted or self.gone:
                self._rest.put_nowait(event)

    def part(self) -> None:
        """Let the bot believe that the line is down."""
        if not self._parted:
            self._parted = True
            self._bots.put_nowait(HungUp())

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


async def _until_hung_up(events: asyncio.Queue[LegEvent]) -> AsyncIterator[LegEvent]:
    while True:
        event = await events.get()
        yield event
        if isinstance(event, HungUp):
            return
