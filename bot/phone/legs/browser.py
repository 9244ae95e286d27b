"""The leg of a call that ends in a web page: sound both ways over one websocket, and what the page has really played.

The page counts the samples that have left its loudspeaker and says so; a mark is proven by that count alone. A lost
socket leaves the call standing for a few seconds: the same page takes it up where its ear left off.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol

from bot.phone.seam import HungUp, Key, LegEvent, Played, Sound

RATE: Final = 16_000
PIECE: Final = RATE * 2 * 80 // 1000
"""Bytes sent at a time: 80 ms."""
AHEAD: Final = RATE * 2 // 2
"""Bytes that may lie between what was sent and what was heard: half a second."""
EARLY: Final = 0.1
"""Seconds that a page may seem to play faster than sound can be played: clocks differ, and reports are rounded."""
RESUME_S: Final = 5.0
"""How long a call outlives its socket."""
UNREAD: Final = 6_000
"""Events nobody has read, after which the call is given up: two minutes of sound in pieces of 20 ms."""
NORMAL: Final = 16
"""Q.850: somebody hung up."""
OUT_OF_ORDER: Final = 27
"""Q.850: the far end cannot be reached any more."""


class Line(Protocol):
    """One websocket, as the call sees it. Both may be called at any time and never block."""

    def send(self, frame: bytes | dict[str, Any]) -> None:
        """Sound as bytes, anything else as a message."""

    def close(self) -> None: ...


@dataclass(slots=True)
class _Piece:
    """Sound on its way: where it ends on the leg's count of samples, and the first moment it can have been heard."""

    pcm: bytes
    ends: int
    heard_from: float


class BrowserLeg:
    """A `CallLeg`. All of it, `page_*` too, is called in the event loop that made it.

    :param key: what the page must show to take the call up again on a new socket.
    :param clock: monotonic seconds.
    """

    def __init__(self, line: Line, call_id: str, key: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._line: Line | None = line
        self.call_id = call_id
        self.key = key
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._events: asyncio.Queue[LegEvent] = asyncio.Queue()
        self._ahead: deque[_Piece] = deque()
        self._marks: deque[tuple[int, str]] = deque()
        self._sent = self._heard = self._claimed = 0  # samples since the call began
        self._part = self._part_began = 0  # the page counts anew after each `clear` and on each socket
        self._dropped = 0
        self._moved = asyncio.Event()
        self._over = False
        self._timer: asyncio.TimerHandle | None = None
        line.send(self._begins())

    @property
    def rate(self) -> int:
        return RATE

    @property
    def over(self) -> bool:
        return self._over

    async def events(self) -> AsyncIterator[LegEvent]:
        while True:
            event = await self._events.get()
            yield event
            if isinstance(event, HungUp):
                return

    async def play(self, pcm: bytes) -> None:
        dropped = self._dropped
        for at in range(0, len(pcm), PIECE):
            piece = pcm[at : at + PIECE]
            while not self._over and self._dropped == dropped and self._waiting() + len(piece) > AHEAD:
                self._moved.clear()
                await self._moved.wait()
            if self._over or self._dropped != dropped:
                return
            self._sent += len(piece) // 2
            self._ahead.append(_Piece(piece, self._sent, self._heard_from(piece)))
            self._send(piece)

    async def mark(self, name: str) -> None:
        if not self._over:
            self._marks.append((self._sent, name))
            self._advance()

    async def clear(self) -> None:
        self._dropped += 1
        self._ahead.clear()
        self._marks.clear()
        self._sent = self._claimed = self._heard
        self._new_part()
        self._send({"type": "clear", "part": self._part})
        self._moved.set()

    async def hang_up(self) -> None:
        self._end("hung_up", NORMAL)

    def page_sound(self, pcm: bytes) -> None:
        """The debtor's microphone, or silence where there is none."""
        if self._over or not pcm:
            return
        self._events.put_nowait(Sound(pcm))
        if self._events.qsize() > UNREAD:
            self._end("lost", OUT_OF_ORDER)

    def page_key(self, digit: str) -> None:
        if not self._over:
            self._events.put_nowait(Key(digit))

    def page_heard(self, part: int, samples: int) -> None:
        """The page has played so many samples of `part`. What cannot be true yet counts when it can."""
        if self._over or part != self._part:
            return
        self._claimed = max(self._claimed, min(self._part_began + samples, self._sent))
        self._advance()

    def page_hung_up(self) -> None:
        self._end("hung_up", NORMAL)

    def page_lost(self, line: Line) -> None:
        """The socket is gone. Nothing happens if the call has moved on to another one already."""
        if self._over or line is not self._line:
            return
        self._line = None
        self._timer = self._loop.call_later(RESUME_S, self._end, "lost", OUT_OF_ORDER)

    def page_back(self, line: Line) -> bool:
        """The page is back on a new socket, and hears again what it had not heard; False: the call is over."""
        if self._over:
            return False
        if self._timer is not None:
            self._timer.cancel()
        before, self._line = self._line, line
        if before is not None:
            before.close()
        self._sent, self._claimed = self._heard, self._heard
        self._new_part()
        line.send({**self._begins(), "type": "resumed"})
        again, self._ahead = self._ahead, deque()
        for piece in again:
            self._sent += len(piece.pcm) // 2
            self._ahead.append(_Piece(piece.pcm, self._sent, self._heard_from(piece.pcm)))
            line.send(piece.pcm)
        return True

    def _begins(self) -> dict[str, Any]:
        return {"type": "begin", "call": self.call_id, "key": self.key, "rate": RATE, "part": self._part}

    def _new_part(self) -> None:
        self._part += 1
        self._part_began = self._heard

    def _waiting(self) -> int:
        return (self._sent - self._heard) * 2

    def _heard_from(self, pcm: bytes) -> float:
        begins = self._clock()
        if self._ahead:
            begins = max(begins, self._ahead[-1].heard_from)
        return begins + len(pcm) / 2 / RATE

    def _advance(self) -> None:
        """Believe what the page says as far as it can be true by now, and look again when more of it can be."""
        now = self._clock()
        while self._ahead and self._ahead[0].ends <= self._claimed:
            early = self._ahead[0].heard_from - EARLY - now
            if early > 0:
                self._loop.call_later(early, self._advance)
                break
            self._heard = self._ahead.popleft().ends
        while self._marks and self._marks[0][0] <= self._heard and not self._over:
            self._events.put_nowait(Played(self._marks.popleft()[1]))
        self._moved.set()

    def _send(self, frame: bytes | dict[str, Any]) -> None:
        if self._line is not None and not self._over:
            self._line.send(frame)

    def _end(self, why: str, cause: int) -> None:
        if self._over:
            return
        self._send({"type": "over", "why": why})
        self._over = True
        if self._timer is not None:
            self._timer.cancel()
        self._events.put_nowait(HungUp(cause))
        self._moved.set()
