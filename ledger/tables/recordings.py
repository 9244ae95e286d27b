"""Recordings of calls: where the sealed sound lies, and where in it each turn is. The sound itself is a file."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from ledger.columns import UtcDateTime


class Recording(SQLModel, table=True):
    """The sound of one talk. Its key is sealed here: without this row the file cannot be read."""

    id: str = Field(primary_key=True)
    conversation_id: str = Field(foreign_key="conversation.id", unique=True)
    file: str
    """Its name in the folder of recordings: chance alone, it tells nothing."""
    key_sealed: bytes
    """The key of the file; empty once the recording is deleted."""
    rate: int
    """Samples a second on each of its two channels: the debtor on the left, we on the right."""
    status: str = Field(default="running", index=True)
    """'running', 'whole', 'cut' (the process ended before the call did), or 'deleted'."""
    started_at: datetime = Field(sa_type=UtcDateTime)
    seconds: float | None = None
    """How long it is, once it runs no more."""
    keep_until: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    deleted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class RecordedTurn(SQLModel, table=True):
    """Where one turn of the transcript lies in the recording, in seconds from its beginning."""

    turn_id: str = Field(primary_key=True, foreign_key="turn.id")
    recording_id: str = Field(foreign_key="recording.id", index=True)
    begins: float
    ends: float
    kept: bool = True
    """False where the sound was left out, because something was said that must not be kept."""
