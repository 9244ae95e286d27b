"""What became of everybody an experiment has drawn, counted from the ledger: one row a unit, null is not known yet.

A unit is counted from its first placement in an arm on, in that arm, wherever a later run may put it: what an arm does
to a tier is part of what it does. Talks, promises, complaints, holds and contacts count from then on for the design's
window. Whether an account is cured, has rolled on or has paid is read from snapshots, which come with imports; until
one describes a day after the window, nobody knows, and nothing is put down as "no".
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

import numpy as np
import polars as pl
from sqlalchemy import func, or_, select
from sqlmodel import col

from ledger.columns import UtcDateTime
from ledger.ledger import UnitOfWork
from ledger.tables import (
    Account,
    Attempt,
    Case,
    Conversation,
    Hold,
    Promise,
    TierAssignment,
    WrapUp,
)
from strategy.experiments.analysis import Units
from strategy.experiments.design import Design
from strategy.experiments.drawing import label
from strategy.experiments.metrics import COLUMNS
from strategy.experiments.snapshots import since_drawn

COMPLAINTS: Final = ("complaint_regulator", "recording_objection", "threat_or_abuse_to_bot")
"""Triggers that are complaints, whether or not they are called so: those of the queue of that name."""
COMPLAINT_OPENED: Final = "complaint_opened"
"""The disposition by which a collector says the same."""
SETTLED: Final = ("kept", "partial", "broken", "superseded")

_UTC = pl.Datetime("us", "UTC")


def counted(work: UnitOfWork, experiment_id: str, design: Design, costs: Mapping[str, Decimal]) -> Units:
    """Everybody drawn so far.

    :param costs: of one contact, by agent and channel (``bot_chat``), in the accounts' currency.
    """
    drawn = _drawn(work, experiment_id, design)
    window = timedelta(days=design.window_days)
    rows = drawn.with_columns(
        _any_since(drawn, _talks(work), window).alias("reached"),
        _any_since(drawn, _promises(work), window).alias("promised"),
        _kept(drawn, _promises(work), window).alias("kept"),
        _any_since(drawn, _complaints(work), window).alias("complained"),
        _any_since(drawn, _holds(work), window).alias("held"),
        _sum_since(drawn, _contact_costs(work, costs), window).alias("cost"),
    ).join(since_drawn(work, drawn, design.window_days), on="account_id", how="left")
    unit = "debtor_id" if design.unit == "debtor" else "account_id"
    per_unit = rows.group_by(unit, maintain_order=True).agg(
        pl.col("arm").first(),
        pl.col("at").min(),
        *(pl.col(name).max() for name in ("reached", "promised", "complained", "held", "rolled")),
        # A person is cured when every account is, and what they paid or kept is known when it is for every account.
        pl.when(pl.col("cured").is_not_null().all()).then(pl.col("cured").min()).alias("cured"),
        pl.when(pl.col("kept").is_not_null().all()).then(pl.col("kept").max()).alias("kept"),
        pl.when(pl.col("collected").is_not_null().all()).then(pl.col("collected").sum()).alias("collected"),
        pl.col("cost").sum(),
    )
    days = (pl.lit(work.now).cast(_UTC) - pl.col("at")).dt.total_seconds() / 86_400
    return Units(
        arm=per_unit["arm"].cast(pl.Int64).to_numpy(),
        days=per_unit.select(days).to_series().cast(pl.Float64).to_numpy(),
        values={
            name: per_unit[name].cast(pl.Float64).fill_null(float("nan")).to_numpy().astype(np.float64)
            for name in COLUMNS
        },
    )


def _drawn(work: UnitOfWork, experiment_id: str, design: Design) -> pl.DataFrame:
    """account_id, debtor_id, currency, arm (its place), at: the account's first placement in the experiment."""
    places = {label(experiment_id, arm.name): place for place, arm in enumerate(design.arms)}
    first = (
        select(
            col(TierAssignment.account_id),
            col(Account.debtor_id),
            col(Account.currency),
            col(TierAssignment.arm),
            func.min(col(TierAssignment.created_at), type_=UtcDateTime),
        )
        .join(Account, col(Account.id) == col(TierAssignment.account_id))
        .where(col(TierAssignment.arm).in_(list(places)))
        .group_by(
            col(TierAssignment.account_id), col(Account.debtor_id), col(Account.currency), col(TierAssignment.arm)
        )
    )
    frame = _frame(work, first, account_id=pl.String, debtor_id=pl.String, currency=pl.String, label=pl.String, at=_UTC)
    return frame.sort("at", "account_id").with_columns(
        pl.col("label").replace_strict(places, return_dtype=pl.Int64).alias("arm")
    )


