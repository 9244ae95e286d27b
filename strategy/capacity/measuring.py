"""What contact has done so far: accounts that chance decided about, and whether they have paid since. Thin.

Within a tier and a strategy version chance alone decided who was contacted and who was held out, so only there are the
two compared. An account counts under what it was given, whether or not it was then reached; a treatment counts as the
contact that it begins with.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

import polars as pl
from sqlalchemy import func, select
from sqlmodel import col

from ledger.ledger import UnitOfWork
from ledger.tables import Account, TierAssignment
from strategy.arms import ARMS, NO_CONTACT
from strategy.capacity.value import Paid, Seen, Uplift, measured
from strategy.experiments.snapshots import since_drawn
from strategy.settings import CONTACTS, StrategySettings
from strategy.versions import StrategyUnreadable, settings_of

WINDOW_DAYS: Final = 30
"""A payment this long after the account was drawn, or sooner, counts."""

_STRATUM = ["strategy_version", "tier"]


def uplift_of(work: UnitOfWork, settings: StrategySettings) -> dict[str, Uplift]:
    """By contact: what the manager assumes, moved by what the hold-out shows as far as its figures carry."""
    return measured(settings.assumptions, _seen(work))


def _seen(work: UnitOfWork) -> dict[str, list[Seen]]:
    drawn = _drawn(work)
    if drawn.is_empty():
        return {}
    since = since_drawn(work, drawn.select("account_id", "currency", "at"), WINDOW_DAYS)
    known = drawn.join(since.filter(pl.col("collected").is_not_null()), on="account_id")
    counts = (
        known.with_columns(contact=_contact(work, known))
        .drop_nulls("contact")
        .group_by(*_STRATUM, "contact")
        .agg(payers=(pl.col("collected") > 0).sum(), accounts=pl.len())
    )
    held_out = counts.filter(pl.col("contact") == NO_CONTACT)
    pairs = counts.join(held_out, on=_STRATUM, suffix="_alone").sort(*_STRATUM)
    return {
        contact: [
            Seen(Paid(row["payers"], row["accounts"]), Paid(row["payers_alone"], row["accounts_alone"]))
            for row in pairs.filter(pl.col("contact") == contact).iter_rows(named=True)
        ]
        for contact in CONTACTS
    }


def _drawn(work: UnitOfWork) -> pl.DataFrame:
    """The last placement by chance of every account whose window is over by what the bank has said of it."""
    newest = work.session.execute(select(func.max(Account.as_of))).scalar_one()
    columns = ("account_id", "currency", "strategy_version", "tier", "treatment", "arm", "at", "as_of")
    rows: list[Any] = []
    if newest is not None:
        query = (
            select(
                col(TierAssignment.account_id),
                col(Account.currency),
                col(TierAssignment.strategy_version),
                col(TierAssignment.tier),
                col(TierAssignment.treatment),
                col(TierAssignment.arm),
                col(TierAssignment.created_at),
                col(Account.as_of),
            )
            .join(Account, col(Account.id) == TierAssignment.account_id)
            .where(
                col(TierAssignment.tier) != "people",
                col(TierAssignment.arm).in_(ARMS),
                # In a young ledger no window is over, and nothing is read.
                col(TierAssignment.created_at) < datetime.combine(newest, time(), UTC),
            )
            .order_by(col(TierAssignment.created_at), col(TierAssignment.id))
        )
        rows = list(work.session.execute(query))
    frame = pl.DataFrame(rows, schema=columns, orient="row", infer_schema_length=None)
    over = frame.filter(pl.col("at").dt.date() + timedelta(days=WINDOW_DAYS) <= pl.col("as_of")) if rows else frame
    return over.unique("account_id", keep="last", maintain_order=True)


def _contact(work: UnitOfWork, drawn: pl.DataFrame) -> pl.Series:
    """By row the contact that its treatment begins with; null for a treatment or version that nobody knows any more."""
    kinds = drawn.select("strategy_version", "treatment", "arm").unique(maintain_order=True)
    contacts = [_first_contact(work, *kind) for kind in kinds.iter_rows()]
    known = kinds.with_columns(contact=pl.Series(contacts, dtype=pl.String))
    return drawn.join(known, on=["strategy_version", "treatment", "arm"], how="left", maintain_order="left")["contact"]


def _first_contact(work: UnitOfWork, version: int, name: str, arm: str) -> str | None:
    if arm == "hold_out":
        return NO_CONTACT
    try:
        treatments = settings_of(work, version).treatments.values()
    except (KeyError, StrategyUnreadable):
        return None
    return next((f"{each.agent}_{each.channels[0]}" for each in treatments if each.name == name), None)
