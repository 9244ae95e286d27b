"""One speaking process seen from outside: pyttsx3 and espeak-ng behind a pipe, replaced when it hangs or dies.

`speech.speak_worker` says why it is a process. A sentence that comes back too short to be whole is tried again.
"""

from __future__ import annotations

import json
import select
import subprocess
import sys
import tempfile
import wave
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final, Protocol

from speech.audio import Samples, read_pcm16
from speech.pronounced import pronounced

_WORKER = Path(__file__).with_name("speak_worker.py")
# What is said may be about somebody's debt: where the machine has a folder in memory, it never touches a disk.
_MEMORY = Path("/dev/shm")
_TRIES = 3
# A healthy espeak-ng takes longer than this for every letter, or Chinese character, at any rate that we use.
_LEAST_SECONDS_A_LETTER = 0.015
_LEAST_SECONDS_A_CHARACTER = 0.05
_FIRST_CHINESE_CHARACTER = "\u3400"


@dataclass(frozen=True)
class Voice:
    """A voice of a synthesiser.

    :param name: espeak-ng's identifier, with an optional variant such as `+f2`; or the language of a natural voice.
    :param rate: words a minute, as espeak-ng counts them; percent of its own pace for a natural voice.
    """

    name: str
    rate: int


VOICES: Final = MappingProxyType({"zh": Voice("sit/cmn", 210), "en": Voice("gmw/en-us", 165)})


class SpeakFailed(Exception):
    """The synthesiser gave no usable audio, even after a new process and another try."""


class Synthesiser(Protocol):
    """What can turn a sentence into sound. Used by one thread at a time; `stop` may come from another."""

    def start(self) -> None:
        """Get ready, without waiting for it, before the first sentence is asked for."""

    def synthesise(self, text: str, voice: Voice) -> tuple[Samples, int]:
        """The sentence at the synthesiser's own rate (Hertz).

        :raises SpeakFailed: when no try gave plausible audio.
        """

    def stop(self) -> None:
        """Let go of what it holds. What is being said is broken off."""


class SpeakingProcess:
    """One process of espeak-ng: started when first needed, started anew after a fault.

    :param job_seconds: after this a process counts as hung and is replaced.
    """

    def __init__(self, job_seconds: float = 15.0) -> None:
        self._job_seconds = job_seconds
        self._process: subprocess.Popen[bytes] | None = None

    def synthesise(self, text: str, voice: Voice) -> tuple[Samples, int]:
        """See `Synthesiser`."""
        least = _least_seconds(text)
        for _ in range(_TRIES):
            said = self._try(text, voice)
            if said is not None and said[0].size / said[1] >= least:
                return said
        raise SpeakFailed(f"no audio after {_TRIES} tries for {len(text)} characters with voice {voice.name}")

    def start(self) -> None:
        """See `Synthesiser`. A process takes a tenth of a second."""
        self._running()

    def _try(self, text: str, voice: Voice) -> tuple[Samples, int] | None:
        # A folder of its own, so that the file is private, and soon gone.
        with tempfile.TemporaryDirectory(prefix="amends-speak-", dir=_MEMORY if _MEMORY.is_dir() else None) as folder:
            path = Path(folder) / "said.wav"
            if not self._do({"text": pronounced(text), "voice": voice.name, "rate": voice.rate, "path": str(path)}):
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
            if not select.select([process.stdout], [], [], self._job_seconds)[0]:
                return False
            answer = process.stdout.readline()
        except (OSError, ValueError):  # it died, or was stopped from another thread
            return False
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
        """See `Synthesiser`."""
        if self._process is None:
            return
        process, self._process = self._process, None
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


def _least_seconds(text: str) -> float:
    """What the text takes at the very least; audio shorter than that is a fault of the synthesiser."""
    said = [character for character in text if character.isalnum()]
    chinese = sum(character >= _FIRST_CHINESE_CHARACTER for character in said)
    return chinese * _LEAST_SECONDS_A_CHARACTER + (len(said) - chinese) * _LEAST_SECONDS_A_LETTER
