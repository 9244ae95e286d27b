"""Speaking for many calls at once: a pool of synthesisers, sentence by sentence, and a memory of what was said before.

A text is cut into sentences; the first is handed over while the next is being made. First sentences of any call go
before later ones, and those before texts that are only being learnt for later (`SpeakingPool.learn`). A call that stops
listening, because the debtor speaks, takes its waiting sentences back.
"""

from __future__ import annotations

import itertools
import os
import queue
import re
import threading
from asyncio import wrap_future
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Self

from speech.audio import RATE, Samples, from_pcm16, resample, to_pcm16
from speech.speak_process import VOICES, SpeakFailed, SpeakingProcess, Synthesiser, Voice

REMEMBERED_BYTES: Final = 64 * 2**20
_SENTENCE = re.compile(r".*?(?:[。！？；!?;…]+|\.(?=\s|$)|\n|$)[”’」』\"')）]*", re.DOTALL)
_CHINESE = re.compile(r"([\u3400-\u9fff][\u3400-\u9fff，、·]*)")
_STOP, _AT_ONCE, _SOON, _WHEN_IDLE = range(4)

_Key = tuple[Voice, int, str]


@dataclass
class _Job:
    key: _Key
    waiters: list[Future[bytes]] = field(default_factory=list)
    learnt: bool = False
    """Whether it is to be made even if nobody waits for it."""


def sentences(text: str) -> list[str]:
    """The text cut behind each sentence; parts without a letter or a digit are left out."""
    parts = (match.group().strip() for match in _SENTENCE.finditer(text))
    return [part for part in parts if any(character.isalnum() for character in part)]


def _runs(sentence: str, language: str) -> list[tuple[str, str]]:
    """The sentence with the language of each stretch. A Chinese name in English is said by the Chinese voice, which
    the English one would read as "Chinese letter"; the Chinese voice reads English words itself."""
    if language != "en":
        return [(sentence, language)]
    runs = [(part.strip(), "zh" if _CHINESE.match(part) else "en") for part in _CHINESE.split(sentence)]
    return [(part, of) for part, of in runs if any(character.isalnum() for character in part)]


