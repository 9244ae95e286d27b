"""The audit chain: append entries, and check them all.

An entry's hash covers its canonical JSON, sequence number and the previous hash; its signature is a keyed MAC over
the hash. Entries refer to people by opaque ids only.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, col, select

from ledger.keys import Keys
from ledger.tables.audit import AuditEntry

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class ChainBroken:
    """The first entry that is not what was written, and why we know."""

    seq: int
    why: str


@dataclass(frozen=True, slots=True)
class Noted:
    """One thing that happened, not yet in the chain: where it will stand there is known only at the commit."""

    at: datetime
    kind: str
    subject: str
    facts: Mapping[str, Any]


def append_many(session: Session, keys: Keys, noted: Iterable[Noted]) -> None:
    """Add entries to the end of the chain in their order; whoever calls keeps all others out until it commits."""
    seq, previous = _end(session)
    entries = []
    for one in noted:
        entries.append(_next(keys, seq, previous, one))
        seq, previous = seq + 1, entries[-1]["hash"]
    if entries:
        session.connection().execute(insert(AuditEntry), entries)


def _end(session: Session) -> tuple[int, str]:
    """The number of the next entry, and the hash that it follows."""
    end = select(AuditEntry.seq, AuditEntry.hash).order_by(col(AuditEntry.seq).desc()).limit(1)
    last = session.exec(end).first()
    return (last[0] + 1, last[1]) if last else (1, GENESIS)


def _next(keys: Keys, seq: int, previous: str, one: Noted) -> dict[str, Any]:
    digest = _digest(seq, one.at, one.kind, one.subject, one.facts, previous)
    return {
        "seq": seq,
        "at": one.at,
        "kind": one.kind,
        "subject": one.subject,
        "facts": one.facts,
        "previous_hash": previous,
        "hash": digest,
        "signature": keys.sign(digest.encode()),
    }


def verify(entries: Iterable[AuditEntry], keys: Keys) -> int | ChainBroken:
    """Walk the chain in `seq` order; the number of entries when whole, else the first break."""
    previous, expected = GENESIS, 1
    for entry in entries:
        if entry.seq != expected:
            return ChainBroken(expected, f"entry {expected} is missing or out of order")
        if entry.previous_hash != previous:
            return ChainBroken(entry.seq, "does not follow the entry before it")
        digest = _digest(entry.seq, entry.at, entry.kind, entry.subject, entry.facts, previous)
        if digest != entry.hash:
            return ChainBroken(entry.seq, "was altered")
        if not hmac.compare_digest(keys.sign(digest.encode()), entry.signature):
            return ChainBroken(entry.seq, "is not signed with our key")
        previous, expected = entry.hash, expected + 1
    return expected - 1


def _digest(seq: int, at: datetime, kind: str, subject: str, facts: Mapping[str, Any], previous: str) -> str:
    body = {
        "seq": seq,
        "at": at.astimezone(UTC).isoformat(),
        "kind": kind,
        "subject": subject,
        "facts": facts,
        "previous": previous,
    }
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
