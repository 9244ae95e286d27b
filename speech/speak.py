"""Speaking: text to 16 kHz samples with pyttsx3 and the espeak-ng that its wheel carries.

Each `Speaker` owns a few worker processes (see `speech.speak_worker` for why) and a cache, so that a sentence said
before costs nothing. Amounts and dates are spelled out beforehand by `speech.spoken`.
"""

from __future__ import annotations

import json
import queue
import select
import subprocess
import sys
import tempfile
import threading
import wave
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Final, Self

from speech.audio import Samples, read_pcm16, seconds_of

_WORKER = Path(__file__).with_name("speak_worker.py")
_TRIES = 3
# A healthy espeak-ng takes longer than this for every letter, or Chinese character, at any rate that we use.
_LEAST_SECONDS_A_LETTER = 0.015
_LEAST_SECONDS_A_CHARACTER = 0.05
_FIRST_CHINESE_CHARACTER = "\u3400"


@dataclass(frozen=True)
class Voice:
    """A voice of espeak-ng.

    :param name: espeak-ng's identifier, with an optional variant such as `+f2`.
    :param rate: words a minute, as espeak-ng counts them.
    """

    name: str
    rate: int


VOICES: Final = MappingProxyType({"zh": Voice("sit/cmn", 210), "en": Voice("gmw/en-us", 165)})


class SpeakFailed(Exception):
    """The synthesiser gave no usable audio, even after a new process and another try."""


class Speaker:
    """Says sentences. Safe to share between threads; a sentence waits for a free worker.

    Use it as a context manager, or call `close`: the workers are processes.
    """

    def __init__(self, workers: int = 1, remembered: int = 256, job_seconds: float = 15.0) -> None:
        """:param remembered: how many sentences the cache holds, in memory only.
        :param job_seconds: after this a worker counts as hung and is replaced.
        """
        self._idle: queue.SimpleQueue[_Worker] = queue.SimpleQueue()
        self._workers = [_Worker(job_seconds) for _ in range(workers)]
        for worker in self._workers:
            self._idle.put(worker)
        self._remembered = remembered
        self._cache: OrderedDict[tuple[Voice, str], Samples] = OrderedDict()
        self._cache_lock = threading.Lock()

    def say(self, text: str, language: str, voice: Voice | None = None) -> Samples:
        """The sentence as 16 kHz samples, read-only.

        :param language: "zh" or "en".
        :raises ValueError: when the text holds nothing that can be said.
        :raises SpeakFailed: when no try gave plausible audio.
        """
        if not any(character.isalnum() for character in text):
            raise ValueError("there is nothing to say in this text")
        voice = voice or VOICES[language]
        with self._cache_lock:
            if (voice, text) in self._cache:
                self._cache.move_to_end((voice, text))
                return self._cache[voice, text]
        samples = self._synthesise(text, voice)
        samples.flags.writeable = False
        with self._cache_lock:
            self._cache[voice, text] = samples
            while len(self._cache) > self._remembered:
                self._cache.popitem(last=False)
        return samples

    def _synthesise(self, text: str, voice: Voice) -> Samples:
        least = _least_seconds(text)
        worker = self._idle.get()
        try:
            for _ in range(_TRIES):
                samples = worker.synthesise(text, voice)
                if samples is not None and seconds_of(samples) >= least:
                    return samples
        finally:
            self._idle.put(worker)
        raise SpeakFailed(f"no audio after {_TRIES} tries for {len(text)} characters with voice {voice.name}")

    def close(self) -> None:
        for worker in self._workers:
            worker.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def _least_seconds(text: str) -> float:
    """What the text takes at the very least; audio shorter than that is a fault of the synthesiser."""
    said = [character for character in text if character.isalnum()]
    chinese = sum(character >= _FIRST_CHINESE_CHARACTER for character in said)
    return chinese * _LEAST_SECONDS_A_CHARACTER + (len(said) - chinese) * _LEAST_SECONDS_A_LETTER


class _Worker:
    """One speaking process: started when first needed, replaced when it hangs or dies."""

    def __init__(self, job_seconds: float) -> None:
        self._job_seconds = job_seconds
        self._process: subprocess.Popen[bytes] | None = None

    def synthesise(self, text: str, voice: Voice) -> Samples | None:
        """One try; None when it gave no readable audio."""
        # A folder of its own: the words may be about somebody's debt, so the file is private and soon gone.
        with tempfile.TemporaryDirectory(prefix="amends-speak-") as folder:
            path = Path(folder) / "said.wav"
            if not self._do({"text": text, "voice": voice.name, "rate": voice.rate, "path": str(path)}):
                self.stop()
                return None
            try:
                return read_pcm16(path)
            except (OSError, wave.Error, EOFError):
                return None

    def _do(self, job: dict[str, str | int]) -> bool:
        process = self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(json.dumps(job).encode() + b"\n")
            process.stdin.flush()
        except OSError:
            return False
        if not select.select([process.stdout], [], [], self._job_seconds)[0]:
            return False
        answer = process.stdout.readline()
        return bool(answer and json.loads(answer)["done"])

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            # -P keeps this folder off the worker's import path. What the engine prints is dropped: it may hold words.
            self._process = subprocess.Popen(
                [sys.executable, "-P", str(_WORKER)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
            )
        return self._process

    def stop(self) -> None:
        if self._process is None:
            return
        process, self._process = self._process, None
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
