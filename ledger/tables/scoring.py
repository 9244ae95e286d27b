"""What the models said, which strategy was in force, and where each account was put."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from ledger.columns import Cents, Reasons, UtcDateTime


class Score(SQLModel, table=True):
    """What one model said of one account on one day: calibrated probabilities, an expected amount, and why."""

    id: str = Field(primary_key=True)
    run_id: str = ""
    """The scoring run that wrote it; all scores of one run stand or fall together."""
    account_id: str = Field(index=True)
    """No foreign key: scores are written a million at a time, of accounts that the same transaction has just read."""
    as_of: date
    willingness: float
    """P(any payment in the next cycle | overdue)."""
    ability: float | None
    """P(what is paid covers what is due | pays); None where the model has no such head."""
    expected_amount: Decimal | None = Field(default=None, sa_type=Cents)
    """What the account is expected to pay in the next cycle, in its currency; non-payers count as nothing."""
    contact: float | None = None
    """P(the right party is reached | an attempt). This and the next two are None until there is a head for them."""
    promise: float | None = None
    """P(a promise to pay | the right party was reached)."""
    kept: float | None = None
    """P(the promise is kept | promised)."""
    model_id: str
    reasons: list[dict[str, Any]] = Field(sa_column=Column(Reasons, nullable=False))
    """[{"head": "willingness"|"ability", "code": "P01", "effect": log-odds, negative lowers the score}, ...]."""
    created_at: datetime = Field(sa_type=UtcDateTime)
    part: int = 0
    """Where PostgreSQL keeps the row; see ledger/parts.py."""


class StrategyVersion(SQLModel, table=True):
    """A manager's settings, as published. Old versions stay, so that a decision can be read with its own rules."""

    version: int = Field(primary_key=True)
    status: str
    """'draft', 'active' or 'retired'; exactly one is active."""
    settings: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    author: str
    note: str = ""
    approved_by: str = ""
    """Who put it in force; another person than the author, where the version needs a second one."""
    accepted: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """What would have blocked the version and was accepted by a person: {"by", "reason", "findings"}; else empty."""
    created_at: datetime = Field(sa_type=UtcDateTime)
    published_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class TierAssignment(SQLModel, table=True):
    """The tier of one account from `created_at` on; the latest one counts."""

    id: str = Field(primary_key=True)
    account_id: str = Field(index=True)
    """No foreign key here or below: assignments are written in bulk, like scores."""
    run_id: str = ""
    """The scoring run, or the publishing of a strategy, that wrote it."""
    score_id: str | None = None
    """The score it was decided on."""
    strategy_version: int
    tier: str
    treatment: str
    why: list[str] = Field(sa_column=Column(JSON, nullable=False))
    arm: str = "champion"
    """'champion', 'hold_out', 'human_first', 'explore', or an experiment's arm as '<experiment id>:<arm>'."""
    propensity: float = 1.0
    """How likely chance does exactly this to it (this treatment, or no contact in the hold-out), over all arms."""
    created_at: datetime = Field(sa_type=UtcDateTime)
    part: int = 0
    """Where PostgreSQL keeps the row; see ledger/parts.py."""
