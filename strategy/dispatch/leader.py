"""One dispatcher at a time on one ledger file: whoever holds the lock file leads, and a dead process lets go of it."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class NotLeader(Exception):
    """Another process dispatches on this ledger: {path} is locked."""


@contextmanager
def leadership(path: Path) -> Iterator[None]:
    """Hold the lead while inside. The kernel frees the lock of a killed process at once, so no lease has to run out.

    :raises NotLeader: somebody else leads.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise NotLeader(f"another process of Amends is at work here and holds {path}: end it first") from error
        yield
