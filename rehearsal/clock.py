"""The virtual clock: time that stands still until somebody moves it, and never runs back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Lock


class VirtualClock:
    """A clock to hand to a Ledger. Calling it gives the virtual now (aware UTC)."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)
        self._lock = Lock()

    def __call__(self) -> datetime:
        with self._lock:
            return self._now

    def advance(self, by: timedelta) -> datetime:
        """Move on by `by` and return the new now.

        :raises ValueError: a negative step.
        """
        if by < timedelta(0):
            raise ValueError("a virtual clock does not run back")
        with self._lock:
            self._now += by
            return self._now

    def reach(self, then: datetime) -> datetime:
        """Move on to `then`; stay where we are when it is already past. Returns the now."""
        with self._lock:
            self._now = max(self._now, then.astimezone(UTC))
            return self._now
