"""What the heads for contact, promise and promise kept say of accounts today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final, Protocol

import polars as pl

from ledger.ledger import UnitOfWork
from strategy.outcomes.events import UTC
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


class OutcomeScorer:
    """The outcome heads of a model, made ready for many chunks: the ledger is read once, at the start."""

    def __init__(self, model: HasHeads, work: UnitOfWork) -> None:
        usable = _same_columns(model.card)
        self.heads = {name: model.heads[name] for name in OUTCOME_HEADS if usable and name in model.heads}
        self.at = work.now + timedelta(hours=HOURS_AHEAD)
        # The books of a ledger's accounts go by the account's id.
        events = events_of(work) if self.heads else None
        self.events = events and replace(events, accounts=events.accounts.with_columns(external_ref="account_id"))

    def score(self, book: pl.DataFrame) -> pl.DataFrame:
        """external_ref, contact, promise, kept: for each row of the book, in its order.

        Null where the model has no such head, or the ledger no such account.

        :param book: as :func:`strategy.scoring.accounts.as_book` makes it.
        """
        refs = book.select("external_ref")
        if self.events is None or book.is_empty():
            return refs.with_columns(pl.lit(None, pl.Float64).alias(name) for name in OUTCOME_HEADS)
        moments = refs.select(
            pl.col("external_ref").alias("account_id"),
            pl.lit(self.at).cast(UTC).alias("at"),
            channel=pl.lit("chat"),
            agent=pl.lit("bot"),
        )
        known_today = book.with_columns(in_at=pl.lit(self.at - timedelta(hours=HOURS_AHEAD)).cast(UTC))
        seen = with_book(self.events, moments, known_today)
        table = feature_table(seen, OUTCOME_SPEC)
        said = {name: head.probability(table) for name, head in self.heads.items()}
        told = seen.select("external_ref").with_columns(
            pl.Series(name, said[name]) if name in said else pl.lit(None, pl.Float64).alias(name)
            for name in OUTCOME_HEADS
        )
        return refs.join(told, on="external_ref", how="left", maintain_order="left")


def _same_columns(card: Mapping[str, Any]) -> bool:
    """Whether the heads were trained on what this version computes."""
    try:
        return FeatureSpec.from_json(card["outcomes"]["spec"]).names == OUTCOME_SPEC.names
    except (SpecUnknown, KeyError, TypeError):
        return False
