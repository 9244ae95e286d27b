"""The telephone at the far end of a rehearsed carrier: it plays what it is sent in real time, and a recording speaks.

A polite recording waits for its turn as people do: before each utterance the bot must have spoken and been quiet for a
moment. One that is not interrupts whenever its time has come.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np

RATE: Final = 8_000
FRAME_SECONDS: Final = 0.02
FRAME: Final = round(RATE * FRAME_SECONDS) * 2
"""Bytes of 20 ms of 16-bit samples."""
LOUD: Final = 500
"""A frame with a sample above this (of 32768) is speech or a key."""
BETWEEN_UTTERANCES_SECONDS: Final = 0.6
QUIET_SECONDS: Final = 0.6
PATIENCE_SECONDS: Final = 20.0
"""How long a polite recording waits for a bot that says nothing."""


@dataclass(frozen=True, slots=True)
class Tick:
    """What happens at the far end in one frame.

    :param said: the debtor's frame; None once the debtor has hung up.
    :param marks: those that everything before them has now been played of.
    """

    said: bytes | None
    marks: tuple[str, ...]


class FarEnd:
    """:param debtor: 16-bit samples at 8 kHz.
    :param polite: see above.
    """

    def __init__(self, debtor: bytes, polite: bool = True) -> None:
        self._debtor = [debtor[at : at + FRAME].ljust(FRAME, b"\0") for at in range(0, len(debtor), FRAME)]
        self._polite = polite
        self._at = 0
        self._queue: deque[bytes | str] = deque()
        self._rest = b""
        self._bot_spoke = False
        self._bot_quiet = 0.0
        self._debtor_quiet = BETWEEN_UTTERANCES_SECONDS
        self._waited = 0.0
        self.heard = bytearray()
        """All that the debtor has heard, on the clock of the call."""
        self.most_ahead_seconds = 0.0
        """The most sound that ever lay here unplayed."""

    def sent(self, pcm: bytes) -> None:
        """The bot sent this."""
        pcm = self._rest + pcm
        whole = len(pcm) // FRAME * FRAME
        self._queue.extend(pcm[at : at + FRAME] for at in range(0, whole, FRAME))
        self._rest = pcm[whole:]
        ahead = sum(isinstance(each, bytes) for each in self._queue) * FRAME_SECONDS
        self.most_ahead_seconds = max(self.most_ahead_seconds, ahead)

    def mark(self, name: str) -> None:
        """The bot asks to be told when all it sent so far was played."""
        self._queue.append(name)

    def clear(self) -> tuple[str, ...]:
        """Forget what was not played; the marks in it, which Twilio sends back all the same."""
        marks = tuple(each for each in self._queue if isinstance(each, str))
        self._queue.clear()
        self._rest = b""
        return marks

    def tick(self) -> Tick:
        """Let 20 ms pass."""
        marks = self._marks()
        frame = self._queue.popleft() if self._queue else bytes(FRAME)
        assert isinstance(frame, bytes)
        self.heard += frame
        if _loud(frame):
            self._bot_spoke, self._bot_quiet = True, 0.0
        else:
            self._bot_quiet += FRAME_SECONDS
        return Tick(self._say(), (*marks, *self._marks()))

    def _marks(self) -> tuple[str, ...]:
        marks = []
        while self._queue and isinstance(first := self._queue[0], str):
            marks.append(first)
            self._queue.popleft()
        return tuple(marks)

    def _say(self) -> bytes | None:
        if self._at >= len(self._debtor):
            return None if self._my_turn() else bytes(FRAME)
        frame = self._debtor[self._at]
        loud = _loud(frame)
        if loud and self._debtor_quiet >= BETWEEN_UTTERANCES_SECONDS and not self._my_turn():
            return bytes(FRAME)
        self._at += 1
        if loud:
            self._debtor_quiet, self._bot_spoke, self._waited = 0.0, False, 0.0
        else:
            self._debtor_quiet += FRAME_SECONDS
        return frame

    def _my_turn(self) -> bool:
        if not self._polite:
            return True
        self._waited += FRAME_SECONDS
        return (self._bot_spoke and self._bot_quiet >= QUIET_SECONDS) or self._waited >= PATIENCE_SECONDS


def _loud(frame: bytes) -> bool:
    return bool(np.abs(np.frombuffer(frame, dtype="<i2").astype(np.int32)).max() > LOUD)
