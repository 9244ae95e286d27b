"""A challenger beside the champion: what both say of the same accounts, and what would change in their tiers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.stats import spearmanr

from strategy.models.model_files import Model
from strategy.placing import AccountColumns
from strategy.quality.psi import bins_of, counts_in, psi
from strategy.scoring.accounts import as_book, as_columns
from strategy.scoring.score import CHUNK, Progress, Scorer, silent
from strategy.settings import TIERS, StrategySettings
from strategy.tiers import tier_indexes

HEADS = ("willingness", "ability")
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class HeadBeside:
    """One head of both models on the accounts that both can score."""

    champion_mean: float
    challenger_mean: float
    correlation: float | None
    """Spearman's: 1 puts all accounts in the same order; None where one of the two says the same of everybody."""
    psi: float
    """How far the challenger's scores lie from the champion's, in bins of the champion's; above .25 is far."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Nothing of it is recorded: a challenger decides about nobody."""

    champion: str
    challenger: str
    accounts: int
    """Open accounts."""
    by_both: int
    """Those that both models can score."""
    heads: Mapping[str, HeadBeside]
    moved: int
    """Accounts whose tier would be another one, by the plain thresholds."""
    moves: Mapping[str, Mapping[str, int]]
    """Tier by the champion -> tier by the challenger -> accounts; all of them, with those that stay."""
    figures: Mapping[str, Mapping[str, Mapping[str, Any]]]
    """As measured when each was trained, and so on different data perhaps: head -> model's part -> figures."""


def compare(
    champion: Model,
    challenger: Model,
    accounts: pl.DataFrame,
    settings: StrategySettings,
    progress: Progress = silent,
) -> Comparison:
    """Score the open accounts with both models, in the shadow, and hold the answers side by side.

    :param accounts: as :func:`strategy.scoring.accounts.open_accounts` reads them.
    :raises ModelUnusable: the accounts lack a column that a model looks at.
    """
    parts = {"champion": champion, "challenger": challenger}
    total = 2 * accounts.height

    def step(before: int) -> Progress:
        return lambda done, _total: progress(before + done, total)

    said = {
        part: _scores(model, accounts, step(accounts.height * place))
        for place, (part, model) in enumerate(parts.items())
    }
    columns = {part: _columns(accounts, scores) for part, scores in said.items()}
    tiers = {part: tier_indexes(each, settings) for part, each in columns.items()}
    both = _both(columns, "willingness")
    return Comparison(
        champion=champion.id,
        challenger=challenger.id,
        accounts=accounts.height,
        by_both=int(both.sum()),
        heads={head: _beside(columns, head) for head in HEADS if _both(columns, head).any()},
        moved=int((tiers["champion"] != tiers["challenger"]).sum()),
        moves=_moves(tiers["champion"], tiers["challenger"]),
        figures={
            head: {part: model.card.get("out_of_time", {}).get(head, {}) for part, model in parts.items()}
            for head in (*HEADS, "cure")
        },
    )


def _scores(model: Model, accounts: pl.DataFrame, progress: Progress) -> pl.DataFrame:
    book = as_book(accounts, model.spec)
    model.require_columns(book)
    scorer = Scorer(model, reasons=False)
    parts = [pl.DataFrame(schema={"external_ref": pl.String, **dict.fromkeys(HEADS, pl.Float64)})]
    for start in range(0, book.height, CHUNK):
        parts.append(scorer.score(book.slice(start, CHUNK)).select("external_ref", *HEADS))
        progress(min(start + CHUNK, book.height), book.height)
    return pl.concat(parts)


def _columns(accounts: pl.DataFrame, scores: pl.DataFrame) -> AccountColumns:
    scored = accounts.join(scores, left_on="account_id", right_on="external_ref", how="left", maintain_order="left")
    return as_columns(scored, np.zeros(accounts.height, dtype=bool))


def _both(columns: Mapping[str, AccountColumns], head: str) -> NDArray[np.bool_]:
    champion, challenger = (np.isfinite(getattr(each, head)) for each in columns.values())
    both: NDArray[np.bool_] = champion & challenger
    return both


def _beside(columns: Mapping[str, AccountColumns], head: str) -> HeadBeside:
    rows = _both(columns, head)
    old, new = (getattr(columns[part], head)[rows] for part in ("champion", "challenger"))
    orders = bool(np.ptp(old) and np.ptp(new))
    bins = bins_of(old)
    return HeadBeside(
        champion_mean=round(float(old.mean()), 4),
        challenger_mean=round(float(new.mean()), 4),
        correlation=round(float(spearmanr(old, new).statistic), 4) if orders else None,
        psi=round(psi(bins.counts, counts_in(bins, new)), 4),
    )


def _moves(before: NDArray[np.int8], after: NDArray[np.int8]) -> dict[str, dict[str, int]]:
    counts = np.zeros((len(TIERS), len(TIERS)), dtype=np.int64)
    np.add.at(counts, (before, after), 1)
    return {
        tier: {to: int(counts[row, column]) for column, to in enumerate(TIERS) if counts[row, column]}
        for row, tier in enumerate(TIERS)
        if counts[row].any()
    }
