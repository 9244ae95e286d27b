"""Start `rasa` with the arguments given, quickly, and never outlive the process that started it.

Used by bot/rasa_process.py. By hand: `.venv/bin/python launch.py train --help`.
"""

from __future__ import annotations

import os
import signal
import sys
import threading

import skops.io  # noqa: F401  imported before TensorFlow it loads scikit-learn first, which halves the start


def _end_with_parent() -> None:
    """The parent keeps our standard input open while it lives."""
    # Not through sys.stdin: the lock it would hold breaks a clean exit.
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    if os.environ.get("AMENDS_RASA_FOLLOW_PARENT") == "1":
        threading.Thread(target=_end_with_parent, daemon=True).start()
    # The components in `amends/` are found from here; Rasa looks in the working directory.
    os.chdir(os.path.dirname(os.path.abspath(__file__)))
    from rasa.__main__ import main as rasa_main

    sys.argv[0] = "rasa"
    rasa_main()


if __name__ == "__main__":
    main()
