"""Which keys a database was sealed with."""

from __future__ import annotations

from sqlmodel import Field, SQLModel


class KeyCheck(SQLModel, table=True):
    """A value that only the right key yields, so that a database is never worked on with somebody else's keys."""

    key: str = Field(primary_key=True)
    """'field', 'index' or 'audit'; see ledger.keys.Keys."""
    value: str
    """HMAC-SHA256 under that key, as hex; it says nothing about the key."""
