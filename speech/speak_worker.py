"""One speaking process: reads jobs as JSON lines on standard input, writes a WAV for each, answers with a JSON line.

pyttsx3 2.99 with espeak-ng allows one engine a process, so `speech.speak` runs this file as a process of its own,
never imports it. It imports nothing of Amends.

What is worked round here, each seen with pyttsx3 2.99:
- it finds espeak-ng only where a system package put it: the library of `espeakng-loader` is loaded globally first,
  which the dynamic linker then hands to pyttsx3 under its usual name;
- espeak-ng works in a thread of its own. `runAndWait` cancels whatever still runs when it is called, and setting a
  voice or a rate is already work: without a wait between the two, the sentence itself is cancelled and the file is
  empty or missing. So: set, wait for espeak-ng to be idle, save, wait for `finished-utterance`, wait again;
- it prints to standard output.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

_LONGEST_JOB_SECONDS = 30.0


def main() -> None:
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    engine, wait_until_idle = _start_engine()
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
        wait_until_idle()
        engine.save_to_file(job["text"], job["path"])
        engine.runAndWait()
        done = finished.wait(_LONGEST_JOB_SECONDS) and not faults
        wait_until_idle()
        print(json.dumps({"done": done}), file=answers, flush=True)


def _start_engine() -> tuple[Any, Any]:
    import espeakng_loader

    os.environ["ESPEAK_DATA_PATH"] = str(Path(espeakng_loader.get_data_path()).parent)
    ctypes.CDLL(espeakng_loader.get_library_path(), mode=ctypes.RTLD_GLOBAL)
    import pyttsx3
    from pyttsx3.drivers import _espeak

    return pyttsx3.init("espeak"), _espeak.Synchronize


if __name__ == "__main__":
    main()
