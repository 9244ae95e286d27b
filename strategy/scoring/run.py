"""One scoring run: every open account from the ledger gets its scores and its tier, all in one transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sqlmodel import col, delete

from ledger.bulk import append_frame
from ledger.ledger import Ledger, UnitOfWork
from ledger.tables import Score, TierAssignment
from strategy.arms import ARMS
from strategy.placing import WHYS, Placements, place_all
from strategy.quality.feed import FeedState, feed_state
from strategy.quality.scores import drift_of, every, usable_scores
from strategy.scoring.accounts import (
    as_book,
    as_columns,
    latest_assignments,
    latest_scores,
    open_accounts,
    present_tiers,
)
from strategy.scoring.leaf_tables import NotOblivious
from strategy.scoring.registry import ModelUnusable, load
from strategy.scoring.score import CHUNK, Progress, Scorer, silent
from strategy.settings import TIERS, StrategySettings
from strategy.versions import active

_PLACED = ("tier", "treatment", "why", "arm", "propensity", "strategy_version")
"""What makes an assignment another one than the one before."""


@dataclass(frozen=True, slots=True)
class ScoringRun:
    """What a run did."""

    accounts: int
    """Open accounts, each of which now has a tier."""
    scored: int
    """Those that got a new score."""
    tiers: Mapping[str, int]
    moved: int
    """Those whose assignment is another one than before, or their first."""
    strategy_version: int
    model_id: str | None
    model_problem: str | None
    """Why there are no new scores: old scores stay, and accounts that have none went to people."""
    feed: str
    """'ok', 'warned', 'accepted' or 'broken'; while it is broken nothing is scored anew."""


def score_accounts(ledger: Ledger, registry: Path, progress: Progress = silent) -> ScoringRun:
    """Score and assign every open account. All of it is recorded in one transaction, or none.

    :raises StrategyUnreadable: nothing is changed then.
    """
    scorer, problem = None, None
    try:
        scorer = Scorer(load(registry))
    except (ModelUnusable, NotOblivious) as error:
        problem = str(error)
    with ledger.begin() as work:
        version, settings = active(work)
        state = feed_state(work)
        run_id = work.new_id()
        accounts = open_accounts(work)
        if scorer is not None:
            try:
                scorer.model.require_columns(as_book(accounts, scorer.model.spec))
            except ModelUnusable as error:
                scorer, problem = None, str(error)
        if scorer is None or state.broken:
            scores, scored = latest_scores(work), 0
        else:
            scores, scored = _new_scores(work, run_id, scorer, accounts, state, registry.parent, progress)
            state = feed_state(work)
        placed, moved = _place(work, run_id, settings, version, _with_scores(accounts, scores), state)
        model_id = scorer.model.id if scorer else None
        counts = {"accounts": accounts.height, "scored": scored, "moved": moved}
        work.audit("scoring.run", model_id or "none", {**counts, "version": version, "feed": state.status})
    return ScoringRun(accounts.height, scored, placed.by_tier, moved, version, model_id, problem, state.status)


def retier(work: UnitOfWork) -> int:
    """Put every open account into its tier under the version in force, by the score it has; how many there are.

    For a strategy that has just been published: it takes effect at once, not with the next scoring run.

    :raises StrategyUnreadable: nothing is changed then.
    """
    version, settings = active(work)
    accounts = _with_scores(open_accounts(work), latest_scores(work))
    _place(work, work.new_id(), settings, version, accounts, feed_state(work))
    work.audit("tiers.assigned", str(version), {"accounts": accounts.height})
    return accounts.height


def _new_scores(
    work: UnitOfWork,
    run_id: str,
    scorer: Scorer,
    accounts: pl.DataFrame,
    state: FeedState,
    home: Path,
    progress: Progress,
) -> tuple[pl.DataFrame, int]:
    """The scores that count from now on, and how many of them are new.

    Accounts of a batch that came in broken keep their old ones; so does everybody when the new ones are worth nothing.
    """
    came_in_broken = pl.col("batch_id").is_in(list(state.broken_imports))
    well, others = accounts.filter(~came_in_broken), accounts.filter(came_in_broken)
    scorer.drift, scorer.every = drift_of(scorer.model), every(well.height)
    new = _score(work, run_id, scorer, well, progress)
    if not usable_scores(work, run_id, scorer.drift, home):
        work.session.execute(delete(Score).where(col(Score.run_id) == run_id))
        return latest_scores(work), 0
    if others.is_empty():
        return new, new.height
    return pl.concat([new, latest_scores(work).join(others, "account_id", "semi")]), new.height


def _score(work: UnitOfWork, run_id: str, scorer: Scorer, accounts: pl.DataFrame, progress: Progress) -> pl.DataFrame:
    """Record a score for every account that can have one: account_id, score_id, willingness, ability.

    While one chunk is written, the next one is scored.
    """
    book = as_book(accounts, scorer.model.spec)
    found = [pl.DataFrame(schema={"account_id": pl.String, "score_id": pl.String, **_SCORES})]
    progress(0, book.height)
    with ThreadPoolExecutor(1) as writer:
        written: Future[None] | None = None
        for start in range(0, book.height, CHUNK):
            chunk = book.slice(start, CHUNK)
            rows = _score_rows(work, run_id, start, scorer, chunk)
            if written:
                written.result()
            written = writer.submit(append_frame, work, Score, rows)
            found.append(rows.select("account_id", pl.col("id").alias("score_id"), *_SCORES))
            progress(start + chunk.height, book.height)
        if written:
            written.result()
    return pl.concat(found)


_SCORES = {"willingness": pl.Float64, "ability": pl.Float64}


def _score_rows(work: UnitOfWork, run_id: str, start: int, scorer: Scorer, chunk: pl.DataFrame) -> pl.DataFrame:
    """Ids count up within a run: the database appends to its indexes instead of writing all over them."""
    return (
        scorer.score(chunk)
        .with_columns(chunk["as_of"], _ids(run_id, "s", start, chunk.height))
        .filter(pl.col("willingness").is_not_null())
        .rename({"external_ref": "account_id"})
        .with_columns(
            (pl.col("expected_amount") * 100).round().cast(pl.Int64),
            run_id=pl.lit(run_id),
            model_id=pl.lit(scorer.model.id),
            created_at=pl.lit(work.now.replace(tzinfo=None)),
        )
    )


def _place(
    work: UnitOfWork, run_id: str, settings: StrategySettings, version: int, accounts: pl.DataFrame, state: FeedState
) -> tuple[Placements, int]:
    """Record an assignment for every account whose place is a new one; where all of them are, and how many moved.

    :param accounts: open accounts with score_id, willingness and ability, null where there is no score.
    """
    broken: NDArray[np.bool_] = accounts["batch_id"].is_in(list(state.broken_batches)).to_numpy()
    before = accounts.select("account_id").join(latest_assignments(work), "account_id", "left", maintain_order="left")
    present = present_tiers(work, before, settings)
    placed = place_all(as_columns(accounts, broken), settings, accounts["account_id"], present.to_numpy())
    names = [settings.treatments[tier].name for tier in TIERS]
    rows = accounts.select(
        _ids(run_id, "t", 0, accounts.height),
        "account_id",
        "score_id",
        tier=pl.lit(_named(TIERS, placed.tiers)),
        treatment=pl.lit(_named(names, placed.given)),
        why=pl.lit(_named([json.dumps(why) for why in WHYS], placed.why)),
        arm=pl.lit(_named(ARMS, placed.arms)),
        propensity=pl.lit(pl.Series(placed.propensity)),
        strategy_version=pl.lit(version, dtype=pl.Int64),
        run_id=pl.lit(run_id),
        created_at=pl.lit(work.now.replace(tzinfo=None)),
    )
    other = pl.any_horizontal(pl.col(name).ne_missing(pl.lit(before[name])) for name in _PLACED)
    moved = rows.filter(other)
    append_frame(work, TierAssignment, moved)
    return placed, moved.height


def _with_scores(accounts: pl.DataFrame, scores: pl.DataFrame) -> pl.DataFrame:
    return accounts.join(scores, "account_id", "left", maintain_order="left")


def _named(names: tuple[str, ...] | list[str], positions: NDArray[np.int8]) -> pl.Series:
    return pl.Series(names, dtype=pl.String).gather(positions.astype(np.int64))


def _ids(run_id: str, kind: str, start: int, rows: int) -> pl.Expr:
    number = pl.int_range(start, start + rows).cast(pl.String).str.zfill(8)
    return pl.concat_str(pl.lit(f"{run_id}-{kind}"), number).alias("id")
