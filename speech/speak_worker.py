"""One speaking process: reads jobs as JSON lines on standard input, writes a WAV for each, answers with a JSON line.

pyttsx3 2.99 with espeak-ng allows one engine a process, so `speech.speak` runs this file as a process of its own,
never imports it. It imports nothing of Amends.

What is worked round here, each seen with pyttsx3 2.99:
- it finds espeak-ng only where a system package put it: the library of `espeakng-loader` is loaded globally first,
  which the dynamic linker then hands to pyttsx3 under its usual name;
- until its first `runAndWait` it only queues what it is told, so the first sentence would be spoken while its voice and
  rate are still being set: one empty run comes first;
- espeak-ng works in a thread of its own. `runAndWait` cancels whatever still runs when it is called, and setting a
  voice or a rate is already work: without a wait between the two, the sentence is cancelled (an empty or missing file)
  or the rate is lost. So: set, wait until it holds and espeak-ng is idle, save, wait for `finished-utterance`, and wait
  again;
- it prints to standard output.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

_LONGEST_JOB_SECONDS = 30.0
_ESPEAK_RATE, _CURRENT = 1, 1  # espeakRATE, and its current rather than its default value (espeak-ng/speak_lib.h)


def main() -> None:
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    espeak = _load_espeak()
    engine = _start_engine()
    espeak.espeak_Synchronize()
    finished = threading.Event()
    faults: list[Exception] = []

    # pyttsx3 passes these by name, and swallows faults such as an unknown voice unless they are asked for.
    def note_finished(name: str | None, completed: bool) -> None:  # noqa: ARG001
        if completed:
            finished.set()

    def note_fault(name: str | None, exception: Exception) -> None:  # noqa: ARG001
        faults.append(exception)

    engine.connect("finished-utterance", note_finished)
    engine.connect("error", note_fault)
    for line in sys.stdin:
        job = json.loads(line)
        finished.clear()
        faults.clear()
        engine.setProperty("voice", job["voice"])
        engine.setProperty("rate", job["rate"])
        holds = _wait_for_rate(espeak, job["rate"])
        espeak.espeak_Synchronize()
        engine.save_to_file(job["text"], job["path"])
        engine.runAndWait()
        done = finished.wait(_LONGEST_JOB_SECONDS) and holds and not faults
        espeak.espeak_Synchronize()
        print(json.dumps({"done": done}), file=answers, flush=True)


def _load_espeak() -> ctypes.CDLL:
    import espeakng_loader

    os.environ["ESPEAK_DATA_PATH"] = str(Path(espeakng_loader.get_data_path()).parent)
    return ctypes.CDLL(espeakng_loader.get_library_path(), mode=ctypes.RTLD_GLOBAL)


def _start_engine() -> Any:
    import pyttsx3

    engine = pyttsx3.init("espeak")
    engine.runAndWait()
    return engine


def _wait_for_rate(espeak: ctypes.CDLL, rate: int) -> bool:
    """Whether espeak-ng has taken over the rate (words a minute) within a second."""
    for _ in range(1000):
        if espeak.espeak_GetParameter(_ESPEAK_RATE, _CURRENT) == rate:
            return True
        time.sleep(0.001)
    return False


if __name__ == "__main__":
    main()