def _talks(work: UnitOfWork) -> pl.DataFrame:
    query = select(col(Conversation.account_id), col(Conversation.opened_at)).where(col(Conversation.verified))
    return _frame(work, query, account_id=pl.String, event_at=_UTC)


def _promises(work: UnitOfWork) -> pl.DataFrame:
    query = select(col(Promise.account_id), col(Promise.confirmed_at), col(Promise.status))
    return _frame(work, query, account_id=pl.String, event_at=_UTC, status=pl.String)


def _complaints(work: UnitOfWork) -> pl.DataFrame:
    cases = select(col(Case.account_id), col(Case.opened_at)).where(
        or_(col(Case.trigger).in_(COMPLAINTS), col(Case.queue) == "complaints")
    )
    wrapped = (
        select(col(Case.account_id), col(WrapUp.at))
        .join(WrapUp, col(WrapUp.case_id) == col(Case.id))
        .where(col(WrapUp.disposition) == COMPLAINT_OPENED)
    )
    kinds: dict[str, Any] = {"account_id": pl.String, "event_at": _UTC}
    return pl.concat([_frame(work, cases, **kinds), _frame(work, wrapped, **kinds)])


def _holds(work: UnitOfWork) -> pl.DataFrame:
    """A hold that names no account is on each of the person's."""
    query = select(col(Account.id), col(Hold.created_at)).join(
        Hold,
        (col(Hold.account_id) == Account.id) | (col(Hold.account_id).is_(None) & (Hold.debtor_id == Account.debtor_id)),
    )
    return _frame(work, query, account_id=pl.String, event_at=_UTC)


def _contact_costs(work: UnitOfWork, costs: Mapping[str, Decimal]) -> pl.DataFrame:
    query = select(col(Attempt.account_id), col(Attempt.reserved_at), col(Attempt.agent), col(Attempt.channel))
    attempts = _frame(work, query, account_id=pl.String, event_at=_UTC, agent=pl.String, channel=pl.String)
    table = {name: float(cost) for name, cost in costs.items()}
    contact = pl.concat_str("agent", "channel", separator="_").replace_strict(
        table, default=None, return_dtype=pl.Float64
    )
    return attempts.with_columns(contact.alias("amount"))


def _since(drawn: pl.DataFrame, events: pl.DataFrame, window: timedelta) -> pl.DataFrame:
    """The events of each account's window, with the account's id."""
    both = drawn.select("account_id", "at").join(events, on="account_id")
    return both.filter((pl.col("event_at") >= pl.col("at")) & (pl.col("event_at") < pl.col("at") + window))


def _any_since(drawn: pl.DataFrame, events: pl.DataFrame, window: timedelta) -> pl.Series:
    seen = _since(drawn, events, window)["account_id"].unique()
    return drawn["account_id"].is_in(seen.implode()).cast(pl.Float64)


def _sum_since(drawn: pl.DataFrame, events: pl.DataFrame, window: timedelta) -> pl.Series:
    found = _since(drawn, events, window).group_by("account_id").agg(pl.col("amount").sum())
    return drawn.join(found, on="account_id", how="left", maintain_order="left")["amount"].fill_null(0.0)


def _kept(drawn: pl.DataFrame, promises: pl.DataFrame, window: timedelta) -> pl.Series:
    """1 where a promise of the window was kept, 0 where there was none or none was kept, null while one is open."""
    found = (
        _since(drawn, promises, window)
        .group_by("account_id")
        .agg((pl.col("status") == "kept").any().alias("kept"), pl.col("status").is_in(SETTLED).all().alias("settled"))
    )
    joined = drawn.join(found, on="account_id", how="left", maintain_order="left")
    return joined.select(
        pl.when(pl.col("settled").is_null())
        .then(0.0)
        .when(pl.col("kept"))
        .then(1.0)
        .when(pl.col("settled"))
        .then(0.0)
        .alias("kept")
    ).to_series()


def _frame(work: UnitOfWork, query: Any, **kinds: Any) -> pl.DataFrame:
    """The rows of a query as a table with these columns."""
    rows = work.session.execute(query).all()
    return pl.DataFrame([tuple(row) for row in rows], schema=kinds, orient="row")
