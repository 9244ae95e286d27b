"""The log that off-policy estimates rest on, read from the ledger: what was done, how likely, and what came of it."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

import numpy as np
import polars as pl
from sqlmodel import col, select

from ledger.ledger import UnitOfWork
from ledger.tables import Account, Score, StrategyVersion, TierAssignment
from strategy.experiments.drawing import read_label
from strategy.experiments.snapshots import since_drawn
from strategy.settings import StrategySettings, from_json
from strategy.whatif.valuing import LEFT_ALONE, Action, Log, action_of, possible_in

WINDOW_DAYS = 30


def read_log(work: UnitOfWork, window_days: int = WINDOW_DAYS) -> Log:
    """For every account that chance decided about, the last time this was long enough ago.

    An account stays in the log under what it was given then, whatever was done later within the window.
    """
    versions = _versions(work)
    rows = work.session.exec(
        select(TierAssignment, Score, Account)
        .join(Score, col(Score.id) == TierAssignment.score_id)
        .join(Account, col(Account.id) == TierAssignment.account_id)
        .where(TierAssignment.tier != "people", col(Score.ability).is_not(None))
        .order_by(col(TierAssignment.created_at), col(TierAssignment.id))
    )
    done: dict[str, _Done] = {}
    too_new = set()
    for assignment, score, account in rows:
        settings = versions.get(assignment.strategy_version)
        action = _action(assignment, settings) if settings else None
        if settings is None or action is None:
            continue
        if assignment.created_at.date() + timedelta(days=window_days) > account.as_of:
            too_new.add(account.id)
        else:
            done[account.id] = _Done(assignment, score, account, action, possible_in(assignment.tier, settings))
    drawn = pl.DataFrame(
        {
            "account_id": list(done),
            "currency": [each.account.currency for each in done.values()],
            "at": [each.assignment.created_at for each in done.values()],
        },
        schema={"account_id": pl.String(), "currency": pl.String(), "at": pl.Datetime(time_zone="UTC")},
    )
    paid = since_drawn(work, drawn, window_days).filter(pl.col("collected").is_not_null())
    outcome = dict(paid.select("account_id", "collected").iter_rows())
    kept = [done[account_id] for account_id in outcome]
    return Log(
        actions=tuple(each.action for each in kept),
        possible=tuple(each.possible for each in kept),
        propensity=np.array([each.assignment.propensity for each in kept], dtype=np.float64),
        outcome=np.array(list(outcome.values()), dtype=np.float64),
        willingness=np.array([each.score.willingness for each in kept], dtype=np.float64),
        ability=np.array([each.score.ability for each in kept], dtype=np.float64),
        not_known_yet=len(too_new | done.keys()) - len(kept),
        window_days=window_days,
    )


class _Done(NamedTuple):
    assignment: TierAssignment
    score: Score
    account: Account
    action: Action
    possible: frozenset[Action]


def _versions(work: UnitOfWork) -> dict[int, StrategySettings]:
    stored = work.session.exec(select(StrategyVersion.version, StrategyVersion.settings)).all()
    read = {version: from_json(settings) for version, settings in stored}
    return {version: settings for version, settings in read.items() if isinstance(settings, StrategySettings)}


def _action(assignment: TierAssignment, settings: StrategySettings) -> Action | None:
    """None for a treatment that its strategy version does not know, and for an experiment's, which changes them."""
    if read_label(assignment.arm) is not None:
        return None
    if assignment.arm == "hold_out":
        return LEFT_ALONE
    known = (each for each in settings.treatments.values() if each.name == assignment.treatment)
    return next((action_of(treatment) for treatment in known), None)
