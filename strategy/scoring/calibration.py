"""From a model's log-odds to a probability that can be believed: Platt scaling."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Platt:
    """``probability = 1 / (1 + exp(-(slope * log_odds + intercept)))``."""

    slope: float
    intercept: float

    def probability(self, log_odds: Floats) -> Floats:
        return np.asarray(1.0 / (1.0 + np.exp(-(self.slope * log_odds + self.intercept))))


LEVEL_ROWS = 20
"""Rows of either answer that the latest month needs to be calibrated on by itself."""

TREND_KEPT = 0.5
"""How much of the last change of level is expected once more in the month to come (a damped trend)."""


def fit_platt(log_odds: Floats, happened: Bools, months: Ints | None = None, *, ahead: bool = True) -> Platt:
    """The slope and intercept that fit best on rows that the model never saw. The slope never turns the order round.

    :param months: one number per row, greater is later. Payments drift from month to month by much more than chance
        would have it, so the latest month alone is used where it has enough rows of either answer.
    :param ahead: for the month after the latest: the part of the last change of level that chance does not explain
        is expected to go on, by half. Off: for the latest month itself.
    """
    if months is None:
        return _fit(log_odds, happened)
    found = sorted(set(months.tolist()))
    latest = months == found[-1]
    if _rarer(happened[latest]) < LEVEL_ROWS:
        return _fit(log_odds, happened)
    now = _fit(log_odds[latest], happened[latest])
    before = months == found[-2] if ahead and len(found) > 1 else np.zeros_like(latest)
    if _rarer(happened[before]) < LEVEL_ROWS:
        return now
    then = _fit(log_odds[before], happened[before], slope=now.slope)
    variance = sum(1.0 / _information(now, log_odds[rows]) for rows in (latest, before))
    trend = TREND_KEPT * beyond_chance(now.intercept - then.intercept, variance)
    return Platt(now.slope, now.intercept + trend)


def beyond_chance(change: float, variance: float) -> float:
    """A change, shrunk towards none by as much as chance alone would make of it (James and Stein's rule)."""
    return change * max(0.0, 1.0 - variance / change**2) if change else 0.0


def _fit(log_odds: Floats, happened: Bools, slope: float | None = None) -> Platt:
    """Slope and intercept; the intercept alone where the slope is given."""

    def loss(parameters: Floats) -> tuple[float, Floats]:
        score = parameters[0] * log_odds + parameters[1]
        beyond = 1.0 / (1.0 + np.exp(-score)) - happened
        # The small pull towards (1, 0), worth one row, keeps rows that are perfectly separated finite.
        away = parameters - np.array([1.0, 0.0])
        gradient = np.array([beyond @ log_odds, beyond.sum()]) + away
        return float(np.sum(np.logaddexp(0.0, score) - happened * score) + 0.5 * away @ away), gradient

    start = 1.0 if slope is None else slope
    bounds = [(0.05, None) if slope is None else (slope, slope), (None, None)]
    found = minimize(loss, x0=np.array([start, 0.0]), jac=True, bounds=bounds)
    return Platt(slope=float(found.x[0]), intercept=float(found.x[1]))


def _information(platt: Platt, log_odds: Floats) -> float:
    """What the rows tell of the level: one over its variance."""
    said = platt.probability(log_odds)
    return float(np.sum(said * (1.0 - said)))


def _rarer(happened: Bools) -> int:
    return min(int(happened.sum()), int((~happened).sum()))
