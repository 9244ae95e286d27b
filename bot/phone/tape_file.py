"""The file that a recording lies in: sealed piece by piece while the call runs.

A piece is a fixed number of bytes under AES-256-GCM with a key of this file alone. Its nonce is its number; its
associated data are the recording's id, its number and whether it is the last. So a piece that is missing, moved,
altered or from another recording does not open, and a file that was cut off is known by its missing last piece. What a
crash leaves is a file without a last piece: all before it can be read.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

PIECE: Final = 32_000
"""Bytes of sound in a piece, except in the last, which has fewer: a second at 8 kHz on two channels."""
_TAG: Final = 16
_SEALED: Final = PIECE + _TAG


class TapeBroken(Exception):
    """The file is not what was written: a piece does not open."""


def new_key() -> bytes:
    """The key of one file."""
    return AESGCM.generate_key(256)


class TapeWriter:
    """Writes one file, which must not exist yet.

    :raises FileExistsError: it does.
    """

    def __init__(self, path: Path, recording_id: str, key: bytes) -> None:
        self._cipher = AESGCM(key)
        self._id = recording_id
        self._number = 0
        self._rest = b""
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file = os.fdopen(descriptor, "wb", buffering=0)

    def add(self, sound: bytes) -> None:
        """Append; whole pieces are in the file when this returns."""
        waiting = self._rest + sound
        whole = len(waiting) - len(waiting) % PIECE
        for at in range(0, whole, PIECE):
            self._write(waiting[at : at + PIECE], last=False)
        self._rest = waiting[whole:]

    def finish(self) -> None:
        """Write the last piece, which may be empty, and put the file on the disk."""
        self._write(self._rest, last=True)
        os.fsync(self._file.fileno())
        self._file.close()

    def abandon(self) -> None:
        """Leave the file as a crash would."""
        self._file.close()

    def _write(self, piece: bytes, *, last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._number), piece, _bound_to(self._id, self._number, last)))
        self._number += 1


class TapeReader:
    """Reads one file, from anywhere in it.

    :raises TapeBroken: its last piece is not one of this recording.
    :raises OSError: there is no such file.
    """

    def __init__(self, path: Path, recording_id: str, key: bytes) -> None:
        self._path = path
        self._cipher = AESGCM(key)
        self._id = recording_id
        full, rest = divmod(path.stat().st_size, _SEALED)
        self._full = full
        self._tail = b""
        self.whole = False
        """Whether the recording was brought to its end; otherwise this is what was written before it was cut off."""
        with path.open("rb") as file:
            if rest >= _TAG:
                try:
                    self._tail = self._open(file, full, rest, last=True)
                    self.whole = True
                except TapeBroken:
                    self._tail = b""  # a piece that was half written
            if not self.whole and full:
                self._open(file, full - 1, _SEALED, last=False)

    @property
    def size(self) -> int:
        """Bytes of sound that can be read."""
        return self._full * PIECE + len(self._tail)

    def read(self, begin: int, end: int) -> Iterator[bytes]:
        """The bytes of sound from `begin` up to `end`.

        :raises TapeBroken: a piece in between does not open.
        """
        end = min(end, self.size)
        with self._path.open("rb") as file:
            for number in range(begin // PIECE, -(-end // PIECE)):
                piece = self._tail if number == self._full else self._open(file, number, _SEALED, last=False)
                yield piece[max(0, begin - number * PIECE) : end - number * PIECE]

    def _open(self, file: BinaryIO, number: int, length: int, *, last: bool) -> bytes:
        file.seek(number * _SEALED)
        try:
            return self._cipher.decrypt(_nonce(number), file.read(length), _bound_to(self._id, number, last))
        except InvalidTag:
            raise TapeBroken(f"piece {number} of a recording does not open") from None


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


def _bound_to(recording_id: str, number: int, last: bool) -> bytes:
    return f"recording|{recording_id}|{number}|{'last' if last else 'more'}".encode()
