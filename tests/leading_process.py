"""A process that beats while it leads, as `amends serve` does: run by tests, one line of its log for every beat.

python -m leading_process LOG LOCK_FILE DATABASE_URL (sqlite:///... or postgresql+psycopg://...)
"""

from __future__ import annotations

import signal
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

from sqlalchemy import make_url

from app.leading import beat_while_leading
from app.wiring import real_clock
from ledger.ledger import postgres_engine, sqlite_engine
from strategy.dispatch.heartbeats import Heartbeat
from strategy.dispatch.leader import lead_of


def main(log: Path, lock: Path, url: str) -> None:
    engine = postgres_engine(url) if url.startswith("postgresql") else sqlite_engine(Path(make_url(url).database or ""))
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())

    def note(line: str) -> None:
        with log.open("a") as file:
            file.write(f"{time.monotonic()} {line}\n")

    beats = (Heartbeat("dispatch", timedelta(seconds=1), lambda: note("beat")),)
    beat_while_leading(lead_of(engine, lock), beats, real_clock, stopped, note)
    note("ended")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
