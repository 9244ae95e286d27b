"""One scoring run: read every open account from the ledger, score it, put it into a tier, record both at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from sqlmodel import col, func, insert, select

from ledger.ledger import Ledger, UnitOfWork
from ledger.tables import Account, Score, TierAssignment
from strategy.scoring.accounts import account_facts, open_accounts_book
from strategy.scoring.registry import ModelUnusable, load
from strategy.scoring.score import score_book, silent
from strategy.settings import StrategySettings
from strategy.tiers import ScoreFacts, assign
from strategy.versions import active

Progress = Callable[[int, int], None]
"""(accounts done, accounts in all)."""

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


@dataclass(frozen=True, slots=True)
class _Scored:
    """A score that an account has, new or old."""

    id: str
    facts: ScoreFacts


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
        scores, rows = _latest_scores(work) if model_id is None else _new_scores(work, model_id, results)
        assignments = _assignments(work, settings, version, scores)
        _insert(work, Score, rows)
        _insert(work, TierAssignment, assignments)
        tiers = Counter(row["tier"] for row in assignments)
        work.audit(
            "scoring.run", model_id or "none", {"accounts": len(assignments), "scored": len(rows), "version": version}
        )
    return ScoringRun(len(assignments), len(rows), dict(tiers), version, model_id, problem)


def _new_scores(
    work: UnitOfWork, model_id: str, results: pl.DataFrame
) -> tuple[dict[str, _Scored], list[dict[str, Any]]]:
    as_of = dict(work.session.exec(select(col(Account.id), col(Account.as_of))).all())
    scores: dict[str, _Scored] = {}
    rows: list[dict[str, Any]] = []
    for account_id, willingness, ability, reasons in results.iter_rows():
        score_id = work.new_id()
        scores[account_id] = _Scored(score_id, ScoreFacts(willingness, ability))
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


def _latest_scores(work: UnitOfWork) -> tuple[dict[str, _Scored], list[dict[str, Any]]]:
    """The scores that stay, and no new rows."""
    newest = select(Score.account_id, func.max(col(Score.created_at)).label("at")).group_by(col(Score.account_id))
    latest = newest.subquery()
    rows = select(Score.account_id, Score.id, Score.willingness, Score.ability).join(
        latest, (col(Score.account_id) == latest.c.account_id) & (col(Score.created_at) == latest.c.at)
    )
    scores = {
        account_id: _Scored(score_id, ScoreFacts(willingness, ability))
        for account_id, score_id, willingness, ability in work.session.exec(rows)
    }
    return scores, []


def _assignments(
    work: UnitOfWork, settings: StrategySettings, version: int, scores: Mapping[str, _Scored]
) -> list[dict[str, Any]]:
    rows = []
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
    return rows


def _insert(work: UnitOfWork, table: type[Score] | type[TierAssignment], rows: list[dict[str, Any]]) -> None:
    """Plain rows, not objects: objects take many times as long in bulk."""
    for start in range(0, len(rows), _AT_ONCE):
        work.session.execute(insert(table), rows[start : start + _AT_ONCE])
