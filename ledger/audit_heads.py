"""Heads of the audit chain: its end at one time, signed with a key of which everybody may have the public half."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from sqlmodel import col, select

from ledger.audit_check import Point
from ledger.audit_form import spelled, spelled_time
from ledger.keys import KeysUnusable
from ledger.ledger import UnitOfWork
from ledger.secret_file import make_once
from ledger.tables import AuditHead

FORM = "amends-audit-head-1"
"""Says what is signed, so that no signature of another purpose passes for one of a head."""
KEY_FILE = "audit-head-key"


@dataclass(frozen=True, slots=True)
class HeadKey:
    """The key that heads are signed with (Ed25519)."""

    private: Ed25519PrivateKey

    @property
    def id(self) -> str:
        """The beginning of the SHA-256 of the public key, as hex."""
        raw = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return hashlib.sha256(raw).hexdigest()[:16]

    @property
    def public_pem(self) -> str:
        """What an auditor needs to check heads, and cannot make them with."""
        return self.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def sign(self, end: Point, at: datetime) -> AuditHead:
        """The head of a chain that ends there."""
        head = AuditHead(seq=end.seq, hash=end.hash, at=at, key_id=self.id, signature="")
        head.signature = self.private.sign(_signed(head)).hex()
        return head

    def signed(self, head: AuditHead) -> bool:
        """Whether a head was signed with this key."""
        return head.key_id == self.id and genuine(self.private.public_key(), head)


def genuine(public: Ed25519PublicKey, head: AuditHead) -> bool:
    """Whether a head is what the owner of the key signed."""
    try:
        public.verify(bytes.fromhex(head.signature), _signed(head))
    except (InvalidSignature, ValueError):
        return False
    return True


def _told(head: AuditHead) -> dict[str, Any]:
    at = spelled_time(head.at)
    return {"at": at, "form": FORM, "hash": head.hash, "key_id": head.key_id, "seq": head.seq}


def _signed(head: AuditHead) -> bytes:
    return spelled(_told(head)).encode()


def line_of(head: AuditHead) -> str:
    """A head as one line for an anchor: canonical JSON, its signature with it."""
    return spelled(_told(head) | {"signature": head.signature})


def head_of(line: str) -> AuditHead | None:
    """The head that a line tells of, spelled as :func:`line_of` does; None when it is no such line."""
    try:
        told = json.loads(line)
        head = AuditHead(
            seq=told["seq"],
            hash=told["hash"],
            at=datetime.fromisoformat(told["at"]),
            key_id=told["key_id"],
            signature=told["signature"],
        )
        return head if line_of(head) == line and type(head.seq) is int else None
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def heads(work: UnitOfWork) -> list[AuditHead]:
    """Every head, the oldest first."""
    return list(work.session.exec(select(AuditHead).order_by(col(AuditHead.seq))).all())


def load_or_create(path: Path, *, may_create: bool = True) -> HeadKey:
    """Read the key (PKCS 8, PEM), or make it, readable by its owner alone.

    :param may_create: False where heads were signed already: a new key would make strangers of them.
    :raises KeysUnusable: the file holds no such key, or is missing where it may not be made.
    """
    if path.exists():
        try:
            private = load_pem_private_key(path.read_bytes(), None)
        except (TypeError, ValueError) as error:
            raise KeysUnusable(f"{path}: expected an Ed25519 key in PEM") from error
        if not isinstance(private, Ed25519PrivateKey):
            raise KeysUnusable(f"{path}: expected an Ed25519 key in PEM")
        return HeadKey(private)
    if not may_create:
        raise KeysUnusable(f"{path} is missing and the heads of the audit chain were signed with it: put it back")
    made = Ed25519PrivateKey.generate()
    pem = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return HeadKey(made) if make_once(path, pem) else load_or_create(path)
