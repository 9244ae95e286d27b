"""Contacts: what was planned, what the gate said, what was tried, and what forbids more."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from ledger.columns import UtcDateTime

UNDER_WAY = text("status IN ('reserved', 'placing')")
"""The few attempts that are not over yet."""


class PlannedContact(SQLModel, table=True):
    """An intention, not a permission: the gate decides again at the minute of contact."""

    __table_args__ = (UniqueConstraint("account_id", "slot"), Index("ix_planned_due", "status", "slot"))

    id: str = Field(primary_key=True)
    account_id: str = Field(foreign_key="account.id", index=True)
    slot: datetime = Field(sa_type=UtcDateTime)
    channel: str
    agent: str
    treatment: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """The tier whose treatment it was planned by; with the channel it makes the campaign that a breaker can pause."""
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

    __table_args__ = (
        Index("ix_attempt_person_at", "debtor_id", "reserved_at"),
        Index("ix_attempt_under_way", "status", sqlite_where=UNDER_WAY, postgresql_where=UNDER_WAY),
    )

    id: str = Field(primary_key=True)
    decision_id: str = Field(foreign_key="decision.id", unique=True)
    planned_id: str | None = Field(default=None, foreign_key="plannedcontact.id", unique=True)
    account_id: str = Field(foreign_key="account.id", index=True)
    debtor_id: str = Field(foreign_key="debtor.id")
    channel: str
    agent: str
    direction: str = "outbound"
    number_index: str = ""
    """Blind index of the number or address used; caps are counted per number."""
    status: str = "reserved"
    """'reserved' (allowed, nobody has set out yet), 'placing', 'finished', 'unknown' (found half-way after a crash;
    counts toward every cap) or 'released' (nobody ever set out, and nobody can any more; counts toward none)."""
    outcome: str | None = None
    reserved_at: datetime = Field(sa_type=UtcDateTime, index=True)
    placing_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Written before anything is dialled or sent, by the one who then does it."""
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
    """A trigger id (bot/triggers/lexicon.yaml), or 'cease', 'dispute', 'dialogue_down', 'identity_failed' and such."""
    created_at: datetime = Field(sa_type=UtcDateTime)
    placed_by: str = Field(default="bot", sa_column_kwargs={"server_default": "bot"})
    """'bot', 'import', 'system', or the staff name of a person."""
    until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    lift_asked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    lift_asked_by: str | None = None
    """Who wants it lifted; a grave one is lifted by somebody else."""
    lift_why: str | None = None
    """A code of the reasons for lifting; never what somebody said."""
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
    source: str = Field(default="import", sa_column_kwargs={"server_default": "import"})
    """'import', 'talk' or 'desk'."""


class ContactWish(SQLModel, table=True):
    """What a person has said about when, where and how to be contacted; it binds until it is withdrawn."""

    id: str = Field(primary_key=True)
    debtor_id: str = Field(foreign_key="debtor.id", index=True)
    account_id: str | None = Field(default=None, foreign_key="account.id")
    """The debt it was said about; None for all of the person's."""
    kind: str
    """'inconvenient_time', 'inconvenient_place', 'agreed_time', 'callback' or 'refused_medium'."""
    days: list[str] = Field(sa_column=Column(JSON, nullable=False))
    """Weekdays ('mon' ...) of a time; empty for every day."""
    hours: str = ""
    """'HH:MM-HH:MM', local, of a time; empty for the whole day."""
    value: str = ""
    """The place or the channel meant."""
    given_at: datetime = Field(sa_type=UtcDateTime)
    until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    source: str
    """'import', 'talk' or 'desk'."""
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ReportedContact(SQLModel, table=True):
    """A contact that somebody else made and told us of: an agency, or the bank outside Amends. It counts like ours."""

    id: str = Field(primary_key=True)
    debtor_id: str = Field(foreign_key="debtor.id", index=True)
    account_id: str = Field(foreign_key="account.id")
    reported_ref: str = Field(unique=True)
    """Blind index of the reporter and their own reference of the contact: told twice, it counts once."""
    by: str
    """'bank' or the agency's name."""
    channel: str
    direction: str
    outcome: str
    target: str
    number_index: str
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    recorded_at: datetime = Field(sa_type=UtcDateTime)


class DispatchSwitch(SQLModel, table=True):
    """Whether contacts of one scope go out. No row: they do."""

    scope: str = Field(primary_key=True)
    """'all', 'channel:<channel>' or 'campaign:<treatment>/<channel>'."""
    state: str
    """'running', 'paused' or 'draining' (what is under way ends, nothing new begins)."""
    why: str
    """'by_hand' or the code of what tripped the breaker."""
    figures: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    """What the breaker saw: counts and rates."""
    by: str
    """A staff name, or 'breaker'."""
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
