"""Conversations: every turn, what was disclosed when, and what was promised."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from ledger.columns import Cents, UtcDateTime


class Conversation(SQLModel, table=True):
    """One talk with one person about one account, whichever channel carries it."""

    id: str = Field(primary_key=True)
    account_id: str = Field(foreign_key="account.id", index=True)
    debtor_id: str = Field(foreign_key="debtor.id", index=True)
    attempt_id: str | None = Field(default=None, foreign_key="attempt.id", unique=True)
    channel: str
    language: str
    stage: str
    """'verifying', 'talking', 'promising', 'with_person' or 'closed'."""
    verified: bool = False
    """The right party answered the identity question; before that no debt fact is spoken."""
    verified_turn: int | None = None
    """`seq` of the debtor's turn that answered it rightly: the log alone shows that nothing was told earlier."""
    identity_tries: int = 0
    facts: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    """What the talk has gathered so far (an offered amount or date, a callback wish); nothing that names a person."""
    disposition: str | None = None
    opened_at: datetime = Field(sa_type=UtcDateTime, index=True)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Turn(SQLModel, table=True):
    """One line of a talk. The words are redacted first and sealed then."""

    __table_args__ = (UniqueConstraint("conversation_id", "seq"),)

    id: str = Field(primary_key=True)
    conversation_id: str = Field(foreign_key="conversation.id", index=True)
    seq: int
    speaker: str
    """'debtor', 'bot' or 'human'."""
    text_sealed: bytes
    language: str
    template: str | None = None
    """Id of the approved template a bot line was made from."""
    intent: str | None = None
    confidence: float | None = None
    trigger: str | None = None
    at: datetime = Field(sa_type=UtcDateTime)
    latency_ms: float | None = None


class Disclosure(SQLModel, table=True):
    """That something was told, and in which line: 'automated', 'recorded', 'debt_collection', 'debt_facts', ..."""

    id: str = Field(primary_key=True)
    conversation_id: str = Field(foreign_key="conversation.id", index=True)
    kind: str
    language: str
    turn_seq: int
    at: datetime = Field(sa_type=UtcDateTime)


class InstalmentPlan(SQLModel, table=True):
    """All that is due in parts, recorded only after every part was read back and confirmed. Each part is a promise."""

    id: str = Field(primary_key=True)
    account_id: str = Field(foreign_key="account.id", index=True)
    conversation_id: str = Field(foreign_key="conversation.id")
    parts: int
    every: str
    """'week', 'fortnight' or 'month': from one part to the next."""
    amount: Decimal = Field(sa_type=Cents)
    """The sum of all parts."""
    currency: str
    status: str = "open"
    """'open'; 'kept' when every part was; 'broken' with the first that was not; 'superseded' by a later promise."""
    read_back_at: datetime = Field(sa_type=UtcDateTime)
    confirmed_at: datetime = Field(sa_type=UtcDateTime)


class Promise(SQLModel, table=True):
    """A promise to pay (PTP), recorded only after amount and date were read back and confirmed."""

    id: str = Field(primary_key=True)
    account_id: str = Field(foreign_key="account.id", index=True)
    conversation_id: str | None = Field(default=None, foreign_key="conversation.id", index=True)
    amount: Decimal = Field(sa_type=Cents)
    currency: str
    due_on: date
    status: str = "open"
    """'open', 'kept', 'partial', 'broken', or 'superseded' by a later promise on the same account."""
    read_back_at: datetime = Field(sa_type=UtcDateTime)
    confirmed_at: datetime = Field(sa_type=UtcDateTime)
    plan_id: str | None = Field(default=None, foreign_key="instalmentplan.id", index=True)
    """The plan that this is a part of; payments go to its parts in turn."""
    part: int | None = None
    """Which part, from 1."""


class Confirmation(SQLModel, table=True):
    """A promise or plan that the debtor is to get in writing, through the bank's gateway, once the gate allows it."""

    id: str = Field(primary_key=True)
    account_id: str = Field(foreign_key="account.id")
    promise_id: str | None = Field(default=None, foreign_key="promise.id")
    plan_id: str | None = Field(default=None, foreign_key="instalmentplan.id")
    reference: str
    """Six figures that the debtor has heard or read in the talk."""
    language: str
    status: str = Field(default="waiting", index=True)
    """'waiting', 'handed_over' to the gateway, or 'lapsed': no longer true, or not allowed for too long."""
    made_at: datetime = Field(sa_type=UtcDateTime)
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When it was handed over or lapsed."""


class ChatReceipt(SQLModel, table=True):
    """A message that reached us from the debtor's page. Sent again with the same `client_id`, it is not said again."""

    __table_args__ = (UniqueConstraint("conversation_id", "client_id"),)

    id: str = Field(primary_key=True)
    conversation_id: str = Field(foreign_key="conversation.id", index=True)
    client_id: str
    """Made by the page, one for each message typed."""
    after_seq: int
    """`seq` of the last turn before the message; what followed is its answer."""
    at: datetime = Field(sa_type=UtcDateTime)
