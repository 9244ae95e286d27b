"""One virtual time for all processes, and clocks that do not keep to it.

Time is in a file, so that it goes on while processes die. It moves when the ordeal moves it: as fast as the work gets
done, on a slow machine as on a fast one.
"""

from __future__ import annotations

import struct
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Final, cast

from bench.faults.setting import START

STEPS: Final = (
    *(timedelta(seconds=each) for each in (-90, -3, -1, 1, 2, 45, 150)),
    *(timedelta(minutes=each) for each in (-35, 20)),
    *(timedelta(hours=each) for each in (-7, -1, 1, 6)),
)
A_STEP_IN: Final = 60
"""Readings, on average."""
LASTS: Final = 12
"""Readings until a clock that has jumped is set right again, which is a jump as well."""


def set_time(path: Path, now: datetime) -> None:
    """Move time on for everybody."""
    path.write_bytes(struct.pack("<d", (now - START).total_seconds()))


def time_of(path: Path) -> datetime:
    """The one true time of the ordeal."""
    content = path.read_bytes()
    while len(content) < 8:  # read while it was being written
        content = path.read_bytes()
    return START + timedelta(seconds=struct.unpack("<d", content)[0])


@dataclass(slots=True)
class JumpingClock:
    """A clock that jumps when it is read, forth and back, by seconds or by hours."""

    path: Path
    draw: Random
    jumps: bool = True
    steps: Counter[str] = field(default_factory=Counter)
    _off: timedelta = timedelta()
    _lasts: int = 0
    _read: threading.local = field(default_factory=threading.local)
    """Of each thread its own: where two ticks run at once, one of them must not take the other's jump for the time at
    which it has asked the gate itself."""

    def __call__(self) -> datetime:
        self._lasts -= 1
        if self._lasts <= 0 and self._off:
            self._off = timedelta()
            self.steps["back to right"] += 1
        elif self.jumps and self.draw.randrange(A_STEP_IN) == 0:
            self._off, self._lasts = self.draw.choice(STEPS), self.draw.randrange(1, LASTS)
            self.steps["hours" if abs(self._off) >= timedelta(hours=1) else "less"] += 1
        now = time_of(self.path) + self._off
        self._read.last = (now, time.monotonic())
        return now

    def since_read(self) -> datetime:
        """What it shows now if it has not jumped since this thread has read it last, which it must have."""
        shown, when = cast(tuple[datetime, float], self._read.last)
        return shown + timedelta(seconds=time.monotonic() - when)
