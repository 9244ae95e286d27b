"""The tape of one call: two sides on one clock, held back for a while, then sealed to a file.

Sound stays in memory for `HELD_SECONDS` before it is written, so that what must not be kept, a card number or a
one-time code, can still be left out once it has been understood. Should it have been written already, the file is
written anew without it. Nothing here waits: whatever takes time is done, in order, by one thread for all calls.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from types import TracebackType
from typing import Final, Literal, Protocol, Self

import numpy as np
import structlog

HELD_SECONDS: Final = 30.0
LONGEST_SECONDS: Final = 4 * 3600.0
"""A clock beyond this is a fault, not a call."""

Verdict = Literal["keep", "leave_out", "objected"]
"""What the words of a turn mean for its sound; 'objected': the debtor wants no recording, from there on."""


class Reel(Protocol):
    """One recording in the house (`bot.phone.archive`)."""

    def add(self, sound: bytes) -> None:
        """Append sound: 16-bit samples, the debtor's and ours in turn."""

    def turn(self, turn_id: str, begins: float, ends: float) -> Verdict:
        """Note where a turn lies, and say what its words mean for its sound."""

    def blank(self, begins: float, ends: float) -> None:
        """Silence what was written already between these seconds."""

    def destroy(self) -> None:
        """Keep nothing of it: what must not be kept could not be taken out."""

    def finish(self, seconds: float) -> None:
        """The call is over."""


StartReel = Callable[[str, int], Reel | None]
"""`(conversation id, rate) -> reel`: None when the gate does not allow it or the notice was not recorded as given."""


class CallTape:
    """Implements `bot.phone.ports.Tape`."""

    def __init__(self, start: StartReel, worker: Executor) -> None:
        self._start = start
        self._worker = worker
        self._reel: Reel | None = None
        self._conversation_id = ""
        self._rate = 0
        self._lock = threading.Lock()
        # Samples of both sides from number `_base` on, not written yet: the first `_count` of the room that there is.
        self._room = np.zeros((0, 2), np.int16)
        self._count = 0
        self._base = 0
        # Stretches that are not kept, in seconds. The first lasts until the notice was heard.
        self._gaps: list[tuple[float, float]] = [(0.0, np.inf)]
        self._asked = False
        self._paused_before = 0
        self._objected = False
        self._closed = False

    def begin(self, conversation_id: str, rate: int) -> None:
        """See `Tape`."""
        self._conversation_id, self._rate = conversation_id, rate

    def debtor(self, at: float, pcm: bytes) -> None:
        """See `Tape`."""
        self._lay(at, pcm, side=0)

    def bot(self, at: float, pcm: bytes) -> None:
        """See `Tape`."""
        self._lay(at, pcm, side=1)

    def pause(self, at: float) -> None:
        """See `Tape`."""
        with self._lock:
            if not self._asked:
                self._paused_before += 1
                return
            if self._gaps[-1][1] == np.inf:
                begun = min(at, self._gaps[-1][0])
                self._gaps[-1] = (begun, np.inf)
            else:
                self._gaps.append((at, np.inf))
        self._later(lambda: self._blank_written(at, np.inf))

    def resume(self, at: float) -> None:
        """See `Tape`."""
        with self._lock:
            if not self._asked and self._paused_before:  # the end of a pause is not yet the notice
                self._paused_before -= 1
                return
            if self._objected or self._gaps[-1][1] != np.inf:
                return
            self._gaps[-1] = (self._gaps[-1][0], at)
            first, self._asked = not self._asked, True
        if first:
            self._later(self._start_reel)

    def spoken(self, turn_id: str, begins: float, ends: float) -> None:
        """See `Tape`."""
        self._later(lambda: self._note_turn(turn_id, begins, ends))

    def close(self) -> None:
        """See `Tape`."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            seconds = (self._base + self._count) / self._rate if self._rate else 0.0
        self._later(lambda: self._end(seconds))

    def _lay(self, at: float, pcm: bytes, side: int) -> None:
        if not self._rate or not 0 <= at <= LONGEST_SECONDS:
            return
        samples = np.frombuffer(pcm[: len(pcm) - len(pcm) % 2], "<i2")
        with self._lock:
            if self._closed:
                return
            at_sample = round(at * self._rate) - self._base
            samples = samples[max(0, -at_sample) :]
            at_sample = max(0, at_sample)
            end = at_sample + len(samples)
            if end > len(self._room):
                more = np.zeros((end - len(self._room) + 10 * self._rate, 2), np.int16)
                self._room = np.concatenate([self._room, more])
            self._room[at_sample:end, side] = samples
            self._count = max(self._count, end)
            ripe = self._count - int(HELD_SECONDS * self._rate)
            if ripe < self._rate:
                return
            sound = self._take(ripe)
        self._later(lambda: self._write(sound))

    def _take(self, count: int) -> bytes:
        """The oldest samples, without what is not to be kept. The lock is held."""
        sound = self._room[:count].copy()
        for begins, ends in self._gaps:
            first = max(0, min(count, round(begins * self._rate) - self._base))
            last = count if ends == np.inf else max(0, min(count, round(ends * self._rate) - self._base))
            sound[first:last] = 0
        self._room[: self._count - count] = self._room[count : self._count]
        self._room[self._count - count : self._count] = 0
        self._count -= count
        self._base += count
        return sound.astype("<i2").tobytes()

    # From here on: the one thread that may wait.

    def _later(self, work: Callable[[], None]) -> None:
        try:
            self._worker.submit(self._guarded, work)
        except RuntimeError:  # the house is closing: what is on the disk stays readable so far
            structlog.get_logger().warning("recording_cut_short", conversation_id=self._conversation_id)

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as fault:
            # A call goes on without its recording; what is on the disk stays sealed and readable so far.
            self._reel = None
            structlog.get_logger().error(
                "recording_failed", conversation_id=self._conversation_id, code=type(fault).__name__
            )

    def _start_reel(self) -> None:
        self._reel = self._start(self._conversation_id, self._rate)

    def _write(self, sound: bytes) -> None:
        if self._reel is not None:
            self._reel.add(sound)

    def _note_turn(self, turn_id: str, begins: float, ends: float) -> None:
        if self._reel is None:
            return
        verdict = self._reel.turn(turn_id, begins, ends)
        if verdict == "keep":
            return
        until = ends if verdict == "leave_out" else np.inf
        with self._lock:
            self._objected = self._objected or verdict == "objected"
            self._gaps.insert(0, (begins, until))
        self._blank_written(begins, until)

    def _blank_written(self, begins: float, ends: float) -> None:
        with self._lock:
            written = self._base / self._rate
        if self._reel is not None and begins < written:
            try:
                self._reel.blank(begins, min(ends, written))
            except Exception:
                self._reel.destroy()
                raise

    def _end(self, seconds: float) -> None:
        if self._reel is None:
            return
        with self._lock:
            sound = self._take(self._count)
        self._reel.add(sound)
        self._reel.finish(seconds)
        self._reel = None


class Tapes:
    """The tapes of all calls of a process, with the one thread that writes them. A context manager: at its end all is
    written."""

    def __init__(self, start: StartReel) -> None:
        self._start = start
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="recording")

    def tape_for(self, _attempt_id: str) -> CallTape:
        """A tape for one call. Which talk it belongs to is told when the talk has been opened (`CallTape.begin`)."""
        return CallTape(self._start, self._worker)

    def close(self) -> None:
        self._worker.shutdown()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self.close()
