"""Keeps the Rasa process answering: one that died or stands still is started anew, without anybody being called."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Final, Literal, Protocol

import structlog

from bot.rasa_process import RasaUnavailable

LOOK_EVERY_S: Final = 1.0
PATIENCE_S: Final = 5.0
"""A process that runs and gives no sign of health for so long stands still; a busy one answers in a second or two."""

Found = Literal["well", "silent", "restarted", "unavailable"]


class Watched(Protocol):
    """`bot.rasa_process.RasaProcess`."""

    def running(self) -> bool: ...
    def healthy(self) -> bool: ...
    def restart(self) -> None: ...


class RasaWatch:
    """Looks at one process every `every_s` seconds from a thread of its own, while used as a context manager."""

    def __init__(
        self,
        rasa: Watched,
        every_s: float = LOOK_EVERY_S,
        patience_s: float = PATIENCE_S,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rasa = rasa
        self._every_s = every_s
        self._patience_s = patience_s
        self._monotonic = monotonic
        self._silent_since: float | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="rasa-watch", daemon=True)
        self._log = structlog.get_logger()

    def look(self) -> Found:
        """One look: 'silent' is one that may still come to itself, 'unavailable' one that could not be started."""
        dead = not self._rasa.running()
        if not dead and self._rasa.healthy():
            self._silent_since = None
            return "well"
        now = self._monotonic()
        if self._silent_since is None:
            self._silent_since = now
        if not dead and now - self._silent_since < self._patience_s:
            return "silent"
        self._log.error("rasa.restarting", reason="dead" if dead else "silent")
        try:
            self._rasa.restart()
        except (RasaUnavailable, OSError) as fault:
            self._log.error("rasa.not_restarted", code=type(fault).__name__)
            return "unavailable"
        self._silent_since = None
        self._log.warning("rasa.restarted")
        return "restarted"

    def __enter__(self) -> RasaWatch:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(self._every_s):
            self.look()
