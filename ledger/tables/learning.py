"""What is tried, and whether the data that decisions rest on can be trusted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from ledger.columns import UtcDateTime


class Experiment(SQLModel, table=True):
    """A randomised comparison of arms, with the plan that was fixed before anybody saw a figure."""

    id: str = Field(primary_key=True)
    name: str = Field(unique=True)
    status: str
    """'running', 'stopped' (by a person) or 'concluded' (by the test)."""
    design: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    """Arms with their shares, the metric decided on, alpha, the horizon; see strategy/experiments/design.py."""
    author: str
    started_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    conclusion: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """The figures it ended on, and why; empty while it runs."""


class FeedCheck(SQLModel, table=True):
    """What was found when the data of an import, or of a scoring run, was held against what is expected of it."""

    id: str = Field(primary_key=True)
    batch_id: str = Field(index=True)
    """An import batch, or a scoring run."""
    kind: str
    """'import' or 'score'."""
    status: str
    """'ok', 'warned' or 'broken'; while the latest one is broken and not accepted, accounts go to people."""
    findings: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    """[{"check", "column", "level", "figure", "usual", "limit", "rows"}, ...]; counts and shares, no values."""
    at: datetime = Field(sa_type=UtcDateTime)
    accepted_by: str = ""
    accepted_reason: str = ""
