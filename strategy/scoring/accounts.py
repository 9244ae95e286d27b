"""What scoring and the hard rules need of the open accounts, read from the ledger in bulk: one row an account."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl
import sqlalchemy
from numpy.typing import NDArray
from sqlmodel import col, func, or_, select

from ledger.bulk import read_frame
from ledger.handoff import TIER_TRIGGER
from ledger.ledger import UnitOfWork
from ledger.tables import Account, AccountSnapshot, Case, Hold, Promise, Score, StrategyVersion, TierAssignment
from strategy.placing import AccountColumns
from strategy.scoring.book import BILLED, OWN, PAID, SCHEMA
from strategy.scoring.features import FeatureSpec
from strategy.settings import TIERS, StrategySettings
from strategy.tiers import NOWHERE

_MONEY = ("balance", "amount_due", "credit_limit", *BILLED, *PAID)


def open_accounts(work: UnitOfWork, only: str | None = None) -> pl.DataFrame:
    """Every open account as of ``work.now``, in the order of their ids; or the one that is named by its id.

    Columns: account_id, debtor_id, batch_id, currency, as_of; balance, amount_due, credit_limit and the book's billed_k
    and paid_k in whole units of the currency, null where there is no statement; own (JSON text); on_hold, sensitive,
    broken_promises.
    """
    text = ("account_id", "debtor_id", "batch_id", "currency")
    schema: dict[str, pl.DataType] = {
        **dict.fromkeys(text, pl.String()),
        "as_of": pl.Date(),
        **dict.fromkeys(_MONEY, pl.Int64()),
        "own": pl.String(),
    }
    of_account = [col(getattr(Account, name)) for name in (*text[1:], "as_of", *_MONEY[:3])]
    of_snapshot = [col(getattr(AccountSnapshot, name)) for name in (*BILLED, *PAID, "own")]
    query = (
        select(col(Account.id), *of_account, *of_snapshot)
        .join(AccountSnapshot, col(AccountSnapshot.account_id) == col(Account.id), isouter=True)
        .where(Account.status == "open")
    )
    if only is not None:
        query = query.where(Account.id == only)
    accounts = read_frame(work, query, schema).with_columns(pl.col(name) / 100 for name in _MONEY)
    return accounts.sort("account_id").with_columns(*_hard_facts(work))


def _hard_facts(work: UnitOfWork) -> tuple[pl.Expr, ...]:
    held = work.session.exec(
        select(Hold.debtor_id, Hold.account_id).where(
            col(Hold.scope).in_(("person", "debt")),
            col(Hold.lifted_at).is_(None),
            or_(col(Hold.until).is_(None), col(Hold.until) > work.now),
        )
    ).all()
    held_people = pl.Series([debtor_id for debtor_id, account_id in held if account_id is None], dtype=pl.String)
    held_accounts = pl.Series([account_id for _, account_id in held if account_id is not None], dtype=pl.String)
    # A case that the tier itself opened is no news about the account; it must not keep the account in that tier.
    cases = select(Case.account_id).where(Case.status != "wrapped", Case.trigger != TIER_TRIGGER)
    with_person = pl.Series(work.session.exec(cases).all(), dtype=pl.String)
    promises = select(Promise.account_id, func.count()).where(Promise.status == "broken").group_by(Promise.account_id)
    broken = dict(work.session.exec(promises).all())
    account_id = pl.col("account_id")
    return (
        (account_id.is_in(held_accounts.implode()) | pl.col("debtor_id").is_in(held_people.implode())).alias("on_hold"),
        account_id.is_in(with_person.implode()).alias("sensitive"),
        account_id.replace_strict(broken, default=0, return_dtype=pl.Int64).alias("broken_promises"),
    )


def as_book(accounts: pl.DataFrame, spec: FeatureSpec) -> pl.DataFrame:
    """Those that can be looked at by a model, as a book whose ``external_ref`` is the account's id in the ledger.

    An account without a statement for the latest month is left out: there is nothing to score it by.
    """
    own: list[pl.Expr] = []
    if spec.columns:
        names = [name.removeprefix(OWN) for name in spec.columns]
        decoded = pl.col("own").str.json_decode(pl.Struct(dict.fromkeys(names, pl.Float64())))
        own = [decoded.struct.field(name).alias(OWN + name) for name in names]
    known = accounts.filter(pl.col("billed_1").is_not_null(), pl.col("credit_limit") > 0)
    return known.rename({"account_id": "external_ref"}).select(*SCHEMA, *own)


def as_columns(accounts: pl.DataFrame, feed_broken: NDArray[np.bool_]) -> AccountColumns:
    """What placing looks at; the scores are in the columns willingness and ability, null where there is none."""

    def numbers(name: str) -> NDArray[np.float64]:
        return accounts[name].fill_null(np.nan).to_numpy()

    return AccountColumns(
        willingness=numbers("willingness"),
        ability=numbers("ability"),
        balance=numbers("balance"),
        on_hold=accounts["on_hold"].to_numpy(),
        sensitive=accounts["sensitive"].to_numpy(),
        broken_promises=accounts["broken_promises"].to_numpy(),
        feed_broken=feed_broken,
    )


def latest_scores(work: UnitOfWork) -> pl.DataFrame:
    """The newest score of every account that has one: account_id, score_id, willingness, ability."""
    schema: dict[str, pl.DataType] = {
        "account_id": pl.String(),
        "id": pl.String(),
        "willingness": pl.Float64(),
        "ability": pl.Float64(),
    }
    return _latest(work, Score, schema, "id").rename({"id": "score_id"})


def latest_assignments(work: UnitOfWork) -> pl.DataFrame:
    """The assignment that counts for every account that has one; of two of one moment, that of the newer strategy.

    Columns: account_id, strategy_version, tier, treatment, why (JSON text), arm, propensity.
    """
    schema: dict[str, pl.DataType] = {
        "account_id": pl.String(),
        "strategy_version": pl.Int64(),
        **dict.fromkeys(("tier", "treatment", "why", "arm"), pl.String()),
        "propensity": pl.Float64(),
    }
    return _latest(work, TierAssignment, schema, "strategy_version")


def _latest(
    work: UnitOfWork,
    table: type[Score] | type[TierAssignment],
    schema: Mapping[str, pl.DataType],
    then: str,
) -> pl.DataFrame:
    """The newest row of every account, and of those of one moment the one with the most of `then`.

    Numbered in one pass: looked up account by account, a million of them would take a database half a minute.
    """
    newest_first = (col(table.created_at).desc(), col(getattr(table, then)).desc())
    number = func.row_number().over(partition_by=col(table.account_id), order_by=newest_first)
    columns = [col(getattr(table, name)) for name in schema]
    numbered = sqlalchemy.select(*columns, number.label("number")).subquery()
    newest = sqlalchemy.select(*(numbered.c[name] for name in schema)).where(numbered.c.number == 1)
    return read_frame(work, newest, schema)


def present_tiers(work: UnitOfWork, latest: pl.DataFrame, settings: StrategySettings) -> pl.Series:
    """For each row of assignments the position of its tier, as far as the margin may still hold the account there.

    A tier given by other thresholds than those in force says nothing about which side of them the account is on.

    :param latest: has tier and strategy_version, null for an account without any.
    """
    versions = work.session.exec(select(StrategyVersion.version, StrategyVersion.settings)).all()
    same = [
        version
        for version, stored in versions
        if (stored.get("w_high"), stored.get("a_high")) == (settings.w_high, settings.a_high)
    ]
    position = pl.col("tier").replace_strict({tier: place for place, tier in enumerate(TIERS)}, default=NOWHERE)
    return latest.select(
        pl.when(pl.col("strategy_version").is_in(same)).then(position).otherwise(NOWHERE).cast(pl.Int8).alias("tier")
    ).to_series()
