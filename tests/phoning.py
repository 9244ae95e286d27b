"""Browser phones for tests: a loop for the calls, pages to ring at, and a far end that plays and listens."""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

import numpy as np

from app.api.phone import Phones
from bot.phone.legs.browser_pages import Pages
from bot.phone.seam import CallLeg, HungUp, Key, Played, Sound

T = TypeVar("T")


class CallsInAThread:
    """An event loop in a thread, as the calls of a process have one."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, coroutine: Coroutine[Any, Any, T], seconds: float = 60) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(seconds)

    def start(self, coroutine: Coroutine[Any, Any, T]) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop)

    def phones(self) -> Phones:
        secrets = itertools.count()
        return Phones(*(Pages(self.loop.call_soon_threadsafe, lambda: f"secret-{next(secrets)}") for _ in range(2)))

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(5)


def tone(pitch: float, seconds: float, rate: int = 16_000) -> bytes:
    """A clear tone as 16-bit samples."""
    at = np.arange(round(seconds * rate)) / rate
    return (12_000 * np.sin(2 * np.pi * pitch * at)).astype("<i2").tobytes()


def pitch_of(pcm: bytes, rate: int = 16_000) -> float:
    """The strongest pitch in the loudest second of a sound, in hertz; 0 for silence."""
    samples = np.frombuffer(pcm, "<i2").astype(np.float64)
    if len(samples) < rate // 4:
        return 0.0
    window = min(rate, len(samples))
    begins = range(0, len(samples) - window + 1, rate // 4)
    loudest = max(begins, key=lambda begin: float(np.square(samples[begin : begin + window]).sum()))
    part = samples[loudest : loudest + window] * np.hanning(window)
    if np.abs(part).max() < 300:
        return 0.0
    return float(np.argmax(np.abs(np.fft.rfft(part))) * rate / window)


class FarEnd:
    """What comes over a leg: all sound, keys and marks, in order."""

    def __init__(self, leg: CallLeg) -> None:
        self.leg = leg
        self.sound = bytearray()
        self.keys: list[str] = []
        self.played: list[str] = []
        self.over: HungUp | None = None

    async def listen(self) -> FarEnd:
        async for event in self.leg.events():
            match event:
                case Sound(pcm):
                    self.sound += pcm
                case Key(digit):
                    self.keys.append(digit)
                case Played(name):
                    self.played.append(name)
                case HungUp():
                    self.over = event
        return self
