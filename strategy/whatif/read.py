"""The open accounts as columns for the what-if, read from the ledger once and then asked as often as a slider moves."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from sqlmodel import col, select

from ledger.ledger import UnitOfWork
from ledger.tables import Account
from strategy.scoring.accounts import account_facts, latest_scores
from strategy.tiers import ScoreFacts
from strategy.whatif.book import BookArrays

NO_SCORE = ScoreFacts(np.nan, np.nan)


@dataclass(frozen=True)
class Book:
    """Accounts in `currency`, the one that most of them have; `left_out` are in another."""

    arrays: BookArrays
    currency: str
    left_out: int


def read_book(work: UnitOfWork) -> Book:
    """Every open account with its latest score, as of ``work.now``."""
    facts = account_facts(work)
    scores = latest_scores(work)
    rows = work.session.exec(
        select(col(Account.id), col(Account.currency), col(Account.amount_due))
        .where(Account.status == "open")
        .order_by(col(Account.id))
    ).all()
    currency = Counter(each for _, each, _ in rows).most_common(1)[0][0] if rows else ""
    kept = [(account_id, due) for account_id, each, due in rows if each == currency]
    score_of = [scores[account_id].facts if account_id in scores else NO_SCORE for account_id, _ in kept]
    fact_of = [facts[account_id] for account_id, _ in kept]
    arrays = BookArrays(
        willingness=np.array([score.willingness for score in score_of], dtype=np.float64),
        ability=np.array([score.ability for score in score_of], dtype=np.float64),
        balance=np.array([float(fact.balance) for fact in fact_of], dtype=np.float64),
        amount_due=np.array([float(due) for _, due in kept], dtype=np.float64),
        person_only=np.array([fact.on_hold or fact.sensitive for fact in fact_of], dtype=np.bool_),
        broken_promises=np.array([fact.broken_promises for fact in fact_of], dtype=np.int64),
    )
    return Book(arrays, currency, len(rows) - len(kept))
