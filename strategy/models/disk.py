"""Writing so that a crash at any moment leaves the old file or the new one, whole; and one writer at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

UNFINISHED = ".unfinished"
"""What a file or folder is called that is still being written; no reader looks at one."""


def write_whole(path: Path, content: bytes) -> None:
    """Put the file in its place in one step, after the disk has it.

    :raises OSError: the disk is full or cannot be written; the old file is still there.
    """
    unfinished = path.with_name(path.name + UNFINISHED)
    with unfinished.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(unfinished, path)
    # From here on readers meet the new file; a disk that will not confirm it cannot make it the old one again.
    with suppress(OSError):
        to_disk(path.parent)


def to_disk(path: Path) -> None:
    """Wait until the disk has a file's content, or a folder's list of names."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def one_writer(folder: Path) -> Iterator[None]:
    """Hold the folder for writing; another process that wants it waits. The kernel lets go for a killed one."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
