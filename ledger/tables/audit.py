"""The audit chain: each entry carries the hash of the one before it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from ledger.columns import UtcDateTime


class AuditEntry(SQLModel, table=True):
    """One thing that happened, referred to by opaque ids only, so that erasing a person leaves the chain valid."""

    seq: int = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    kind: str
    subject: str
    facts: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    previous_hash: str
    hash: str
    signature: str


class AuditHead(SQLModel, table=True):
    """The end of the chain at one time: signed, so that the public key alone checks it, and anchored outside."""

    seq: int = Field(primary_key=True)
    hash: str
    at: datetime = Field(sa_type=UtcDateTime)
    key_id: str
    signature: str
    """Ed25519 over the head's canonical JSON, as hex."""
    anchored_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class AuditCheck(SQLModel, table=True):
    """One look at the chain, so that the pages can say what it found."""

    id: str = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    since: int
    """The entry that it began behind; 0 for the whole chain."""
    entries: int
    """The last entry that was right."""
    broken_at: int | None = None
    """The first entry that is not what was written."""
