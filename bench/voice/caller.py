"""A telephone with a debtor at it who speaks from recordings, in real time, and a stopwatch.

It is a `CallLeg`, so that both engines are rung in the same way: 20 ms of sound every 20 ms, silence included, and a
playout that is heard at the speed of sound.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from bot.phone.seam import HungUp, LegEvent, Played, Sound

RATE = 8000
FRAME_S = 0.02
FRAME = int(RATE * FRAME_S)
_SILENCE = bytes(2 * FRAME)
AHEAD_S = 0.2
"""What a telephone holds before it plays it."""
THINKS_S = 0.8
"""How long the debtor waits after the bot has finished."""
GIVES_UP_S = 12.0
INTO_S = 1.5
"""How far into the bot's answer an impatient debtor starts to speak."""
AUDIBLE = 300
"""Of 32767: above the noise of a telephone line."""


@dataclass(frozen=True, slots=True)
class Saying:
    """What the debtor says: 16-bit samples at 8 kHz without silence around them. `interrupts`: into the bot's words."""

    pcm: bytes
    interrupts: bool = False


@dataclass
class Told:
    """What the stopwatch says, in seconds; `unanswered` counts the debtor's words that no sound followed."""

    answered: list[float] = field(default_factory=list)
    stopped: list[float] = field(default_factory=list)
    unanswered: int = 0


class Caller:
    """One call. It speaks when the bot has spoken, and hangs up after its last words were answered."""

    rate = RATE

    def __init__(self, sayings: Sequence[Saying]) -> None:
        self.told = Told()
        self._coming = deque(sayings)
        self._saying: deque[bytes] = deque()
        self._marks: deque[tuple[float, str]] = deque()
        self._heard_until = self._audible_until = self._audible_since = 0.0
        self._spoke_until: float | None = None  # our words' end, while they have not been answered
        self._cut_in_at: float | None = None
        self._bot_has_spoken = False
        self._gone = False

    async def events(self) -> AsyncIterator[LegEvent]:
        began, frames = self._now(), 0
        self._quiet_since = began
        while not self._gone:
            frames += 1
            await asyncio.sleep(max(0.0, began + frames * FRAME_S - self._now()))
            now = self._now()
            while self._marks and self._marks[0][0] <= now:
                yield Played(self._marks.popleft()[1])
            yield Sound(self._frame(now))
        yield HungUp(16)

    async def play(self, pcm: bytes) -> None:
        now = self._now()
        starts = max(now, self._heard_until)
        self._heard_until = starts + len(pcm) / (2 * RATE)
        if np.abs(np.frombuffer(pcm, np.int16)).max(initial=0) > AUDIBLE:
            if self._spoke_until is not None:
                self.told.answered.append(starts - self._spoke_until)
                self._spoke_until = None
            if starts > self._audible_until + 0.3:
                self._audible_since = starts
            self._audible_until, self._bot_has_spoken = self._heard_until, True
        await asyncio.sleep(max(0.0, self._heard_until - now - AHEAD_S))

    async def mark(self, name: str) -> None:
        self._marks.append((self._heard_until, name))

    async def clear(self) -> None:
        now = self._now()
        self._marks = deque(each for each in self._marks if each[0] <= now)
        self._heard_until, self._audible_until = min(self._heard_until, now), min(self._audible_until, now)

    async def hang_up(self) -> None:
        self._gone = True

    def _frame(self, now: float) -> bytes:
        if self._saying:
            frame = self._saying.popleft()
            if not self._saying:
                self._spoke_until, self._bot_has_spoken, self._quiet_since = now, False, now
            return frame
        if self._cut_in_at is not None and now > self._audible_until + 0.3:
            self.told.stopped.append(max(0.0, self._audible_until - self._cut_in_at))
            self._cut_in_at = None
        if self._due(now):
            saying = self._coming.popleft()
            self._saying.extend(saying.pcm[at : at + 2 * FRAME] for at in range(0, len(saying.pcm), 2 * FRAME))
            if saying.interrupts:
                self._cut_in_at = now
        elif now - max(self._quiet_since, self._audible_until) > GIVES_UP_S:
            self._give_up(now)
        return _SILENCE

    def _due(self, now: float) -> bool:
        if not self._bot_has_spoken:
            return False
        if not self._coming:
            self._gone = now > self._audible_until + THINKS_S
            return False
        if self._coming[0].interrupts and self._audible_until > now > self._audible_since + INTO_S:
            return True
        return now > self._audible_until + THINKS_S

    def _give_up(self, now: float) -> None:
        """Nobody answers: on to the next words, or away."""
        self.told.unanswered += 1
        self._spoke_until, self._bot_has_spoken, self._quiet_since = None, True, now
        self._gone = not self._coming

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()
