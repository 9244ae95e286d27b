"""The parts of a trained model: one head for each question, what they were trained on, and the card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from catboost import CatBoostClassifier, Pool
from numpy.typing import NDArray

from strategy.scoring.amount import AmountHead
from strategy.scoring.calibration import Platt
from strategy.scoring.features import FeatureSpec

HEADS: tuple[str, ...] = ("willingness", "ability", "contact", "promise", "kept")
"""What a head can answer. Willingness is always there; any other head needs outcomes that a book may not have."""

OUTCOME_HEADS: tuple[str, ...] = ("contact", "promise", "kept")
"""Those that are learnt from what became of contacts; see strategy/outcomes/."""

Table: TypeAlias = NDArray[np.float32] | Pool
"""(rows, len(spec.names)), columns in the spec's order."""


@dataclass(frozen=True)
class Head:
    """One model with its calibration."""

    model: CatBoostClassifier
    platt: Platt

    def log_odds(self, table: Table) -> NDArray[np.float64]:
        """Uncalibrated."""
        return np.asarray(self.model.predict(table, prediction_type="RawFormulaVal", thread_count=2))

    def probability(self, table: Table) -> NDArray[np.float64]:
        """Calibrated."""
        return self.platt.probability(self.log_odds(table))


@dataclass(frozen=True)
class Trained:
    """The heads, the features they look at, and the facts that go on their card."""

    heads: Mapping[str, Head]
    amount: AmountHead | None
    spec: FeatureSpec
    card: dict[str, Any]

    @property
    def willingness(self) -> Head | None:
        return self.heads.get("willingness")

    @property
    def ability(self) -> Head | None:
        return self.heads.get("ability")
