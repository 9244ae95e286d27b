"""Heads for contact, promise and promise kept, beside a model that was just trained: from this ledger's outcomes."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path

import numpy as np
import polars as pl
from sqlmodel import select

from ledger.ledger import Ledger
from ledger.tables import ImportBatch
from rehearsal.simulated_outcomes import ends_by, simulate
from strategy.outcomes.events import UTC as MOMENT
from strategy.outcomes.records import events_of
from strategy.outcomes.rows import Rows, training_rows
from strategy.outcomes.train import ENOUGH, train_outcomes
from strategy.scoring.book import read_books
from strategy.scoring.features import feature_table
from strategy.scoring.heads import OUTCOME_HEADS, Trained
from strategy.scoring.panel import overdue

WANTED = ("auto", "observed", "simulated", "none")
SIMULATED_ACCOUNTS = 2_000
"""Overdue accounts whose contacts are played: 16,000 attempts, and enough promises to learn from."""
SEED = 1


def with_outcome_heads(
    ledger: Ledger,
    books: Sequence[Path],
    trained: Trained,
    wanted: str,
    step: Callable[[int, int], None] = lambda _done, _all: None,
) -> Trained:
    """The same model with the outcome heads that there is enough for, and on its card where each has learnt from.

    :param wanted: of :data:`WANTED`: 'observed' or 'simulated' alone; 'auto': observed where the ledger has enough,
        else simulated; 'none': the model as it is.
    """
    if wanted == "none":
        return trained
    with ledger.read() as work:
        came = dict(work.session.exec(select(ImportBatch.id, ImportBatch.created_at)).all())
        known = _known(books, came)
        observed = training_rows(events_of(work, made_up=False), known, work.now)
        made_up = training_rows(events_of(work, made_up=True), known, work.now)
    # A played day is used where it is enough; the quick simulation fills in for what it lacks.
    lacking = wanted != "observed" and any(made_up[head].rarer < ENOUGH for head in OUTCOME_HEADS)
    played = _simulated(read_books(books), trained) if lacking else made_up
    simulated = {head: rows if rows.rarer >= ENOUGH else played[head] for head, rows in made_up.items()}
    found = train_outcomes(observed, simulated, wanted, step)
    absent = {**trained.card.get("absent_heads", {}), **found.card["absent_heads"]}
    card = {**trained.card, **found.card, "absent_heads": absent}
    return dataclasses.replace(trained, heads={**trained.heads, **found.heads}, card=card)


def _known(books: Sequence[Path], came: Mapping[str, datetime]) -> pl.DataFrame:
    """Every book with `in_at`, when it came in; one that belongs to no import of this ledger is as of its own day."""
    parts = []
    for path in books:
        book = read_books([path])
        at = came.get(path.stem)
        in_at = (
            pl.col("as_of").cast(pl.Datetime("us", "UTC")) if at is None else pl.lit(at).cast(pl.Datetime("us", "UTC"))
        )
        parts.append(book.with_columns(in_at=in_at))
    return pl.concat(parts, how="diagonal")


def _simulated(book: pl.DataFrame, trained: Trained) -> Mapping[str, Rows]:
    """Contacts with the overdue accounts of the newest day, who would and could what the model says of them."""
    day: date = max(book["as_of"])
    newest = book.filter(pl.col("as_of") == day)
    late = newest.filter(pl.Series(overdue(newest, 1)))
    # A table for training alone has no months to tell who was overdue: there everybody in it counts as that.
    owing = (newest if late.is_empty() else late).head(SIMULATED_ACCOUNTS)
    table = feature_table(owing, trained.spec)
    chances = {
        name: trained.heads[name].probability(table) if name in trained.heads else np.full(owing.height, 0.5)
        for name in ("willingness", "ability")
    }
    start = datetime.combine(day, time(), UTC)
    events = simulate(owing.select("external_ref").with_columns(**chances), start, SEED)
    known = owing.with_columns(in_at=pl.lit(start).cast(MOMENT))
    return training_rows(events, known, ends_by(events))
