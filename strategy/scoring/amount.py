"""How much an account will pay next month: willingness x the share of the balance that payers pay x the balance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from catboost import CatBoostRegressor, Pool
from numpy.typing import NDArray

from strategy.scoring.panel import PAYS_SHARE

Floats = NDArray[np.float64]

TOP = 0.2
"""The share of accounts that a floor could work first."""


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


def worth(paid: Floats, expected: Floats, balance: Floats) -> dict[str, Any]:
    """What an expectation is worth, beside an order by balance alone and an order that knows the future.

    :returns: rows; r2 of the amount, which a few very large payments decide; r2_log_of_payers, the squared correlation
        of the logs among those who paid, which they don't; the sum expected over the sum paid; and the share of the
        cash that the first fifth of the accounts holds, by expectation, by balance, and by the payment itself.
    """
    repaid = np.minimum(paid, balance)
    residual, spread = np.sum((repaid - expected) ** 2), np.sum((repaid - repaid.mean()) ** 2)
    return {
        "rows": len(paid),
        "r2": round(float(1 - residual / spread), 4) if spread else None,
        "r2_log_of_payers": _explained(repaid, expected, paid > PAYS_SHARE * balance),
        "expected_over_paid": round(float(expected.sum() / repaid.sum()), 4) if repaid.any() else None,
        "cash_in_top_fifth": round(_held(repaid, expected), 4),
        "cash_in_top_fifth_by_balance": round(_held(repaid, balance), 4),
        "cash_in_top_fifth_by_oracle": round(_held(repaid, repaid), 4),
    }


def _explained(repaid: Floats, expected: Floats, pays: NDArray[np.bool_]) -> float | None:
    both = pays & (repaid > 0) & (expected > 0)
    logs = np.log(repaid[both]), np.log(expected[both])
    if both.sum() < 2 or not all(each.std() for each in logs):
        return None
    return round(float(np.corrcoef(*logs)[0, 1] ** 2), 4)


def _held(cash: Floats, order: Floats) -> float:
    first = np.argsort(-order, kind="stable")[: max(1, int(len(cash) * TOP))]
    return float(cash[first].sum() / cash.sum()) if cash.any() else 0.0
