"""One account's score in plain words: what was said of it and why, where that puts it, and what would move it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from sqlmodel import col, select

from ledger.ledger import UnitOfWork
from ledger.tables import Account, Score, TierAssignment
from strategy.models.registry import Model, ModelUnusable, load
from strategy.quality.feed import came_in_broken
from strategy.reasons.next_tier import Floats, NextTier, Scorer, next_tier
from strategy.scoring.accounts import as_book, open_accounts, present_tiers
from strategy.scoring.score import Scorer as ModelScorer
from strategy.settings import TIERS, StrategySettings
from strategy.tiers import NOWHERE, AccountFacts
from strategy.versions import active


@dataclass(frozen=True, slots=True)
class Explained:
    """Probabilities 0..1; None where there is no score. What the latest run recorded, and what the champion adds."""

    account: Account
    score: Score | None
    placed: TierAssignment | None
    """None before the first scoring run."""
    next: NextTier | None
    problem: str | None
    """Why ``next`` is None."""

    @property
    def reasons(self) -> list[Mapping[str, Any]]:
        """{"head", "code", "effect"}, the strongest first within a head."""
        return list(self.score.reasons) if self.score else []


def explain(work: UnitOfWork, registry: Path, external_ref: str) -> Explained | None:
    """Explain one open account, named by the bank's own reference; None where there is none (needs a write
    transaction in a ledger that has no strategy yet).

    :raises StrategyUnreadable: the version in force cannot be read.
    """
    open_ = select(Account).where(Account.external_ref == external_ref, Account.status == "open")
    account = work.session.exec(open_).first()
    if account is None:
        return None
    found: NextTier | None = None
    problem = None
    try:
        found = what_would_move(work, load(registry), account)
    except ModelUnusable as error:
        problem = str(error)
    return Explained(
        account, _latest(work, Score, account.id), _latest(work, TierAssignment, account.id), found, problem
    )


def what_would_move(work: UnitOfWork, model: Model, account: Account) -> NextTier:
    """:raises ModelUnusable: the account lacks what the model looks at."""
    _, settings = active(work)
    row = open_accounts(work, only=account.id)
    book = as_book(row, model.spec)
    if book.is_empty():
        return NextTier("no_score", "people")
    # Of one account a gap is a gap; where no own column is known, this is another table than was learnt from.
    if all(name not in book.columns or book[name][0] is None for name in model.spec.columns):
        model.require_columns(book)
    facts = AccountFacts(
        balance=account.balance,
        on_hold=bool(row["on_hold"][0]),
        sensitive=bool(row["sensitive"][0]),
        broken_promises=int(row["broken_promises"][0]),
        feed_broken=came_in_broken(work, account.id),
    )
    return next_tier(
        book, facts, Decimal(account.amount_due), settings, scorer_of(model), _present_tier(work, account, settings)
    )


def _present_tier(work: UnitOfWork, account: Account, settings: StrategySettings) -> str | None:
    """The tier the account is in, as far as the margin may hold it there."""
    placed = _latest(work, TierAssignment, account.id)
    if placed is None:
        return None
    frame = pl.DataFrame({"tier": [placed.tier], "strategy_version": [placed.strategy_version]})
    position = int(present_tiers(work, frame, settings)[0])
    return None if position == NOWHERE else TIERS[position]


def scorer_of(model: Model) -> Scorer:
    """The model's willingness and ability of any book; NaN where there is none."""
    scorer = ModelScorer(model, reasons=False)

    def scores(book: pl.DataFrame) -> tuple[Floats, Floats]:
        said = scorer.score(book)
        return said["willingness"].fill_null(np.nan).to_numpy(), said["ability"].fill_null(np.nan).to_numpy()

    return scores


def _latest(work: UnitOfWork, table: Any, account_id: str) -> Any:
    newest = select(table).where(table.account_id == account_id).order_by(col(table.created_at).desc()).limit(1)
    return work.session.exec(newest).first()
