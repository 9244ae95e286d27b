"""The open accounts as columns: what a what-if is asked about. Pure; numpy only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from strategy.capacity.value import pay_chance

Floats = NDArray[np.float64]

STEPS = 100
"""Cells to a side of the grid of scores on which many draws are cheap: each is one percent wide."""


@dataclass(frozen=True)
class BookArrays:
    """The accounts as columns, one entry per account, all of the same length."""

    willingness: Floats
    """0..1; NaN where there is no score."""
    ability: Floats
    balance: Floats
    """In one currency, major units."""
    amount_due: Floats
    person_only: NDArray[np.bool_]
    """A hold or a sensitive flag."""
    broken_promises: NDArray[np.int64]
    previous: NDArray[np.int8] | None = None
    """Position in ``settings.TIERS`` of the tier each account stands in, -1 for none; None when nobody has one."""

    def __len__(self) -> int:
        return len(self.willingness)

    @cached_property
    def scored(self) -> NDArray[np.bool_]:
        """Both scores are known."""
        return ~np.isnan(self.willingness + self.ability)

    @cached_property
    def covered(self) -> Floats:
        """Ability x amount due: what a payer is expected to cover; 0 without a score."""
        return np.where(self.scored, self.ability * self.amount_due, 0.0)

    @cached_property
    def scored_due(self) -> Floats:
        """Amount due; 0 without a score."""
        return np.where(self.scored, self.amount_due, 0.0)

    def paying(self, uplift: float) -> Floats:
        """Chance of a payment when its odds are `uplift` times what they were; 0 without a score."""
        known = self._paying.get(uplift)
        if known is None:
            known = self._paying[uplift] = np.where(self.scored, pay_chance(self.willingness, uplift), 0.0)
        return known

    def brought(self, uplift: float) -> Floats:
        """What a contact that raises the odds of a payment by `uplift` adds to the expected recovery."""
        known = self._brought.get(uplift)
        if known is None:
            known = self._brought[uplift] = (self.paying(uplift) - self.paying(1.0)) * self.covered
        return known

    @cached_property
    def _brought(self) -> dict[float, Floats]:
        return {}

    @cached_property
    def _paying(self) -> dict[float, Floats]:
        return {}

    @cached_property
    def cell(self) -> NDArray[np.int32]:
        """Where each account lies on the grid of scores: willingness step x STEPS + ability step; 0 without a score."""
        willing, able = (
            np.minimum(np.nan_to_num(score) * STEPS, STEPS - 1).astype(np.int32)
            for score in (self.willingness, self.ability)
        )
        return np.where(self.scored, willing * STEPS + able, 0).astype(np.int32)


@dataclass(frozen=True)
class Grouped:
    """Accounts by group of equals: `code` is a position in `names`, one entry per account, -1 for not known."""

    code: NDArray[np.integer]
    names: tuple[str, ...]


@dataclass(frozen=True)
class Book:
    """The whole book: accounts in one currency, and what else a what-if may be told about each of them."""

    arrays: BookArrays
    currency: str = ""
    left_out: int = 0
    """Accounts in another currency than most."""
    zones: Grouped | None = None
    """By the time zones that the debtor may be in, spelt ``Asia/Taipei`` or ``America/Chicago|America/Denver``."""
    facts: NDArray[np.int32] | None = None
    """By equal facts for the gate: position in the list of such classes, one entry per account."""
    traits: Mapping[str, Grouped] = field(default_factory=dict)
    """By protected trait, for figures of fairness alone."""