class SpeakingPool:
    """Says texts, for as many calls as ask. Implements `bot.phone.ports.Speaks`. Use it as a context manager, or call
    `close`: the synthesisers are processes.

    :param workers: how many sentences are made at the same time; unset, one for each core that we may use.
    :param remembered_bytes: how much sound is kept, in memory only; what was not asked for longest goes first.
    :param voices: a voice for each language.
    :param make: what makes a synthesiser; called once for each worker, in its thread.
    """

    def __init__(
        self,
        workers: int | None = None,
        remembered_bytes: int = REMEMBERED_BYTES,
        voices: Mapping[str, Voice] = VOICES,
        make: Callable[[], Synthesiser] = SpeakingProcess,
    ) -> None:
        self._voices = voices
        self._make = make
        self._remembered_bytes = remembered_bytes
        self._memory: OrderedDict[_Key, bytes] = OrderedDict()
        self._held = 0
        self._jobs: dict[_Key, _Job] = {}
        self._lock = threading.Lock()
        self._queue: queue.PriorityQueue[tuple[int, int, _Job | None]] = queue.PriorityQueue()
        self._order = itertools.count()
        self._closed = False
        self._synthesisers: list[Synthesiser] = []
        count = workers or len(os.sched_getaffinity(0))
        self._threads = [threading.Thread(target=self._work, name=f"speaking-{n}", daemon=True) for n in range(count)]
        for thread in self._threads:
            thread.start()

    async def synthesize(self, text: str, language: str, rate: int) -> AsyncIterator[bytes]:
        """Spelled-out text as sound: 16-bit little-endian samples at `rate` (Hertz), a piece for each sentence.

        Close the iterator, or cancel the task, to stop: what has not been begun is then not made.

        :param language: "zh" or "en".
        :raises ValueError: when the text holds nothing that can be said.
        :raises SpeakFailed: when the synthesiser gave no usable audio.
        """
        keys = self._keys(text, language, rate)
        ahead = self._want(keys[0], _AT_ONCE)
        try:
            for following in [*keys[1:], None]:
                piece = ahead
                if following is not None:
                    ahead = self._want(following, _SOON)
                yield await wrap_future(piece)
        finally:
            ahead.cancel()

    def say(self, text: str, language: str, voice: Voice | None = None) -> Samples:
        """The whole text at once as 16 kHz samples, read-only: for tools that make recordings. Blocks.

        :raises ValueError: when the text holds nothing that can be said.
        :raises SpeakFailed: when the synthesiser gave no usable audio.
        """
        pieces = [self._want(key, _AT_ONCE) for key in self._keys(text, language, RATE, voice)]
        return from_pcm16(b"".join(piece.result() for piece in pieces))

    def learn(self, texts: Iterable[str], language: str, rate: int) -> None:
        """Make these texts when there is nothing else to do, so that they are there at once when a call needs them."""
        for text in texts:
            for key in self._keys(text, language, rate):
                self._want(key, _WHEN_IDLE)

    def _keys(self, text: str, language: str, rate: int, voice: Voice | None = None) -> list[_Key]:
        parts = [run for part in sentences(text) for run in _runs(part, language)]
        if not parts:
            raise ValueError("there is nothing to say in this text")
        return [(voice or self._voices[of], rate, part) for part, of in parts]

    def _want(self, key: _Key, urgency: int) -> Future[bytes]:
        waiter: Future[bytes] = Future()
        with self._lock:
            if self._closed:
                raise SpeakFailed("the pool is closed")
            if key in self._memory:
                self._memory.move_to_end(key)
                waiter.set_result(self._memory[key])
                return waiter
            job = self._jobs.setdefault(key, _Job(key))
            job.waiters.append(waiter)
            job.learnt = job.learnt or urgency == _WHEN_IDLE
        # A job may stand in the queue twice, once as less urgent: who comes second finds it done.
        self._queue.put((urgency, next(self._order), job))
        return waiter

    def _work(self) -> None:
        synthesiser = self._make()
        self._synthesisers.append(synthesiser)
        synthesiser.start()
        while (job := self._queue.get()[2]) is not None:
            with self._lock:
                if self._jobs.get(job.key) is not job:
                    continue
                if not job.learnt and all(waiter.cancelled() for waiter in job.waiters):
                    del self._jobs[job.key]
                    continue
            self._make_sound(job, synthesiser)

    def _make_sound(self, job: _Job, synthesiser: Synthesiser) -> None:
        voice, rate, text = job.key
        pcm, fault = b"", None
        try:
            samples, own_rate = synthesiser.synthesise(text, voice)
            pcm = to_pcm16(resample(samples, own_rate, rate))
        except Exception as raised:
            fault = raised
        with self._lock:
            if self._jobs.pop(job.key, None) is None:  # closed meanwhile: its waiters have been told
                return
            if fault is None:
                self._remember(job.key, pcm)
        for waiter in job.waiters:
            if waiter.set_running_or_notify_cancel():
                if fault is None:
                    waiter.set_result(pcm)
                else:
                    waiter.set_exception(fault)

    def _remember(self, key: _Key, pcm: bytes) -> None:
        self._memory[key] = pcm
        self._held += len(pcm)
        while self._held > self._remembered_bytes:
            self._held -= len(self._memory.popitem(last=False)[1])

    def close(self) -> None:
        """End the synthesisers. What is still waited for fails."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            waiting, self._jobs = list(self._jobs.values()), {}
        for job in waiting:
            for waiter in job.waiters:
                if waiter.set_running_or_notify_cancel():
                    waiter.set_exception(SpeakFailed("the pool was closed"))
        for _ in self._threads:
            self._queue.put((_STOP, next(self._order), None))
        for synthesiser in self._synthesisers:
            synthesiser.stop()
        for thread in self._threads:
            thread.join()
        for synthesiser in self._synthesisers:  # one that was in the middle of a sentence had begun again
            synthesiser.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self.close()
