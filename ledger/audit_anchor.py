"""The anchor: a file outside the house to which heads are appended, so that a chain cut or rewritten later shows."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from ledger.audit_heads import head_of, line_of
from ledger.tables import AuditHead


class AnchorUnusable(Exception):
    """The anchor cannot be read or written; the message is one clear line."""


def append_heads(path: Path, made: Sequence[AuditHead]) -> None:
    """Add heads to the end of the anchor, and come back when the disk has them.

    :raises AnchorUnusable: it cannot be written.
    """
    lines = "".join(f"{line_of(head)}\n" for head in made)
    try:
        new = not path.exists()
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            size = os.fstat(descriptor).st_size
            # A line that a power cut left half-written stays: what is appended to is never rewritten.
            if size and os.pread(descriptor, 1, size - 1) != b"\n":
                lines = "\n" + lines
            left = lines.encode()
            while left:
                left = left[os.write(descriptor, left) :]
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if new:
            _sync_folder(path.parent)
    except OSError as error:
        raise AnchorUnusable(f"the anchor {path} cannot be written: {error.strerror}") from error


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_heads(path: Path) -> list[AuditHead]:
    """The heads of an anchor in the order they were appended; whether they are genuine is for the caller to ask.

    A line that was left half-written is passed over, at the end or where it then was written in full.

    :raises AnchorUnusable: it cannot be read, or a line of it is no head.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except OSError as error:
        raise AnchorUnusable(f"the anchor {path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise AnchorUnusable(f"the anchor {path} cannot be read: it is no text") from error
    found = []
    for number, line in enumerate(lines, start=1):
        head = head_of(line)
        if head is not None:
            found.append(head)
        elif number < len(lines) and line and not lines[number].startswith(line):
            raise AnchorUnusable(f"the anchor {path} cannot be read: line {number} is no head of an audit chain")
    return found
