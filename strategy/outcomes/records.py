"""Attempts, talks and promises as the ledger has them, in the shape that the heads learn from.

The outcomes of made-up people are made up, whatever ledger they lie in: they are told apart by
``Debtor.contact_data_synthetic``, and never count as observed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
from sqlalchemy import and_, func, select
from sqlmodel import col

from ledger.columns import UtcDateTime
from ledger.ledger import UnitOfWork
from ledger.tables import Account, Attempt, AuditEntry, ChatInvite, Conversation, Debtor, Promise
from strategy.outcomes.events import ACCOUNTS, ATTEMPTS, PROMISES, TALKS, UTC, Events

JUDGED = "promise.judged"
"""The audit entry that says when a promise was found kept or broken; its subject is the promise."""


def events_of(work: UnitOfWork, *, made_up: bool | None = None) -> Events:
    """What became of the contacts with the ledger's people.

    :param made_up: the made-up people alone, the real ones alone, or both (None).
    """
    accounts = _accounts(work, made_up)
    mine = accounts.select("account_id")
    return Events(
        accounts=accounts,
        attempts=_attempts(work).join(mine, on="account_id", how="semi"),
        talks=_talks(work).join(mine, on="account_id", how="semi"),
        promises=_promises(work).join(mine, on="account_id", how="semi"),
    )


def _accounts(work: UnitOfWork, made_up: bool | None) -> pl.DataFrame:
    query = select(col(Account.id), col(Account.external_ref), col(Debtor.tz_candidates)).join(
        Debtor, col(Debtor.id) == col(Account.debtor_id)
    )
    if made_up is not None:
        query = query.where(col(Debtor.contact_data_synthetic).is_(made_up))
    rows = [(account, ref, zones[0] if zones else None) for account, ref, zones in work.session.execute(query)]
    return pl.DataFrame(rows, schema=dict(ACCOUNTS), orient="row")


def _attempts(work: UnitOfWork) -> pl.DataFrame:
    """An attempt reached the right party if the talk it led to verified them; one left half-way says nothing."""
    query = (
        select(
            col(Attempt.account_id),
            col(Attempt.reserved_at),
            col(Attempt.channel),
            col(Attempt.agent),
            col(Attempt.status),
            col(Attempt.finished_at),
            col(Conversation.verified),
            col(Conversation.closed_at),
            col(ChatInvite.expires_at),
        )
        .outerjoin(Conversation, col(Conversation.attempt_id) == col(Attempt.id))
        .outerjoin(ChatInvite, col(ChatInvite.attempt_id) == col(Attempt.id))
    )
    frame = _frame(
        work,
        query,
        **{name: ATTEMPTS[name] for name in ("account_id", "at", "channel", "agent")},
        status=pl.String(),
        finished_at=UTC,
        verified=pl.Boolean(),
        closed_at=UTC,
        expires_at=UTC,
    )
    finished = pl.col("status") == "finished"
    talked = pl.col("verified").fill_null(False)
    # A link that lies unopened may still be opened; a talk that goes on may still verify.
    settled = pl.max_horizontal("finished_at", "expires_at", "closed_at")
    return frame.with_columns(
        reached=pl.when(finished).then(talked),
        settled_at=pl.when(finished & (pl.col("verified").is_null() | pl.col("closed_at").is_not_null())).then(settled),
    ).select(
        "account_id",
        "at",
        "channel",
        "agent",
        "reached",
        pl.when(talked).then(pl.col("closed_at")).otherwise(pl.col("settled_at")).alias("known_at"),
        "settled_at",
    )


def _talks(work: UnitOfWork) -> pl.DataFrame:
    first = (
        select(col(Promise.conversation_id), func.min(col(Promise.confirmed_at), type_=UtcDateTime).label("at"))
        .group_by(col(Promise.conversation_id))
        .subquery()
    )
    query = (
        select(
            col(Conversation.account_id),
            col(Conversation.opened_at),
            col(Conversation.channel),
            func.coalesce(col(Attempt.agent), "bot"),
            first.c.at.is_not(None),
            col(Conversation.closed_at),
        )
        .outerjoin(Attempt, col(Attempt.id) == col(Conversation.attempt_id))
        .outerjoin(first, first.c.conversation_id == col(Conversation.id))
        .where(col(Conversation.verified))
    )
    return _frame(work, query, **TALKS)


def _promises(work: UnitOfWork) -> pl.DataFrame:
    """A later promise supersedes an open one, which was then neither kept nor broken."""
    query = (
        select(
            col(Promise.account_id),
            col(Promise.confirmed_at),
            col(Promise.status),
            col(AuditEntry.at),
            func.coalesce(col(Conversation.channel), "voice"),
            func.coalesce(col(Attempt.agent), "bot"),
        )
        .outerjoin(AuditEntry, and_(col(AuditEntry.subject) == col(Promise.id), col(AuditEntry.kind) == JUDGED))
        .outerjoin(Conversation, col(Conversation.id) == col(Promise.conversation_id))
        .outerjoin(Attempt, col(Attempt.id) == col(Conversation.attempt_id))
    )
    kinds: dict[str, pl.DataType] = {**PROMISES, "kept": pl.String()}
    frame = _frame(work, query, **kinds)
    judged = pl.col("kept").is_in(("kept", "partial", "broken")) & pl.col("known_at").is_not_null()
    return frame.with_columns(kept=pl.when(judged).then(pl.col("kept") == "kept"))


def _frame(work: UnitOfWork, query: Any, **kinds: pl.DataType) -> pl.DataFrame:
    rows = [tuple(row) for row in work.session.execute(query)]
    schema: Mapping[str, pl.DataType] = kinds
    return pl.DataFrame(rows, schema=dict(schema), orient="row")
