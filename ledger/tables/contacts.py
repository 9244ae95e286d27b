"""Contacts: what was planned, what the gate said, what was tried, and what forbids more."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from ledger.columns import UtcDateTime


class PlannedContact(SQLModel, table=True):
    """An intention, not a permission: the gate decides again at the minute of contact."""

    __table_args__ = (UniqueConstraint("account_id", "slot"), Index("ix_planned_due", "status", "slot"))

    id: str = Field(primary_key=True)
    account_id: str = Field(foreign_key="account.id", index=True)
    slot: datetime = Field(sa_type=UtcDateTime)
    channel: str
    agent: str
    status: str = "planned"
    """'planned', 'allowed', 'denied' or 'superseded'."""
    why: list[str] = Field(sa_column=Column(JSON, nullable=False))
    created_at: datetime = Field(sa_type=UtcDateTime)


class Decision(SQLModel, table=True):
    """What the gate said, with everything needed to say it again: facts, their hash and the pack versions."""

    id: str = Field(primary_key=True)
    planned_id: str | None = Field(default=None, foreign_key="plannedcontact.id", index=True)
    account_id: str = Field(foreign_key="account.id", index=True)
    debtor_id: str = Field(foreign_key="debtor.id", index=True)
    channel: str
    agent: str
    at: datetime = Field(sa_type=UtcDateTime)
    allowed: bool
    reasons: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    next_allowed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    facts: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    facts_hash: str
    packs: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


class Attempt(SQLModel, table=True):
    """A contact that was allowed. Written before anything is sent, so that a crash can never dial twice."""

    id: str = Field(primary_key=True)
    decision_id: str = Field(foreign_key="decision.id", unique=True)
    planned_id: str | None = Field(default=None, foreign_key="plannedcontact.id", unique=True)
    account_id: str = Field(foreign_key="account.id", index=True)
    debtor_id: str = Field(foreign_key="debtor.id", index=True)
    channel: str
    agent: str
    direction: str = "outbound"
    number_index: str = ""
    """Blind index of the number or address used; caps are counted per number."""
    status: str = "reserved"
    """'reserved', 'finished' or 'unknown' (found half-way after a crash; counts toward every cap)."""
    outcome: str | None = None
    reserved_at: datetime = Field(sa_type=UtcDateTime, index=True)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Hold(SQLModel, table=True):
    """Automated contact stops from `created_at` until `until` (or until a person lifts it)."""

    id: str = Field(primary_key=True)
    debtor_id: str = Field(foreign_key="debtor.id", index=True)
    account_id: str | None = Field(default=None, foreign_key="account.id")
    conversation_id: str | None = Field(default=None, foreign_key="conversation.id")
    scope: str
    """'person', 'debt', 'channel' or 'number'."""
    scope_value: str = ""
    """The account id, channel name or number index that the scope means; empty for a person."""
    reason: str
    """A trigger id (bot/triggers.yaml), or 'cease', 'dispute', 'dialogue_down', 'identity_failed' and the like."""
    created_at: datetime = Field(sa_type=UtcDateTime)
    until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    lifted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    lifted_by: str | None = None


class Consent(SQLModel, table=True):
    """What a person agreed to or took back; the latest of a kind counts."""

    id: str = Field(primary_key=True)
    debtor_id: str = Field(foreign_key="debtor.id", index=True)
    kind: str
    """'artificial_voice', 'sms', 'email' or 'chat'."""
    status: str
    """'granted' or 'revoked'."""
    at: datetime = Field(sa_type=UtcDateTime)


class ChatInvite(SQLModel, table=True):
    """The right to open one chat by link. Only the hash of the token is kept."""

    id: str = Field(primary_key=True)
    token_hash: str = Field(unique=True)
    account_id: str = Field(foreign_key="account.id", index=True)
    attempt_id: str | None = Field(default=None, foreign_key="attempt.id", unique=True)
    conversation_id: str | None = Field(default=None, foreign_key="conversation.id")
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    opens: int = 0
    """Talks started from this link; each is a fresh chance to guess the identity answer, so they are few."""
