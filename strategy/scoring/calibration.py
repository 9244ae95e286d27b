"""From a model's log-odds to a probability that can be believed (Platt scaling), and how to measure that it can."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.stats import rankdata

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Platt:
    """``probability = 1 / (1 + exp(-(slope * log_odds + intercept)))``."""

    slope: float
    intercept: float

    def probability(self, log_odds: Floats) -> Floats:
        return np.asarray(1.0 / (1.0 + np.exp(-(self.slope * log_odds + self.intercept))))


def fit_platt(log_odds: Floats, happened: Bools) -> Platt:
    """The slope and intercept that fit a held-out slice best. The slope never turns the order of accounts round."""

    def loss(parameters: Floats) -> float:
        score = parameters[0] * log_odds + parameters[1]
        # The small pull towards (1, 0), worth one row, keeps a slice that is perfectly separated finite.
        pull = 0.5 * ((parameters[0] - 1.0) ** 2 + parameters[1] ** 2)
        return float(np.sum(np.logaddexp(0.0, score) - happened * score) + pull)

    found = minimize(loss, x0=np.array([1.0, 0.0]), bounds=[(0.05, None), (None, None)])
    return Platt(slope=float(found.x[0]), intercept=float(found.x[1]))


def auc(happened: Bools, probability: Floats) -> float:
    """Area under the ROC curve: how often a row where it happened stands above one where it did not."""
    ranks = rankdata(probability)
    positives = int(happened.sum())
    negatives = len(happened) - positives
    return float((ranks[happened].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def brier(happened: Bools, probability: Floats) -> float:
    """Mean squared distance between what was said and what happened."""
    return float(np.mean((probability - happened) ** 2))


def calibration_error(happened: Bools, probability: Floats, bins: int = 10) -> float:
    """ECE over bins of equal count: how far the mean probability is from the share that happened."""
    edges = np.quantile(probability, np.linspace(0, 1, bins + 1)[1:-1])
    bin_of = np.digitize(probability, edges)
    error = 0.0
    for each in np.unique(bin_of):
        rows = bin_of == each
        error += float(rows.mean()) * abs(float(happened[rows].mean()) - float(probability[rows].mean()))
    return error
