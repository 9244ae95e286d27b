"""What was predicted of each group and what happened: calibration within groups, and equal opportunity. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from strategy.fairness import intervals
from strategy.fairness.findings import Finding, level_of
from strategy.fairness.traits import POOLED
from strategy.settings import FairnessLimits
from strategy.whatif.book import Grouped

STEPS = 100
"""Willingness is kept in steps of one percent, so that any threshold can be asked later without anybody's score."""
BINS = 10


@dataclass(frozen=True, slots=True)
class GroupFit:
    """One group, one head, on rows whose outcome is known."""

    name: str
    rows: int
    predicted: float
    """Mean probability."""
    observed: float
    """Share of the rows in which it happened."""
    error: float
    """Standard error of observed - predicted."""
    ece: float
    """Calibration error over ten bins of equal count; in small groups chance alone makes it large."""
    believed: tuple[int, ...]
    """Of those in whom it happened: how many had at least 0, 1, ... 100 percent."""

    @property
    def gap(self) -> float:
        return self.observed - self.predicted

    def opportunity(self, threshold: float) -> tuple[int, int]:
        """Of those in whom it happened: how many were put at the threshold or above, and how many there are."""
        return self.believed[int(np.ceil(round(threshold * STEPS, 6)))], self.believed[0]


def group_fits(grouped: Grouped, predicted: NDArray[np.float64], happened: NDArray[np.bool_]) -> tuple[GroupFit, ...]:
    """Every group that has rows."""
    found = []
    for place, name in enumerate(grouped.names):
        rows = grouped.code == place
        if rows.any():
            found.append(_fit(name, predicted[rows], happened[rows]))
    return tuple(found)


def _fit(name: str, predicted: NDArray[np.float64], happened: NDArray[np.bool_]) -> GroupFit:
    missed = happened - predicted
    error = float(missed.std(ddof=1) / np.sqrt(len(missed))) if len(missed) > 1 else 1.0
    order = np.argsort(predicted, kind="stable")
    ece = sum(abs(part.sum()) for part in np.array_split(missed[order], BINS)) / len(missed)
    # A score exactly on a threshold is on its upper side, so steps are counted from below.
    step = np.floor(np.round(predicted[happened] * STEPS, 9)).astype(int)
    at_least = np.bincount(np.clip(step, 0, STEPS), minlength=STEPS + 1)[::-1].cumsum()[::-1]
    return GroupFit(
        name=name,
        rows=len(missed),
        predicted=float(predicted.mean()),
        observed=float(happened.mean()),
        error=error,
        ece=float(ece),
        believed=tuple(int(count) for count in at_least),
    )


def calibration_finding(trait: str, head: str, groups: Sequence[GroupFit], limits: FairnessLimits) -> Finding | None:
    """The group whose mean prediction misses by most; None without a group."""
    compared = _compared(groups, limits)
    if not compared:
        return None
    worst = max(compared, key=lambda group: abs(group.gap))
    half = intervals.deviate(len(compared)) * worst.error
    low, high = worst.gap - half, worst.gap + half
    past, large = abs(worst.gap) > limits.calibration_gap, worst.rows >= limits.smallest_group
    return Finding(
        level=level_of(past, low, high, 0.0, large),
        measure="calibration",
        head=head,
        trait=trait,
        group=worst.name,
        against="",
        figure=worst.gap,
        low=low,
        high=high,
        limit=limits.calibration_gap,
        accounts=worst.rows,
    )


def opportunity_finding(
    trait: str, groups: Sequence[GroupFit], threshold: float, limits: FairnessLimits
) -> Finding | None:
    """The two groups of which the most different shares of later payers had been believed to pay.

    :param threshold: willingness from here on is high.
    """
    named = [group for group in groups if group.name != POOLED and group.believed[0] > 0]
    large = [group for group in named if group.rows >= limits.smallest_group]
    compared = large if len(large) > 1 else named
    pairs = list(combinations(sorted(compared, key=lambda group: _share(group, threshold)), 2))
    if not pairs:
        return None
    less, more = max(pairs, key=lambda pair: _share(pair[1], threshold) - _share(pair[0], threshold))
    z = intervals.deviate(len(pairs))
    low, high = intervals.of_difference(*more.opportunity(threshold), *less.opportunity(threshold), z)
    gap = _share(more, threshold) - _share(less, threshold)
    return Finding(
        level=level_of(gap > limits.opportunity_gap, low, high, 0.0, len(large) > 1),
        measure="opportunity",
        head="willingness",
        trait=trait,
        group=less.name,
        against=more.name,
        figure=gap,
        low=low,
        high=high,
        limit=limits.opportunity_gap,
        accounts=min(less.rows, more.rows),
    )


def to_json(fits: Mapping[str, Mapping[str, Sequence[GroupFit]]]) -> dict[str, Any]:
    """head -> trait -> groups, as plain values."""
    return {
        head: {trait: [asdict(group) for group in groups] for trait, groups in traits.items()}
        for head, traits in fits.items()
    }


def from_json(stored: Any) -> dict[str, dict[str, tuple[GroupFit, ...]]]:
    """:raises ValueError: it is not what :func:`to_json` gives."""
    try:
        return {
            head: {
                trait: tuple(GroupFit(**{**group, "believed": tuple(group["believed"])}) for group in groups)
                for trait, groups in traits.items()
            }
            for head, traits in stored.items()
        }
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError("these are no figures by group") from error


def _share(group: GroupFit, threshold: float) -> float:
    believed, all_of_them = group.opportunity(threshold)
    return believed / all_of_them


def _compared(groups: Sequence[GroupFit], limits: FairnessLimits) -> list[GroupFit]:
    """Those large enough to block; where there is none, all of them."""
    named = [group for group in groups if group.name != POOLED]
    return [group for group in named if group.rows >= limits.smallest_group] or named
