"""Recognition for many calls at once: as many at a time as there are cores, the rest in order, and none for ever.

A turn may be recognised before it is certain to be over (`begin`). Such an early hearing waits behind all that is
wanted for certain; `commit` moves it up to where it would have stood, `cancel` drops it.

Threads, not processes: CTranslate2 computes outside Python's lock, and what holds the lock (features, tokens) is a
small share of the work; processes would each need the model in memory.
"""

from __future__ import annotations

import asyncio
import heapq
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Literal, Protocol, Self

from speech.audio import Samples, seconds_of
from speech.hear import LANGUAGES, Heard, not_heard

State = Literal["idle", "waiting", "running", "over"]


class Hearer(Protocol):
    """Recognition of one utterance (`speech.hear.Recogniser`), from any thread."""

    def hear(self, samples: Samples, language: str | None, expecting: str = "anything") -> Heard: ...


@dataclass(frozen=True, slots=True)
class PoolLimits:
    """How much may pile up before it is said that nothing can be heard just now.

    :param most_waiting: utterances that wait; more are refused at once.
    :param longest_wait_seconds: after this a debtor would think that the line is dead.
    """

    most_waiting: int = 64
    longest_wait_seconds: float = 4.0


def cores() -> int:
    """The processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Hearing:
    """One utterance on its way through the pool. To be used in the pool's loop."""

    def __init__(self, pool: HearingPool, order: int, samples: Samples, language: str | None, expecting: str) -> None:
        self._pool = pool
        self.order = order
        self.samples = samples
        self.language = language
        self.expecting = expecting
        self.state: State = "idle"
        self.certain = False
        self.answer: asyncio.Future[Heard] = asyncio.get_running_loop().create_future()

    @property
    def key(self) -> tuple[bool, int]:
        """What is wanted for certain goes first, and what came first before what came later."""
        return (not self.certain, self.order)

    def commit(self) -> None:
        """The turn is over: this hearing is wanted for certain. Harmless when said twice."""
        if not self.certain and self.state != "over":
            self.certain = True
            self._pool.wait_for_certain(self)

    def cancel(self) -> None:
        """Nobody wants it any more: one that waits is dropped, one that runs is not listened to. Never an answer."""
        if self.state != "running":
            self.state = "over"
        if not self.answer.cancel() and not self.answer.cancelled():
            # Read, so that a fault which nobody waits for is not reported as forgotten.
            self.answer.exception()

    async def result(self) -> Heard:
        """What was heard; not clear, with `why` "too_busy", when the wait was too long. One caller may wait for it.

        :raises asyncio.CancelledError: it was cancelled.
        :raises Exception: whatever the recogniser failed with.
        """
        try:
            return await asyncio.shield(self.answer)
        except asyncio.CancelledError:
            self.cancel()
            raise


class HearingPool:
    """Shares one recogniser among calls. All its methods belong to one event loop; `close` may come from anywhere."""

    def __init__(self, hearer: Hearer, *, at_once: int | None = None, limits: PoolLimits | None = None) -> None:
        """:param at_once: recognitions that run at the same time, by default one for each core. The recogniser should
        be loaded for as many (`HearSettings.at_once`); with fewer they take turns inside it."""
        self._hearer = hearer
        self._limits = limits or PoolLimits()
        self._free = at_once or cores()
        self._threads = ThreadPoolExecutor(self._free, thread_name_prefix="hearing")
        self._waiting: list[tuple[tuple[bool, int], Hearing]] = []
        self._began = 0
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def waiting(self) -> int:
        """Utterances that wait, wanted for certain or not."""
        return len({id(each) for _, each in self._waiting if each.state == "waiting"})

    async def hear(self, samples: Samples, language: str | None, expecting: str = "anything") -> Heard:
        """One utterance to text, in its turn. Cancelling the caller cancels the hearing.

        :param samples: 16 kHz.
        :param expecting: what the talk has just asked for.
        """
        hearing = self.begin(samples, language, expecting)
        hearing.commit()
        return await hearing.result()

    def begin(self, samples: Samples, language: str | None, expecting: str = "anything") -> Hearing:
        """Start to hear what may not be over yet: when there is nothing better to do, until `commit` or `cancel`."""
        hearing = Hearing(self, self._began, samples, language, expecting)
        self._began += 1
        self._queue(hearing)
        return hearing

    def wait_for_certain(self, hearing: Hearing) -> None:
        """Give a hearing that has become certain its place, and a limit to its wait."""
        if hearing.state in ("idle", "waiting"):
            self._queue(hearing)
        if hearing.state == "waiting":
            asyncio.get_running_loop().call_later(self._limits.longest_wait_seconds, self._give_up, hearing)

    def close(self) -> None:
        """Take nothing new. What runs ends in its thread, what waits is answered as not heard."""
        self._closed = True
        self._threads.shutdown(wait=False, cancel_futures=True)
        for _, hearing in self._waiting:
            self._give_up(hearing)

    def _queue(self, hearing: Hearing) -> None:
        ahead = self.waiting
        if hearing.certain:
            ahead = sum(each.certain and each.state == "waiting" and each is not hearing for _, each in self._waiting)
        if self._closed or ahead >= self._limits.most_waiting:
            # An early one may still be asked for, when there may be room again.
            if hearing.certain:
                self._refuse(hearing)
            return
        hearing.state = "waiting"
        heapq.heappush(self._waiting, (hearing.key, hearing))
        self._serve()

    def _serve(self) -> None:
        while self._free and self._waiting and not self._closed:
            key, hearing = heapq.heappop(self._waiting)
            # A second entry of one that was committed, or one that was dropped while it waited.
            if hearing.state != "waiting" or key != hearing.key:
                continue
            hearing.state = "running"
            self._free -= 1
            loop = asyncio.get_running_loop()
            running = loop.run_in_executor(
                self._threads, self._hearer.hear, hearing.samples, hearing.language, hearing.expecting
            )
            running.add_done_callback(partial(self._done, hearing))

    def _done(self, hearing: Hearing, done: asyncio.Future[Heard]) -> None:
        self._free += 1
        hearing.state = "over"
        if done.cancelled():
            self._refuse(hearing)
        elif (fault := done.exception()) is not None:
            if not hearing.answer.done():
                hearing.answer.set_exception(fault)
        elif not hearing.answer.done():
            hearing.answer.set_result(done.result())
        self._serve()

    def _give_up(self, hearing: Hearing) -> None:
        if hearing.state == "waiting":
            self._refuse(hearing)

    def _refuse(self, hearing: Hearing) -> None:
        hearing.state = "over"
        if not hearing.answer.done():
            hearing.answer.set_result(
                not_heard("too_busy", hearing.language or LANGUAGES[0], seconds_of(hearing.samples))
            )
