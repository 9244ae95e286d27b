"""The open accounts as columns: what a what-if is asked about. Pure; numpy only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


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

    def __len__(self) -> int:
        return len(self.willingness)
