"""One scoring run: every open account from the ledger gets its scores and its tier, all in one transaction."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sqlmodel import SQLModel, col, delete

from ledger.bulk import Loading
from ledger.ledger import Ledger, UnitOfWork
from ledger.tables import Score, TierAssignment
from strategy.arms import ARMS
from strategy.experiments.running import Experiments
from strategy.models.registry import ModelUnusable, load
from strategy.outcomes.probabilities import OutcomeScorer
from strategy.placing import WHYS, Placements, place_all
from strategy.quality.feed import FeedState, feed_state
from strategy.quality.scores import drift_of, every, usable_scores
from strategy.reasons.leaf_tables import NotOblivious
from strategy.scoring.accounts import (
    as_book,
    as_columns,
    latest_assignments,
    latest_scores,
    open_accounts,
    present_tiers,
)
from strategy.scoring.heads import HEADS, OUTCOME_HEADS
from strategy.scoring.score import CHUNK, Progress, Scorer, silent
from strategy.settings import TIERS, StrategySettings
from strategy.versions import active

_PLACED = ("tier", "treatment", "why", "arm", "propensity")
"""What makes an assignment another one than the one before, beside the strategy version."""

_OF_RUN = 12
"""Letters of the run's own id, the last ones, with which the ids of its rows begin: enough to tell runs apart."""


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
        try:
            done = _go(work, settings, version, state, None if state.broken else scorer, progress)
        except ModelUnusable as error:  # before anything was recorded
            scorer, problem = None, str(error)
            done = _go(work, settings, version, state, None, progress)
        if scorer is not None and done.scored and not usable_scores(work, done.run_id, scorer.drift, registry.parent):
            for table in (Score, TierAssignment):
                work.session.execute(delete(table).where(col(table.run_id) == done.run_id))
            done = _go(work, settings, version, feed_state(work), None, progress)
        model_id = scorer.model.id if scorer else None
        counts = {"accounts": done.accounts, "scored": done.scored, "moved": done.moved}
        work.audit("scoring.run", model_id or "none", {**counts, "version": version, "feed": state.status})
    tiers = {tier: done.tiers[tier] for tier in TIERS if done.tiers[tier]}
    return ScoringRun(done.accounts, done.scored, tiers, done.moved, version, model_id, problem, state.status)


def retier(work: UnitOfWork) -> int:
    """Put every open account into its tier under the version in force, by the score it has; how many there are.

    For a strategy that has just been published: it takes effect at once, not with the next scoring run.

    :raises StrategyUnreadable: nothing is changed then.
    """
    version, settings = active(work)
    done = _go(work, settings, version, feed_state(work), None, silent)
    work.audit("tiers.assigned", str(version), {"accounts": done.accounts})
    return done.accounts


@dataclass(slots=True)
class _Done:
    run_id: str
    accounts: int
    scored: int = 0
    moved: int = 0
    tiers: Counter[str] = field(default_factory=Counter)


