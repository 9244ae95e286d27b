"""One scoring run: read every open account from the ledger, score it, put it into a tier, record both at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from sqlmodel import col, insert, select

from ledger.ledger import Ledger, UnitOfWork
from ledger.tables import Account, Score, TierAssignment
from strategy.scoring.accounts import KnownScore, account_facts, latest_scores, open_accounts_book
from strategy.scoring.registry import ModelUnusable, load
from strategy.scoring.score import Progress, score_book, silent
from strategy.settings import StrategySettings
from strategy.tiers import ScoreFacts, assign
from strategy.versions import active

_AT_ONCE = 5_000
"""Rows sent to the database in one go."""


@dataclass(frozen=True, slots=True)
class ScoringRun:
    """What a run did."""

    accounts: int
    """Open accounts, each of which now has a tier."""
    scored: int
    """Those that got a new score."""
    tiers: Mapping[str, int]
    strategy_version: int
    model_id: str | None
    model_problem: str | None
    """Why there are no new scores: old scores stay, and accounts that have none went to people."""


def score_accounts(ledger: Ledger, registry: Path, progress: Progress = silent) -> ScoringRun:
    """Score and assign every open account. All of it is recorded in one transaction, or none.

    :raises StrategyUnreadable: nothing is changed then.
    """
    with ledger.read() as work:
        book = open_accounts_book(work)
    model_id, problem, results = None, None, pl.DataFrame()
    try:
        model = load(registry)
    except ModelUnusable as error:
        problem = str(error)
    else:
        model_id = model.id
        results = score_book(model, book, progress).drop_nulls("willingness")
    with ledger.begin() as work:
        version, settings = active(work)
        rows: list[dict[str, Any]] = []
        scores = latest_scores(work)
        if model_id is not None:
            scores, rows = _new_scores(work, model_id, results)
        _insert(work, Score, rows)
        tiers = _assign(work, settings, version, scores)
        facts = {"accounts": tiers.total(), "scored": len(rows), "version": version}
        work.audit("scoring.run", model_id or "none", facts)
    return ScoringRun(tiers.total(), len(rows), dict(tiers), version, model_id, problem)


def retier(work: UnitOfWork) -> int:
    """Put every open account into its tier under the version in force, by the score it has; how many there are.

    For a strategy that has just been published: it takes effect at once, not with the next scoring run.

    :raises StrategyUnreadable: nothing is changed then.
    """
    version, settings = active(work)
    tiers = _assign(work, settings, version, latest_scores(work))
    work.audit("tiers.assigned", str(version), {"accounts": tiers.total()})
    return tiers.total()


def _new_scores(
    work: UnitOfWork, model_id: str, results: pl.DataFrame
) -> tuple[dict[str, KnownScore], list[dict[str, Any]]]:
    as_of = dict(work.session.exec(select(col(Account.id), col(Account.as_of))).all())
    scores: dict[str, KnownScore] = {}
    rows: list[dict[str, Any]] = []
    for account_id, willingness, ability, reasons in results.iter_rows():
        score_id = work.new_id()
        scores[account_id] = KnownScore(score_id, ScoreFacts(willingness, ability))
        rows.append(
            {
                "id": score_id,
                "account_id": account_id,
                "as_of": as_of[account_id],
                "willingness": willingness,
                "ability": ability,
                "model_id": model_id,
                "reasons": reasons,
                "created_at": work.now,
            }
        )
    return scores, rows


def _assign(
    work: UnitOfWork, settings: StrategySettings, version: int, scores: Mapping[str, KnownScore]
) -> Counter[str]:
    """Record an assignment for every open account; accounts by tier."""
    rows: list[dict[str, Any]] = []
    for account_id, facts in account_facts(work).items():
        score = scores.get(account_id)
        assignment = assign(score.facts if score else None, facts, settings)
        rows.append(
            {
                "id": work.new_id(),
                "account_id": account_id,
                "score_id": score.id if score else None,
                "strategy_version": version,
                "tier": assignment.tier,
                "treatment": assignment.treatment.name,
                "why": list(assignment.why),
                "arm": "champion",
                "created_at": work.now,
            }
        )
    _insert(work, TierAssignment, rows)
    return Counter(row["tier"] for row in rows)


def _insert(work: UnitOfWork, table: type[Score] | type[TierAssignment], rows: list[dict[str, Any]]) -> None:
    """Plain rows, not objects: objects take many times as long in bulk."""
    for start in range(0, len(rows), _AT_ONCE):
        work.session.execute(insert(table), rows[start : start + _AT_ONCE])
