"""What the models said, which strategy was in force, and where each account was put."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from ledger.columns import UtcDateTime


class Score(SQLModel, table=True):
    """Two calibrated probabilities for one account on one day, with the model that gave them."""

    id: str = Field(primary_key=True)
    account_id: str = Field(foreign_key="account.id", index=True)
    as_of: date
    willingness: float
    """P(any payment in the next cycle | overdue)."""
    ability: float
    """P(what is paid covers what is due | pays)."""
    model_id: str
    reasons: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    """[{"head": "willingness"|"ability", "code": "P01", "effect": log-odds, negative lowers the score}, ...]."""
    created_at: datetime = Field(sa_type=UtcDateTime)


class StrategyVersion(SQLModel, table=True):
    """A manager's settings, as published. Old versions stay, so that a decision can be read with its own rules."""

    version: int = Field(primary_key=True)
    status: str
    """'draft', 'active' or 'retired'; exactly one is active."""
    settings: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    author: str
    note: str = ""
    created_at: datetime = Field(sa_type=UtcDateTime)
    published_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class TierAssignment(SQLModel, table=True):
    """The tier of one account from `created_at` on; the latest one counts."""

    id: str = Field(primary_key=True)
    account_id: str = Field(foreign_key="account.id", index=True)
    score_id: str | None = Field(default=None, foreign_key="score.id")
    strategy_version: int = Field(foreign_key="strategyversion.version")
    tier: str
    treatment: str
    why: list[str] = Field(sa_column=Column(JSON, nullable=False))
    arm: str = "champion"
    created_at: datetime = Field(sa_type=UtcDateTime)