def _go(
    work: UnitOfWork,
    settings: StrategySettings,
    version: int,
    state: FeedState,
    scorer: Scorer | None,
    progress: Progress,
) -> _Done:
    """Record new scores, where there is a scorer, and every assignment that is another one than before.

    While one chunk is written, the next one is scored: the database works beside us. Accounts of a batch that came in
    broken keep their old scores, and are people's.

    :raises ModelUnusable: the accounts lack what the model looks at; nothing has been recorded then.
    """
    run = {"run_id": work.new_id(), "created_at": work.now.replace(tzinfo=None).isoformat(" ", "microseconds")}
    accounts = open_accounts(work)
    if scorer is not None and scorer.model.spec.columns:
        scorer.model.require_columns(as_book(accounts, scorer.model.spec))
    before = latest_assignments(work)
    before = accounts.select("account_id").join(before, "account_id", "left", maintain_order="left")
    present = present_tiers(work, before, settings).to_numpy()
    # A run that scores finds out anew whether its scores are worth something; any other goes by what was found last.
    of_people = state.broken_imports if scorer is not None else state.broken_batches
    old_scores = latest_scores(work) if scorer is None or of_people else None
    if scorer is not None:
        scorer.drift, scorer.every = drift_of(scorer.model), every(accounts.height)
    outcomes = OutcomeScorer(scorer.model, work) if scorer is not None else None
    experiments = Experiments.read(work, settings)
    done = _Done(run["run_id"], accounts.height)
    progress(0, accounts.height)
    of_scores = run | ({"model_id": scorer.model.id} if scorer is not None else {})
    loads = {
        Score: Loading(work, Score, of_scores),
        TierAssignment: Loading(work, TierAssignment, run | {"strategy_version": version}),
    }
    with ThreadPoolExecutor(1) as writer:
        written: list[Future[None]] = []
        for start in range(0, accounts.height, CHUNK):
            part = accounts.slice(start, CHUNK)
            batches: list[tuple[type[SQLModel], pl.DataFrame]] = []
            is_broken = part["batch_id"].is_in(list(of_people))
            scores = []
            if scorer is not None and outcomes is not None:
                new = _score_rows(scorer, outcomes, part.filter(~is_broken), start, run)
                batches.append((Score, new))
                done.scored += new.height
                scores.append(new.select("account_id", pl.col("id").alias("score_id"), "willingness", "ability"))
            if old_scores is not None:
                kept = old_scores if scorer is None else old_scores.join(part.filter(is_broken), "account_id", "semi")
                scores.append(kept)
            part = part.join(pl.concat(scores), "account_id", "left", maintain_order="left")
            broken = is_broken.to_numpy()
            placed = place_all(
                as_columns(part, broken), settings, part["account_id"], present[start : start + part.height]
            )
            done.tiers.update(placed.by_tier)
            moved = _moved(part, placed, settings, experiments, before.slice(start, CHUNK), version, start, run)
            batches.append((TierAssignment, moved))
            done.moved += moved.height
            for each in written:
                each.result()
            written = [writer.submit(loads[table].append, rows) for table, rows in batches]
            progress(start + part.height, accounts.height)
        for each in written:
            each.result()
    for loading in loads.values():
        loading.finish()
    return done


def _score_rows(
    scorer: Scorer, outcomes: OutcomeScorer, accounts: pl.DataFrame, start: int, run: Mapping[str, str]
) -> pl.DataFrame:
    """A row of the score table for every account that can have a score."""
    book = as_book(accounts, scorer.model.spec)
    return (
        scorer.score(book)
        .with_columns(*outcomes.score(book).select(OUTCOME_HEADS), book["as_of"], _ids(run, "s", start, book.height))
        .filter(pl.col("willingness").is_not_null())
        .rename({"external_ref": "account_id"})
        .with_columns(
            pl.col(HEADS).round(6),
            (pl.col("expected_amount") * 100).round().cast(pl.Int64),
        )
    )


def _moved(
    accounts: pl.DataFrame,
    placed: Placements,
    settings: StrategySettings,
    experiments: Experiments,
    before: pl.DataFrame,
    version: int,
    start: int,
    run: Mapping[str, str],
) -> pl.DataFrame:
    """A row of the assignment table for every account whose place is another one than before."""
    names = [settings.treatments[tier].name for tier in TIERS]
    rows = accounts.select(
        _ids(run, "t", start, accounts.height),
        "account_id",
        "score_id",
        tier=pl.lit(_named(TIERS, placed.tiers)),
        treatment=pl.lit(_named(names, placed.given)),
        why=pl.lit(_named([json.dumps(why) for why in WHYS], placed.why)),
        arm=pl.lit(_named(ARMS, placed.arms)),
        propensity=pl.lit(pl.Series(placed.propensity)),
    )
    rows = experiments.draw(rows, accounts["debtor_id"])
    others = [pl.col(name).ne_missing(pl.lit(before[name])) for name in _PLACED]
    return rows.filter(pl.any_horizontal(pl.lit(before["strategy_version"]).ne_missing(version), *others))


def _named(names: Sequence[str], positions: NDArray[np.int8]) -> pl.Series:
    return pl.Series(names, dtype=pl.String).gather(positions.astype(np.int64))


def _ids(run: Mapping[str, str], kind: str, start: int, rows: int) -> pl.Expr:
    """Ids that count up within a run: the database appends to its indexes instead of writing all over them."""
    number = pl.int_range(start, start + rows).cast(pl.String).str.zfill(8)
    return pl.concat_str(pl.lit(f"{run['run_id'][-_OF_RUN:]}-{kind}"), number).alias("id")
