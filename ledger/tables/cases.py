"""Cases: conversations and accounts that belong to a person."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Column, Index, text
from sqlmodel import Field, SQLModel

from ledger.columns import UtcDateTime


class Case(SQLModel, table=True):
    """One escalated account in a queue, with the packet that tells the whole story (sealed: it quotes people)."""

    __table_args__ = (Index("ix_case_waiting", "status", "queue", "priority", "due_at"),)

    id: str = Field(primary_key=True)
    account_id: str = Field(foreign_key="account.id", index=True)
    debtor_id: str = Field(foreign_key="debtor.id", index=True)
    conversation_id: str | None = Field(default=None, foreign_key="conversation.id", index=True)
    queue: str
    priority: str
    """'P0' (at once), 'P1' (within a business day) or 'P2'."""
    trigger: str
    language: str
    packet_sealed: bytes
    """JSON of ledger.handoff.Escalation."""
    status: str = "waiting"
    """'waiting', 'leased' or 'wrapped'."""
    opened_at: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime = Field(sa_type=UtcDateTime)
    leased_by: str | None = None
    leased_until: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Page(SQLModel, table=True):
    """A call to whoever is on duty, made with the case that cannot wait and sent right after; no words of anybody."""

    __table_args__ = (
        Index(
            "ix_page_unsent",
            "made_at",
            sqlite_where=text("sent_at IS NULL"),
            postgresql_where=text("sent_at IS NULL"),
        ),
    )

    id: str = Field(primary_key=True)
    case_id: str = Field(foreign_key="case.id", unique=True)
    notify: list[str] = Field(sa_column=Column(JSON, nullable=False))
    """Whom: a queue's team, 'on_call'."""
    made_at: datetime = Field(sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class WrapUp(SQLModel, table=True):
    """How a person closed a case."""

    id: str = Field(primary_key=True)
    case_id: str = Field(foreign_key="case.id", unique=True)
    disposition: str
    note_sealed: bytes
    by: str
    at: datetime = Field(sa_type=UtcDateTime)
