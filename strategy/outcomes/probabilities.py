"""What the heads for contact, promise and promise kept say of accounts today."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final, Protocol

import polars as pl

from ledger.ledger import UnitOfWork
from strategy.outcomes.history import OUTCOME_SPEC
from strategy.outcomes.records import events_of
from strategy.outcomes.rows import with_book
from strategy.scoring.features import FeatureSpec, SpecUnknown, feature_table
from strategy.scoring.heads import OUTCOME_HEADS, Head

HOURS_AHEAD: Final = 24
"""The contact that is asked about: a bot's chat message, this many hours from now."""


class HasHeads(Protocol):
    """A model of the registry."""

    @property
    def heads(self) -> Mapping[str, Head]: ...

    @property
    def card(self) -> dict[str, Any]: ...


def outcome_probabilities(model: HasHeads, work: UnitOfWork, book: pl.DataFrame) -> pl.DataFrame:
    """external_ref, contact, promise, kept: for each row of the book; null where the model has no such head.

    :param book: open accounts as a book whose ``external_ref`` is the account's id in the ledger
        (:func:`strategy.scoring.accounts.as_book`).
    """
    found = [name for name in OUTCOME_HEADS if name in model.heads]
    nothing = [pl.lit(None, pl.Float64).alias(name) for name in OUTCOME_HEADS]
    if not found or book.is_empty() or not _same_columns(model.card):
        return book.select("external_ref", *nothing)
    events = events_of(work)
    moments = book.select(
        pl.col("external_ref").alias("account_id"),
        pl.lit(work.now + timedelta(hours=HOURS_AHEAD)).cast(pl.Datetime("us", "UTC")).alias("at"),
        channel=pl.lit("chat"),
        agent=pl.lit("bot"),
    )
    known = book.with_columns(in_at=pl.lit(work.now).cast(pl.Datetime("us", "UTC")))
    by_id = type(events)(
        events.accounts.with_columns(external_ref="account_id"), events.attempts, events.talks, events.promises
    )
    seen = with_book(by_id, moments, known)
    table = feature_table(seen, OUTCOME_SPEC)
    said = [pl.Series(name, model.heads[name].probability(table)) for name in found]
    told = seen.select("external_ref").with_columns(said)
    return (
        book.select("external_ref")
        .join(told, on="external_ref", how="left", maintain_order="left")
        .select(
            "external_ref",
            *(pl.col(name) if name in found else nothing[place] for place, name in enumerate(OUTCOME_HEADS)),
        )
    )


def _same_columns(card: Mapping[str, Any]) -> bool:
    """Whether the heads were trained on what this version computes."""
    try:
        return FeatureSpec.from_json(card["outcomes"]["spec"]).names == OUTCOME_SPEC.names
    except (SpecUnknown, KeyError, TypeError):
        return False
