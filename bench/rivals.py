"""The models that ours is laid beside: logistic regression, a WOE scorecard, LightGBM, XGBoost.

Each is what a careful person would set up for a few thousand rows, with the settings written here and not searched for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from lightgbm import LGBMClassifier
from numpy.typing import NDArray
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from xgboost import XGBClassifier

Table = NDArray[np.float32]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Say = Callable[[Table], Floats]
"""Uncalibrated log-odds of the rows of a table."""
Grow = Callable[[Table, Bools], Say]

TREES: dict[str, Any] = {"n_estimators": 200, "learning_rate": 0.04, "n_jobs": 1, "random_state": 1}
WOE_BINS = 6


def logistic_regression(table: Table, happened: Bools) -> Say:
    """Standardised features, the median for what is unknown beside a flag that it is."""
    model = make_pipeline(
        SimpleImputer(strategy="median", add_indicator=True),
        StandardScaler(),
        LogisticRegression(C=0.1, max_iter=2_000),
    ).fit(table, happened)
    return lambda rows: np.asarray(model.decision_function(rows))


def woe_scorecard(table: Table, happened: Bools) -> Say:
    """The banks' own way: each feature in bins, a bin's weight of evidence, and a logistic regression over them."""
    edges = [np.unique(np.nanquantile(column, np.linspace(0, 1, WOE_BINS + 1)[1:-1])) for column in table.T]
    binned = zip(table.T, edges, strict=True)
    weights = [_evidence(_bin(column, cuts), happened, len(cuts) + 2) for column, cuts in binned]

    def as_evidence(rows: Table) -> Floats:
        return np.column_stack(
            [weight[_bin(column, cuts)] for column, cuts, weight in zip(rows.T, edges, weights, strict=True)]
        )

    model = LogisticRegression(C=0.1, max_iter=2_000).fit(as_evidence(table), happened)
    return lambda rows: np.asarray(model.decision_function(as_evidence(rows)))


def lightgbm(table: Table, happened: Bools) -> Say:
    model = LGBMClassifier(**TREES, num_leaves=12, min_child_samples=40, reg_lambda=5, verbose=-1)
    model.fit(table, happened)
    return lambda rows: np.asarray(model.predict(rows, raw_score=True))


def xgboost(table: Table, happened: Bools) -> Say:
    model = XGBClassifier(**TREES, max_depth=4, min_child_weight=10, reg_lambda=5, subsample=0.8, colsample_bytree=0.5)
    model.fit(table, happened)
    return lambda rows: np.asarray(model.predict(rows, output_margin=True), dtype=np.float64)


RIVALS: dict[str, Grow] = {
    "logistic regression": logistic_regression,
    "WOE scorecard": woe_scorecard,
    "LightGBM": lightgbm,
    "XGBoost": xgboost,
}


def _bin(column: NDArray[np.float32], cuts: Floats) -> NDArray[np.int64]:
    """The bin of each value; the last bin is for what is unknown."""
    return np.where(np.isnan(column), len(cuts) + 1, np.digitize(column, cuts))


def _evidence(bin_of: NDArray[np.int64], happened: Bools, bins: int) -> Floats:
    """Log of the odds in a bin against the odds of all; half a row in each answer keeps empty bins at nothing."""
    yes = np.bincount(bin_of, happened, bins) + 0.5
    no = np.bincount(bin_of, ~happened, bins) + 0.5
    share = np.log((yes / yes.sum()) / (no / no.sum()))
    return np.where(np.bincount(bin_of, minlength=bins) > 0, share, 0.0)
