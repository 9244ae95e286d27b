"""How much an account will pay next month: willingness x the share of the balance that payers pay x the balance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from catboost import CatBoostRegressor, Pool
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class AmountHead:
    """The share of the balance that an account pays if it pays at all."""

    model: CatBoostRegressor
    level: float
    """Expected payments of accounts that the trees never saw, times this, add up to what was paid."""

    def share(self, table: NDArray[np.float32] | Pool) -> Floats:
        """:returns: of the balance, if anything is paid; never below zero."""
        share: Floats = np.maximum(self.model.predict(table, thread_count=2), 0.0)
        return share * self.level

    def expected(self, table: NDArray[np.float32] | Pool, willingness: Floats, balance: Floats) -> Floats:
        """The expected payment in the next month, in whole units of the account's currency.

        :param willingness: the calibrated probability that anything is paid.
        :param balance: what is owed; nothing is expected where it is not above zero.
        """
        return willingness * self.share(table) * np.maximum(balance, 0.0)
