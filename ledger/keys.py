"""Field encryption and the blind index.

Each personal value is sealed with AES-256-GCM under a random nonce, with the place it belongs to (table, column, row)
as associated data: a sealed value copied into another row does not open. Look-ups go through a keyed HMAC, so that a
phone number can be found without being readable.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.secret_file import make_once

NONCE_BYTES = 12
VERSION = b"\x01"


class KeysUnusable(Exception):
    """The key file is there but does not hold three keys; the message names the file."""


class SealBroken(Exception):
    """A sealed value does not open here: wrong key, wrong row, or altered."""


@dataclass(frozen=True, slots=True)
class Keys:
    """Three 32-byte keys with three jobs; none is derived from another, so each can be rotated alone."""

    field: bytes
    index: bytes
    audit: bytes

    def seal(self, table: str, column: str, row_id: str, text: str) -> bytes:
        """Version byte, nonce, ciphertext with tag."""
        return self.seal_bytes(table, column, row_id, text.encode())

    def seal_bytes(self, table: str, column: str, row_id: str, content: bytes) -> bytes:
        """The same for what is not text, such as a whole file."""
        nonce = os.urandom(NONCE_BYTES)
        return VERSION + nonce + AESGCM(self.field).encrypt(nonce, content, _place(table, column, row_id))

    def open(self, table: str, column: str, row_id: str, sealed: bytes) -> str:
        """:raises SealBroken: the value was not sealed for this place with this key."""
        try:
            return self.open_bytes(table, column, row_id, sealed).decode()
        except UnicodeDecodeError as broken:
            raise SealBroken(f"{table}.{column}: the sealed value is no text") from broken

    def open_bytes(self, table: str, column: str, row_id: str, sealed: bytes) -> bytes:
        """:raises SealBroken: as :meth:`open`."""
        if sealed[:1] != VERSION:
            raise SealBroken(f"{table}.{column}: unknown seal version")
        nonce, body = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        try:
            return AESGCM(self.field).decrypt(nonce, body, _place(table, column, row_id))
        except (InvalidTag, ValueError) as broken:  # ValueError: cut so short that no nonce is left
            raise SealBroken(f"{table}.{column}: the sealed value does not open") from broken

    def blind_index(self, purpose: str, value: str) -> str:
        """128 bits of HMAC-SHA256 as hex; `purpose` keeps one column's index useless for another."""
        return hmac.new(self.index, f"{purpose}\x1f{value}".encode(), hashlib.sha256).hexdigest()[:32]

    def sign(self, payload: bytes) -> str:
        """HMAC-SHA256 over an audit entry, as hex."""
        return hmac.digest(self.audit, payload, "sha256").hex()


def _place(table: str, column: str, row_id: str) -> bytes:
    return f"{table}|{column}|{row_id}".encode()


def load_or_create(path: Path) -> Keys:
    """Read the key file (three lines of hex), or make it, readable by its owner alone.

    :raises KeysUnusable: the file is there but is not three 32-byte keys; it is never overwritten, since every sealed
        value in the ledger depends on it.
    """
    if path.exists():
        parts = path.read_text().split()
        if [len(part) for part in parts] != [64, 64, 64]:
            raise KeysUnusable(f"{path}: expected three keys of 64 hex digits, one a line")
        try:
            return Keys(*(bytes.fromhex(part) for part in parts))
        except ValueError as error:
            raise KeysUnusable(f"{path}: expected three keys of 64 hex digits, one a line") from error
    path.parent.mkdir(parents=True, exist_ok=True)
    keys = Keys(*(secrets.token_bytes(32) for _ in range(3)))
    lines = "\n".join(key.hex() for key in (keys.field, keys.index, keys.audit))
    return keys if make_once(path, f"{lines}\n".encode()) else load_or_create(path)
