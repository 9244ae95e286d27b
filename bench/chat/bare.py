"""Rasa alone, answered from memory: ``python -m bench.chat.bare LEARNT PROCESSES``.

Prints one line of JSON when it is ready, and ends when its standard input is closed.
"""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from app import logs, wiring
from app.serving import serving
from app.settings import Settings
from bench.chat.acts import learnt_from, remembered
from bot.rasa_process import RasaProcess


def main(learnt: Path, processes: int) -> None:
    logs.configure("warning")
    settings = Settings()
    secret, port = wiring.new_secret(), wiring.free_port()
    with ExitStack() as running:
        running.enter_context(serving(remembered(learnt_from(learnt)), "127.0.0.1", port))
        urls = []
        for _ in range(processes):
            home = Path(running.enter_context(TemporaryDirectory()))
            (home / "models").symlink_to(settings.rasa_home / "models")
            acts = f"http://127.0.0.1:{port}/acts"
            rasa = RasaProcess(home, wiring.free_port(), acts, secret, "-", settings.rasa_python)
            running.enter_context(rasa)
            urls.append(rasa.url)
        print(json.dumps({"urls": urls, "secret": secret}), flush=True)  # noqa: T201
        sys.stdin.read()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
