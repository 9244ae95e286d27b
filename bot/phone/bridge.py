"""Two legs joined: what one says the other hears, at once or not at all, until one of them hangs up."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Final, Literal

import numpy as np
import soxr  # type: ignore[import-untyped]

from bot.phone.seam import CallLeg, HungUp, LegEvent, Sound

LATE_S: Final = 0.4
"""Sound that waits longer than this to be played is dropped: people speak over what comes late."""

Hear = Callable[[bytes], object]
Who = Literal["debtor", "collector"]


async def bridge(
    debtor: CallLeg,
    from_debtor: AsyncIterator[LegEvent],
    collector: CallLeg,
    *,
    debtor_said: Hear = lambda _: None,
    collector_said: Hear = lambda _: None,
) -> tuple[Who, HungUp]:
    """Join the legs; who ended it, and how.

    :param from_debtor: the events of the debtor's leg, which may have been iterated before.
    :param debtor_said: hears each sound of the debtor, at their leg's rate.
    :param collector_said: the same of the collector, at the debtor's rate: it is what the debtor hears.
    """
    ways = {
        asyncio.create_task(_carry(from_debtor, debtor.rate, collector, debtor_said, told_at=debtor.rate)): "debtor",
        asyncio.create_task(
            _carry(collector.events(), collector.rate, debtor, collector_said, told_at=debtor.rate)
        ): "collector",
    }
    try:
        done, _ = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        first = sorted(done, key=lambda task: ways[task])[-1]
        return ("debtor" if ways[first] == "debtor" else "collector"), first.result()
    finally:
        for task in ways:
            task.cancel()
        await asyncio.gather(*ways, return_exceptions=True)


async def _carry(events: AsyncIterator[LegEvent], rate: int, to: CallLeg, said: Hear, *, told_at: int) -> HungUp:
    """Play what comes to the other leg; how it ended."""
    waiting = _Waiting(round(LATE_S * to.rate) * 2)
    playing = asyncio.create_task(_play(waiting, to))
    convert, tell = _resampler(rate, to.rate), _resampler(rate, told_at)
    try:
        async for event in events:
            if isinstance(event, HungUp):
                return event
            if isinstance(event, Sound):
                said(tell(event.pcm))
                waiting.put(convert(event.pcm))
        return HungUp()
    finally:
        playing.cancel()
        await asyncio.gather(playing, return_exceptions=True)


class _Waiting:
    """Sound that is still to be played; the oldest goes when there is too much of it."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._pieces: deque[bytes] = deque()
        self._bytes = 0
        self._any = asyncio.Event()

    def put(self, pcm: bytes) -> None:
        if pcm:
            self._pieces.append(pcm)
            self._bytes += len(pcm)
            while self._bytes > self._most and len(self._pieces) > 1:
                self._bytes -= len(self._pieces.popleft())
            self._any.set()

    async def take(self) -> bytes:
        while not self._pieces:
            self._any.clear()
            await self._any.wait()
        pcm = self._pieces.popleft()
        self._bytes -= len(pcm)
        return pcm


async def _play(waiting: _Waiting, to: CallLeg) -> None:
    while True:
        await to.play(await waiting.take())


def _resampler(rate: int, wanted: int) -> Callable[[bytes], bytes]:
    """From one rate to another without a seam between pieces."""
    if rate == wanted:
        return lambda pcm: pcm
    stream = soxr.ResampleStream(rate, wanted, 1, dtype="int16", quality="LQ")
    return lambda pcm: bytes(stream.resample_chunk(np.frombuffer(pcm, "<i2")).tobytes())
