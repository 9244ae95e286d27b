"""Inputs that give the answer away: one column alone tells nearly everybody apart. Pure.

The usual cause is a column that was filled in after the as-of date: what was recovered, the last payment, a status that
was written later. No honest input of a credit table comes near; the best on the UCI panel has an AUC of .80.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from strategy.scoring.metrics import auc

TOO_GOOD = 0.97
"""AUC of one input alone, in either direction."""
FEWEST = 50
"""Known values of an input, and rows of each answer among them."""
ENOUGH = 50_000
"""Rows that are looked at; more of them tell nothing new."""


def too_good_to_be_true(
    table: NDArray[np.float32], names: Sequence[str], happened: NDArray[np.bool_]
) -> dict[str, float]:
    """By input the AUC that it has alone, of those above :data:`TOO_GOOD`.

    Whether a value is known at all may give the answer away, too: a recovery date is there when something was
    recovered.

    :param table: (rows, len(names)); NaN is unknown.
    """
    every = max(1, len(table) // ENOUGH)
    table, happened = table[::every], happened[::every]
    found = {}
    for name, column in zip(names, table.T, strict=True):
        known = ~np.isnan(column)
        sides = [_alone(happened, known.astype(np.float64)), _alone(happened[known], column[known].astype(np.float64))]
        if max(sides) > TOO_GOOD:
            found[name] = round(max(sides), 4)
    return found


def _alone(happened: NDArray[np.bool_], value: NDArray[np.float64]) -> float:
    yes = int(happened.sum())
    if min(yes, len(happened) - yes) < FEWEST:
        return 0.0
    area = float(auc(happened, value)[0])
    return max(area, 1 - area)
