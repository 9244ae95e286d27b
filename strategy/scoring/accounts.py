"""What scoring and the hard rules need of the open accounts, read from the ledger in bulk."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import polars as pl
from sqlmodel import col, func, or_, select

from ledger.handoff import TIER_TRIGGER
from ledger.ledger import UnitOfWork
from ledger.tables import Account, Case, Hold, Promise, Score, Statement
from strategy.scoring.book import BILLED, MONTHS, PAID
from strategy.tiers import AccountFacts, ScoreFacts


@dataclass(frozen=True, slots=True)
class KnownScore:
    """A score that an account has."""

    id: str
    facts: ScoreFacts


def open_accounts_book(work: UnitOfWork) -> pl.DataFrame:
    """The open accounts as a book whose ``external_ref`` is the account's id in the ledger.

    An account without a statement for the latest month is left out: there is nothing to score it by.
    """
    columns = select(col(Account.id), col(Account.credit_limit), col(Account.as_of))
    accounts = work.session.exec(columns.where(Account.status == "open").order_by(col(Account.id))).all()
    position = {account_id: row for row, (account_id, _, _) in enumerate(accounts)}
    billed = np.full((len(accounts), MONTHS), np.nan)
    paid = np.full((len(accounts), MONTHS), np.nan)
    statements = select(
        col(Statement.account_id), col(Statement.months_back), col(Statement.billed), col(Statement.paid)
    )
    for account_id, months_back, billed_then, paid_then in work.session.exec(statements):
        row = position.get(account_id)
        if row is not None and 1 <= months_back <= MONTHS:
            billed[row, months_back - 1] = float(billed_then)
            paid[row, months_back - 1] = float(paid_then)
    book = pl.DataFrame(
        {
            "external_ref": pl.Series([account_id for account_id, _, _ in accounts], dtype=pl.String),
            "credit_limit": pl.Series([float(limit) for _, limit, _ in accounts], dtype=pl.Float64),
            **{name: billed[:, month] for month, name in enumerate(BILLED)},
            **{name: paid[:, month] for month, name in enumerate(PAID)},
            "as_of": pl.Series([as_of for _, _, as_of in accounts], dtype=pl.Date),
        },
        nan_to_null=True,
    )
    return book.filter(pl.col("billed_1").is_not_null())


def account_facts(work: UnitOfWork) -> dict[str, AccountFacts]:
    """What the hard rules look at, for every open account, as of ``work.now``."""
    held = work.session.exec(
        select(Hold.debtor_id, Hold.account_id).where(
            col(Hold.scope).in_(("person", "debt")),
            col(Hold.lifted_at).is_(None),
            or_(col(Hold.until).is_(None), col(Hold.until) > work.now),
        )
    ).all()
    held_people = {debtor_id for debtor_id, account_id in held if account_id is None}
    held_accounts = {account_id for _, account_id in held if account_id is not None}
    # A case that the tier itself opened is no news about the account; it must not keep the account in that tier.
    with_person = set(
        work.session.exec(select(Case.account_id).where(Case.status != "wrapped", Case.trigger != TIER_TRIGGER))
    )
    broken = Counter(work.session.exec(select(Promise.account_id).where(Promise.status == "broken")))
    accounts = work.session.exec(
        select(col(Account.id), col(Account.debtor_id), col(Account.balance))
        .where(Account.status == "open")
        .order_by(col(Account.id))
    )
    return {
        account_id: AccountFacts(
            balance=balance,
            on_hold=debtor_id in held_people or account_id in held_accounts,
            sensitive=account_id in with_person,
            broken_promises=broken[account_id],
        )
        for account_id, debtor_id, balance in accounts
    }


def latest_scores(work: UnitOfWork) -> dict[str, KnownScore]:
    """The newest score of every account that has one."""
    newest = select(Score.account_id, func.max(col(Score.created_at)).label("at")).group_by(col(Score.account_id))
    latest = newest.subquery()
    rows = select(Score.account_id, Score.id, Score.willingness, Score.ability).join(
        latest, (col(Score.account_id) == latest.c.account_id) & (col(Score.created_at) == latest.c.at)
    )
    return {
        account_id: KnownScore(score_id, ScoreFacts(willingness, ability))
        for account_id, score_id, willingness, ability in work.session.exec(rows)
    }
