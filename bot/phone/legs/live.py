"""What every leg that carries a call in real time does alike: pacing, marks, and a clock that goes on in silence.

A leg of this kind says how sound, a mark, a clear and a hang-up are put to its far end, and hands in what comes back.
"""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator

from bot.phone.seam import HungUp, Key, LegEvent, Played, Sound

FRAME_SECONDS = 0.02
PIECE_SECONDS = 0.1
AHEAD_SECONDS = 0.4
"""With one piece more on its way this stays under the half second that a leg may be ahead of what is heard."""

SILENT_SECONDS = 0.4
"""Silence sent on and on makes a queue at the far end that never empties again; a pause in speech is shorter."""

WATCH_SECONDS = 0.1
LATE_SECONDS = 0.3
"""A far end that sends nothing for so long is silent, and its silence is given as sound: turns are timed by it."""

KEYS = frozenset("0123456789*#")


class LiveLeg(ABC):
    """See `bot.phone.seam.CallLeg`. To be made and used on one running event loop."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._frame = round(rate * FRAME_SECONDS) * 2
        self._piece = self._frame * round(PIECE_SECONDS / FRAME_SECONDS)
        self._inbox: asyncio.Queue[LegEvent] = asyncio.Queue()
        self._marks: dict[str, str] = {}
        self._serial = 0
        self._rest = b""
        self._heard_until = 0.0
        self._silent_frames = 0
        self._cleared = 0
        self._over = False
        self._began: float | None = None
        self._received = 0
        self._watch: asyncio.TimerHandle | None = None

    @property
    def rate(self) -> int:
        return self._rate

    @property
    def over(self) -> bool:
        """The call has ended, from whichever side."""
        return self._over

    async def events(self) -> AsyncIterator[LegEvent]:
        while True:
            event = await self._inbox.get()
            yield event
            if isinstance(event, HungUp):
                return

    async def play(self, pcm: bytes) -> None:
        self._rest += pcm
        whole = len(self._rest) // self._frame * self._frame
        sound, self._rest = self._rest[:whole], self._rest[whole:]
        await self._send(sound)

    async def mark(self, name: str) -> None:
        if self._rest:
            # Whole frames only; what is left over belongs to the words before the mark.
            sound, self._rest = self._rest.ljust(self._frame, b"\0"), b""
            await self._send(sound)
        if self._over:
            return
        # Never the name itself: one that is cleared and set again must not be answered by its first echo.
        self._serial += 1
        self._marks[str(self._serial)] = name
        await self._send_mark(str(self._serial))

    async def clear(self) -> None:
        self._cleared += 1
        self._rest = b""
        self._marks.clear()
        self._heard_until = 0.0
        self._silent_frames = 0
        if not self._over:
            await self._send_clear()

    async def hang_up(self) -> None:
        if not self._over:
            self.ended()
            await self._send_hang_up()

    async def _send(self, sound: bytes) -> None:
        """Whole frames, paced."""
        cleared = self._cleared
        for at in range(0, len(sound), self._piece):
            piece = sound[at : at + self._piece]
            await self._until_room()
            if self._over or cleared != self._cleared:
                break
            self._heard_until = max(self._heard_until, time.monotonic()) + len(piece) / 2 / self._rate
            if spoken := self._without_long_silence(piece):
                await self._send_sound(spoken)
        else:
            await self._until_room()
        # Never a loop without a breath: one that plays to a call that is over must get to read so.
        await asyncio.sleep(0)

    async def _until_room(self) -> None:
        cleared = self._cleared
        while not self._over and cleared == self._cleared:
            ahead = self._heard_until - time.monotonic() - AHEAD_SECONDS
            if ahead <= 0 and self._may_send():
                return
            await asyncio.sleep(max(0.005, min(ahead, PIECE_SECONDS)))

    def _without_long_silence(self, piece: bytes) -> bytes:
        if any(piece):
            self._silent_frames = 0
            return piece
        self._silent_frames += len(piece) // self._frame
        return piece if self._silent_frames * FRAME_SECONDS <= SILENT_SECONDS else b""

    def heard(self, pcm: bytes) -> None:
        """The far end said this."""
        if self._over:
            return
        if self._began is None:
            self.answered()
        self._received += len(pcm)
        self._inbox.put_nowait(Sound(pcm))

    def answered(self) -> None:
        """From now on the far end is listened to; where it sends nothing there is silence."""
        if self._began is None and not self._over:
            self._began = time.monotonic()
            self._watch = asyncio.get_running_loop().call_later(WATCH_SECONDS, self._mind_the_gap)

    def _mind_the_gap(self) -> None:
        if self._over or self._began is None:
            return
        missing = time.monotonic() - self._began - self._received / 2 / self._rate
        if missing > LATE_SECONDS:
            frames = round(missing / FRAME_SECONDS)
            self.heard(bytes(frames * self._frame))
        self._watch = asyncio.get_running_loop().call_later(WATCH_SECONDS, self._mind_the_gap)

    def pressed(self, digit: str) -> None:
        """The far end pressed a key; anything that is none is ignored."""
        if digit in KEYS and not self._over:
            self._inbox.put_nowait(Key(digit))

    def reached(self, mark: str) -> None:
        """The far end has played all that was before this mark; one that was cleared is no longer known."""
        name = self._marks.pop(mark, None)
        if name is not None and not self._over:
            self._inbox.put_nowait(Played(name))

    def ended(self, cause: int | None = None) -> None:
        """The call is over."""
        if self._over:
            return
        self._over = True
        if self._watch is not None:
            self._watch.cancel()
        self._inbox.put_nowait(HungUp(cause))

    def _may_send(self) -> bool:
        """False while the far end asks for a pause."""
        return True

    @abstractmethod
    async def _send_sound(self, pcm: bytes) -> None:
        """Whole frames, at most `PIECE_SECONDS`. Does not raise when the far end has gone; nor do the next three."""

    @abstractmethod
    async def _send_mark(self, mark: str) -> None: ...

    @abstractmethod
    async def _send_clear(self) -> None: ...

    @abstractmethod
    async def _send_hang_up(self) -> None: ...
