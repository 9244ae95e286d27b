"""Contacts with made-up accounts, for tests of the outcome heads."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

import numpy as np
import polars as pl
from scored import overdue_book

from rehearsal.simulated_outcomes import simulate
from strategy.outcomes.events import UTC as MOMENT
from strategy.outcomes.events import Events

START = datetime(2026, 3, 2, tzinfo=UTC)


@cache
def accounts(count: int = 800) -> pl.DataFrame:
    """Overdue accounts of the synthetic portfolio, with what each would and could."""
    random = np.random.default_rng(4)
    refs = overdue_book()["external_ref"].head(count)
    return pl.DataFrame(
        {"external_ref": refs, "willingness": random.beta(4, 1, len(refs)), "ability": random.beta(3, 1, len(refs))}
    )


@cache
def played(count: int = 800) -> Events:
    return simulate(accounts(count), START, seed=1)


def books() -> pl.DataFrame:
    """Their book, in since the start."""
    return overdue_book().with_columns(in_at=pl.lit(START).cast(MOMENT))
